/** What the chart builders share: sizes, type, axes, colour scales. @module */
import type { TopLevelSpec } from "vega-lite";
import { styleOf } from "../draw/palette.ts";
import type { Mark } from "../model/chart_data.ts";

/** Family name of the committed font. */
export const FONT = "Likeness Sans";

/** A Vega-Lite specification. */
export type Spec = TopLevelSpec;

const INK = "currentColor";

/** Everything about looks; text and rules take the page's colour, so that one SVG serves both themes. */
export const config = {
  background: "transparent",
  aria: false,
  font: FONT,
  view: { stroke: null },
  padding: 4,
  axis: {
    labelFont: FONT,
    titleFont: FONT,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 400,
    labelColor: INK,
    titleColor: INK,
    labelOpacity: 0.85,
    domainColor: INK,
    domainOpacity: 0.35,
    tickColor: INK,
    tickOpacity: 0.35,
    tickSize: 4,
    gridColor: INK,
    gridOpacity: 0.1,
    titlePadding: 8,
    labelPadding: 4,
  },
  legend: {
    labelFont: FONT,
    titleFont: FONT,
    labelFontSize: 12,
    labelColor: INK,
    titleColor: INK,
    symbolSize: 70,
    symbolStrokeWidth: 1.8,
    orient: "top",
    title: null,
    labelLimit: 180,
    columns: 2,
    columnPadding: 14,
  },
  text: { font: FONT, fontSize: 12, fill: INK },
  scale: { bandPaddingInner: 0.3 },
} as const;

/** Distinct marks, families first, in their order. */
export function marksOf(rows: readonly Mark[]): Mark[] {
  const seen = new Map(rows.map((row) => [row.label, row]));
  return [...seen.values()].sort((a, b) =>
    (a.index < 0 ? 1e9 : a.index) - (b.index < 0 ? 1e9 : b.index)
  );
}

/** A discrete scale from labels to one property of their styles. */
export function styleScale<K extends "colour" | "shape" | "dash">(rows: readonly Mark[], what: K) {
  const marks = marksOf(rows);
  return {
    domain: marks.map((mark) => mark.label),
    range: marks.map((mark) => styleOf(mark.index)[what]),
  };
}

/** A scale with what its axis needs to say. */
export interface ValueScale {
  readonly scale: {
    readonly type: "linear" | "log" | "symlog";
    readonly domain?: number[];
    readonly constant?: number;
    readonly zero?: boolean;
    readonly nice: boolean;
  };
  /** Second line of the axis title, where the scale isn't the plain one. */
  readonly note: string;
  /** Tick places; undefined leaves them to the axis. */
  readonly ticks?: number[];
  readonly format: string;
  /** Nothing below this can be drawn. */
  readonly floor: number;
}

/**
 * A scale for values. Where the largest is `ratio` times the smallest or more, the differences that
 * matter would vanish: then it is logarithmic if all are positive, and symmetric-logarithmic, linear
 * near zero, if the middle one is small against the largest.
 */
export function valueScale(values: readonly number[], ratio = 30): ValueScale {
  const finite = values.filter((v) => Number.isFinite(v));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const format = tickFormat(finite);
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.1;
    const scale = { type: "linear" as const, domain: [low - room, high + room], nice: true };
    return { scale, note: "", format, floor: -Infinity };
  }
  if (low > 0 && high / low >= ratio) {
    const domain = [low / 1.2, high * 1.2];
    const scale = { type: "log" as const, domain, nice: false };
    return { scale, note: "log scale", ticks: decades(domain), format, floor: domain[0] };
  }
  const sizes = finite.map(Math.abs).sort((a, b) => a - b);
  const [middle, largest] = [sizes[sizes.length >> 1], sizes[sizes.length - 1]];
  if (low <= 0 && middle > 0 && largest / middle >= ratio / 3) {
    const constant = 10 ** Math.floor(Math.log10(middle));
    const scale = {
      type: "symlog" as const,
      constant,
      domain: [low < -constant ? low * 1.2 : Math.min(low, -constant / 4), high * 1.2],
      nice: false,
    };
    const ends = decades([constant / 2, largest * 1.2]);
    const ticks = [...ends.map((t) => -t), 0, ...ends].filter((t) => t >= low && t <= high * 1.2);
    return { scale, note: "log scale away from 0", ticks, format, floor: -Infinity };
  }
  return {
    scale: { type: "linear", zero: false, nice: true },
    note: "",
    format,
    floor: -Infinity,
  };
}

/** Powers of ten within a domain, with their halves and fifths as long as there are few. */
function decades([low, high]: number[]): number[] {
  const powers = [];
  for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++) powers.push(p);
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const ticks = powers.flatMap((p) => steps.map((s) => Number(`${s}e${p}`)))
      .filter((t) => t >= low && t <= high);
    if (ticks.length <= 5 || steps.length === 1) return ticks;
  }
  return [];
}

/** Labels of an axis of numbers: SI prefixes only where they shorten. */
export function tickFormat(values: readonly number[]): string {
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  return largest >= 10_000 ? "~s" : ",.4~r";
}

/** The axis of a scale. */
export function valueAxis(title: string, of: ValueScale, tickCount = 4) {
  return {
    title: of.note ? [title, of.note] : title,
    format: of.format,
    labelOverlap: true as const,
    ...(of.ticks ? { values: of.ticks } : { tickCount }),
  };
}

/** A layer of a layered chart. */
export type Layer = Extract<Spec, { layer: readonly unknown[] }>["layer"][number];

/** Layers with something to draw: Vega warns of the extent of no values. */
export function filled(layers: readonly Layer[]): Layer[] {
  return layers.filter(({ data }) =>
    !data || !("values" in data) || !Array.isArray(data.values) || data.values.length > 0
  );
}

/** Control rows across a chart: a dashed line at each value, with its label at the left end. */
export function referenceLines(
  references: readonly { readonly label: string; readonly y: number }[],
  y: object,
): Layer {
  return {
    data: { values: references.map(({ label, y }) => ({ label, y })) },
    layer: [
      {
        mark: { type: "rule", strokeDash: [3, 3], opacity: 0.5, color: "currentColor" },
        encoding: { y },
      },
      {
        mark: { type: "text", align: "left", baseline: "bottom", dx: 4, dy: -3, opacity: 0.7 },
        encoding: { y, x: { value: 0 }, text: { field: "label" } },
      },
    ],
  };
}
