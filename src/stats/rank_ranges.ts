/**
 * Ranks with what is known of them: a range of ranks for each row that holds for all rows at once.
 * @module
 */
import { differenceInterval } from "./interval.ts";
import { checkLevel } from "./level.ts";
import { holm } from "./multiplicity.ts";
import { mean } from "./summary.ts";
import { tUpperTail } from "./distribution.ts";

/** A place with its range, 1 the best. */
export interface RankRange {
  /** By the means; equal means share the better place. */
  readonly rank: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Rank of each sample's mean, with simultaneous ranges: 1 + the rows that are surely better, up to
 * the rows less those that are surely worse, sure by pooled t tests of all pairs under Holm. With
 * probability `level` or more every true rank lies in its range (Al Mohamad, Goeman & van Zwet 2022).
 * @param samples values of a row each, e.g. over seeds
 * @throws RangeError for an empty row
 */
export function rankRanges(
  samples: readonly (readonly number[])[],
  { direction, level = 0.95 }: { direction: "lower" | "higher"; level?: number },
): RankRange[] {
  checkLevel(level);
  const sign = direction === "higher" ? 1 : -1;
  const means = samples.map((values) => sign * mean(values));
  const pairs = samples.flatMap((_, i) =>
    samples.slice(i + 1).map((_, j) => [i, i + 1 + j] as const)
  );
  const adjusted = holm(pairs.map(([i, j]) => pooledP(samples[i], samples[j])));
  const better = samples.map(() => 0);
  const worse = samples.map(() => 0);
  pairs.forEach(([i, j], at) => {
    if (adjusted[at] > 1 - level) return;
    const [winner, loser] = means[i] > means[j] ? [i, j] : [j, i];
    better[loser]++;
    worse[winner]++;
  });
  return means.map((own, i) => ({
    rank: 1 + means.filter((other) => other > own).length,
    low: 1 + better[i],
    high: samples.length - worse[i],
  }));
}

/** Two-sided p of two samples by the pooled t test; 1 where nothing can be told. */
export function pooledP(a: readonly number[], b: readonly number[]): number {
  if (a.length + b.length < 3) return 1;
  const { estimate, standardError, df } = differenceInterval({ before: a, after: b });
  if (standardError === 0) return estimate === 0 ? 1 : 0;
  return Math.min(1, 2 * tUpperTail(Math.abs(estimate) / standardError, df));
}
