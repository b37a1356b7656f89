/**
 * Colours, shapes and dashes of families. Each colour has a contrast of 3 or more against both pages
 * (WCAG 2.1, 1.4.11); the first four stay apart under every common colour blindness, and a shape and
 * a dash of their own tell the others, so that no chart speaks by colour alone. Tests hold this.
 * @module
 */

/** Page backgrounds, which the contrast is measured against. */
export const PAGE = { light: "#ffffff", dark: "#0f1317" } as const;

/** How one family is drawn. */
export interface Style {
  readonly colour: string;
  readonly shape: string;
  /** Lengths of dashes and gaps; [] is a solid line. */
  readonly dash: readonly number[];
}

/** Styles of the first eight places. */
export const STYLES: readonly Style[] = [
  { colour: "#2d6ae0", shape: "circle", dash: [] },
  { colour: "#e0701a", shape: "square", dash: [6, 3] },
  { colour: "#18a582", shape: "triangle-up", dash: [2, 2] },
  { colour: "#a53a80", shape: "diamond", dash: [8, 3, 2, 3] },
  { colour: "#917500", shape: "triangle-down", dash: [10, 4] },
  { colour: "#8a6cd6", shape: "cross", dash: [4, 2, 1, 2] },
  { colour: "#a3503f", shape: "triangle-right", dash: [1, 3] },
  { colour: "#628aa0", shape: "triangle-left", dash: [12, 3, 3, 3] },
];

/** Control rows: hollow, in the colour of the text. */
export const CONTROL: Style = { colour: "currentColor", shape: "circle", dash: [3, 3] };

/**
 * The style of a group's place; −1 is a control row. From place 8 on colours come again with other
 * shapes and dashes: 64 places before a style does.
 */
export function styleOf(index: number): Style {
  if (index < 0) return CONTROL;
  const n = STYLES.length, round = Math.floor(index / n);
  const other = STYLES[(index + 3 * round) % n];
  return { ...other, colour: STYLES[index % n].colour };
}
