/**
 * The key `controls` of a suite.
 * @module
 */
import { kindOf, takenBy, unitsOf } from "../../kinds/mod.ts";
import type { DatasetOutline } from "../../data/mod.ts";
import { controls } from "../../registry.ts";
import { nearest } from "../../base/text/mod.ts";
import type { Place } from "../check.ts";

/** Data that control rows are made of; `outline` is null where only loading tells. */
interface Made {
  readonly name: string;
  readonly outline: DatasetOutline | null;
}

/** Names of control rows, each known; without the key all of them, whatever they take. */
export function readControls(given: unknown, { source, problems }: Place): string[] {
  const known = Object.keys(controls);
  if (given === undefined) return known;
  if (!Array.isArray(given)) return [];
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
  return [...new Set(given as string[])];
}

/** Those of the control rows that can be made of these data; all where only loading tells. */
export function controlsFor(rows: readonly string[], outline: DatasetOutline | null): string[] {
  if (outline === null) return [...rows];
  return rows.filter((row) =>
    Object.hasOwn(controls, row) && takenBy(controls[row]).includes(outline.sample.kind)
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
    if (data.some(({ outline }) => controlsFor([name], outline).length > 0)) continue;
    const held = data.map(({ name, outline }) => `${name} holds ${unitOf(outline!)}`);
    problems.push({
      ...source.locate(["controls", i]),
      message: `the control row \`${name}\` takes ${unitsOf(takenBy(controls[name]))}; ` +
        [...new Set(held)].join(", "),
      hints: ["drop it, or drop `controls` for all rows that take the data"],
    });
  }
}

function unitOf({ sample }: DatasetOutline): string {
  return kindOf(sample).unit.many;
}
