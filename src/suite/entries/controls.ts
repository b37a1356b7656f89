/**
 * The key `controls` of a suite.
 * @module
 */
import { controls } from "../../registry.ts";
import { nearest } from "../../base/text/mod.ts";
import type { Place } from "../check.ts";

/** Names of control rows, each known; without the key all of them. */
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
