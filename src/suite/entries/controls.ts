/**
 * The key `controls` of a suite.
 * @module
 */
import { kindOf, takenBy, unitsOf } from "../../kinds/mod.ts";
import type { DatasetOutline } from "../../data/mod.ts";
import { controls } from "../../registry.ts";
import { list, nearest } from "../../base/text/mod.ts";
import type { Place } from "../check.ts";

/** Data that control rows are made of; `outline` is null where only loading tells. */
interface Made {
  readonly name: string;
  readonly outline: DatasetOutline | null;
}

/** Control rows that a suite asks for, whatever they take. */
export interface AskedControls {
  /** Each known. */
  readonly rows: readonly string[];
  /** By the key; else all there are. */
  readonly named: boolean;
}

/** Names of control rows; without the key all of them. */
export function readControls(given: unknown, { source, problems }: Place): AskedControls {
  const known = Object.keys(controls);
  if (given === undefined) return { rows: known, named: false };
  if (!Array.isArray(given)) return { rows: [], named: true };
  for (const [i, name] of given.entries()) {
    if (typeof name !== "string" || known.includes(name)) continue;
    const near = nearest(name, known);
    problems.push({
      ...source.locate(["controls", i]),
      message: `unknown control \`${name}\`` +
        (near === undefined ? "" : `; did you mean \`${near}\`?`),
      hints: [`controls: ${known.join(", ")}`],
    });
  }
  return { rows: [...new Set(given as string[])], named: true };
}

/**
 * Those of the control rows that can be made of these data. Where only loading tells what the data
 * hold, those that a suite names are taken at its word, and of all rows those of pictures.
 */
export function controlsFor(
  { rows, named }: AskedControls,
  outline: DatasetOutline | null,
): string[] {
  if (outline === null && named) return [...rows];
  const kind = outline?.sample.kind ?? "image", { given = {} } = outline ?? {};
  return rows.filter((row) =>
    Object.hasOwn(controls, row) && takenBy(controls[row]).includes(kind) &&
    (controls[row].given ?? []).every((name) => Object.hasOwn(given, name))
  );
}

/** A control row that is named and can be made of none of the suite's data is a mistake. */
export function refuseUnmade(
  given: unknown,
  data: readonly Made[],
  { source, problems }: Place,
): void {
  if (!Array.isArray(given) || data.some(({ outline }) => outline === null)) return;
  for (const [i, name] of given.entries()) {
    if (typeof name !== "string" || !Object.hasOwn(controls, name)) continue; // told above
    if (
      data.some(({ outline }) => controlsFor({ rows: [name], named: true }, outline).length > 0)
    ) continue;
    const held = data.map(({ name, outline }) => `${name} holds ${unitOf(outline!)}`);
    problems.push({
      ...source.locate(["controls", i]),
      message: `the control row \`${name}\` takes ${unitsOf(takenBy(controls[name]))}` +
        `${givenText(controls[name].given)}; ` +
        [...new Set(held)].join(", "),
      hints: ["drop it, or drop `controls` for all rows that take the data"],
    });
  }
}

/** " that come with messages and facts"; nothing where nothing is asked for. */
const givenText = (given: readonly string[] = []) =>
  given.length === 0 ? "" : ` that come with ${list([...given])}`;

function unitOf({ sample }: DatasetOutline): string {
  return kindOf(sample).unit.many;
}
