/**
 * What was asked for and is missing: runs without a record, runs without numbers, and records
 * without a number that the baseline has. Nothing passes while something is missing.
 * @module
 */
import type { PlannedRun, RunRecord } from "../../record/mod.ts";
import { type Row, rowKey, type Rows } from "./rows.ts";
import type { Verdict } from "./verdict.ts";

/** A run whose numbers were asked for. */
export type AskedRun = Pick<PlannedRun, "id" | "label" | "group" | "spec">;

/** What is asked for, and what there is. */
export interface Asked {
  readonly records: readonly RunRecord[];
  /** Runs that were asked for. Default: those that have records. */
  readonly asked?: readonly AskedRun[];
  /** Why the record of a run can't be read, by its id. */
  readonly unreadable?: ReadonlyMap<string, string>;
}

/** Runs that were asked for and have no record that can be read, each with the reason. */
export function recordless(
  { records, asked = [], unreadable }: Asked,
): { readonly run: AskedRun; readonly why: string }[] {
  const there = new Set(records.map(({ id }) => id));
  return asked.filter(({ id }) => !there.has(id)).map((run) => ({
    run,
    why: unreadable?.get(run.id) ?? "no record",
  }));
}

/** Seeds that a row lacks: seed by seed, the reason. */
export type Gaps = ReadonlyMap<number, string>;

/** What rows lack. */
export interface Lacking {
  /** Labels that lack the whole of some seed. */
  readonly labels: ReadonlyMap<string, Gaps>;
  /** What a row lacks: those seeds, and what its baseline has and a finished record doesn't. */
  of(row: Pick<Row, "label" | "name" | "values">, before?: Row): Gaps;
}

/** Finds what rows lack. */
export function lackingOf(
  asked: Asked,
  rows: Pick<Rows, "rows" | "absent" | "finished" | "lost">,
): Lacking {
  const labels = new Map<string, Map<number, string>>();
  for (const [label, seeds] of rows.absent) labels.set(label, new Map(seeds));
  for (const { run, why } of recordless(asked)) {
    const seeds = labels.get(run.label) ?? new Map<number, string>();
    labels.set(run.label, seeds.set(run.spec.seed, why));
  }
  return {
    labels,
    of(row, before) {
      const gaps = new Map(labels.get(row.label));
      const finished = rows.finished.get(row.label);
      const lost = rows.lost.get(rowKey(row));
      for (const seed of before?.values.keys() ?? []) {
        if (!finished?.has(seed) || row.values.has(seed)) continue;
        const elsewhere = rows.rows.find((other) =>
          rowKey(other) === rowKey(row) && other.values.has(seed)
        );
        gaps.set(
          seed,
          lost?.get(seed) ??
            (elsewhere === undefined
              ? "the record doesn't hold this metric"
              : `measured on machine class ${elsewhere.scope}`),
        );
      }
      return gaps;
    },
  };
}

/** "seed 2: diverged, …; seed 4, 5: no record": seeds with one reason together. */
export function gapsText(gaps: Gaps): string[] {
  const seeds = new Map<string, number[]>();
  for (const [seed, why] of [...gaps].sort(([a], [b]) => a - b)) {
    seeds.set(why, [...seeds.get(why) ?? [], seed]);
  }
  return [...seeds].map(([why, of]) => `seed ${of.join(", ")}: ${why}`);
}

/** A verdict on a row with gaps: missing, unless what there is of it is worse already. */
export function withGaps(verdict: Verdict, gaps: Gaps): Verdict {
  if (gaps.size === 0) return verdict;
  return {
    ...verdict,
    verdict: verdict.verdict === "regressed" ? "regressed" : "missing",
    seeds: { ...verdict.seeds, missing: [...gaps.keys()].sort((a, b) => a - b) },
    why: [verdict.why, ...gapsText(gaps)].filter((text) => text !== "").join("; "),
  };
}

/**
 * Verdicts made again, in the order of those in whose place they stand, with the gaps of these:
 * another measurement of the runs that are there doesn't bring back those that aren't.
 */
export function keepGaps(before: readonly Verdict[], after: readonly Verdict[]): Verdict[] {
  return after.map((verdict, i) => {
    const missing = before[i].seeds.missing ?? [];
    const told = verdict.verdict === "missing" || verdict.verdict === "regressed";
    if (missing.length === 0 || (told && verdict.seeds.missing !== undefined)) return verdict;
    return withGaps(verdict, new Map(missing.map((seed) => [seed, "missing"])));
  });
}
