/**
 * What was asked for and couldn't be measured, for the lines under a run's table.
 * @module
 */
import { runName } from "../../protocols/mod.ts";
import type { RunRecord } from "../../record/mod.ts";

/** A value that is not there, the rows that lack it, and why. */
export interface NotMeasured {
  readonly name: string;
  readonly rows: readonly string[];
  readonly reason: string;
}

/**
 * Values of finished runs that are not measured, those with one reason together. What a family is
 * not defined for is no lack; of runs that failed or diverged the cause is told elsewhere.
 */
export function notMeasured(records: readonly RunRecord[]): NotMeasured[] {
  const found = new Map<string, { name: string; rows: string[]; reason: string }>();
  for (const record of records) {
    const { state, metrics } = record;
    if (state !== "done" && state !== "unreliable") continue;
    const row = runName(record);
    for (const { name, value, status, reason = "no reason was recorded" } of metrics) {
      if (value !== null || status === "not-defined") continue;
      const key = JSON.stringify([name, reason]);
      const known = found.get(key) ?? { name, rows: [], reason };
      found.set(key, known);
      known.rows.push(row);
    }
  }
  return [...found.values()];
}

/** A line each: "not measured: KID-judge@200 of vae seed 1, gan seed 1: why". */
export function notMeasuredLines(lacking: readonly NotMeasured[]): string[] {
  return lacking.map(({ name, rows, reason }) =>
    `not measured: ${name} of ${rows.join(", ")}: ${reason}`
  );
}
