/**
 * Baselines of what was just measured, for gates of code against itself. Nothing is reviewed, and
 * nothing is refused because of where it comes from.
 * @module
 */
import type { RunRecord } from "../../record/mod.ts";
import { type Baseline, storedRow } from "./baseline.ts";
import { rowsOf } from "../verdict/rows.ts";

/** One baseline a scope, holding what `records` hold. */
export function baselinesFrom(
  records: readonly RunRecord[],
  { suite, suiteVersion }: { readonly suite: string; readonly suiteVersion: number },
): Baseline[] {
  const { rows } = rowsOf(records);
  return [...new Set(rows.map(({ scope }) => scope))].sort().map((machineClass) => {
    const own = rows.filter(({ scope }) => scope === machineClass);
    const { engine, gitSha } = records[0].provenance;
    return {
      format: 1,
      suite,
      suiteVersion,
      machineClass,
      engine,
      updates: [{
        reason: "the same code, measured before",
        author: "likeness",
        date: new Date(0).toISOString(),
        commit: gitSha,
        rows: own.length,
      }],
      rows: own.map(storedRow),
    };
  });
}
