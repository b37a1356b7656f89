/**
 * Steps over lines of rows: what a thread does with a block.
 * @module
 */
import { rowsOf } from "./blocks.ts";
import { lineOf } from "./row.ts";
import { runSteps, type Step } from "./segment.ts";
import type { StageTally } from "./tally.ts";

/** What a block became, in lines. */
export interface MadeLines {
  readonly kept: string;
  readonly dropped: string;
  readonly tallies: readonly StageTally[];
  readonly left: number;
}

/** Steps over lines of rows. */
export async function runLines(lines: string, steps: readonly Step[]): Promise<MadeLines> {
  const { kept, dropped, tallies } = await runSteps(rowsOf(lines), steps);
  return {
    kept: kept.map((row) => `${lineOf(row)}\n`).join(""),
    dropped: dropped.map((one) => `${JSON.stringify(one)}\n`).join(""),
    tallies,
    left: kept.length,
  };
}
