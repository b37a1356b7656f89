/**
 * Places of rows with what is known of them: a range for each that holds for all at once, and the
 * place that a new run would take.
 * @module
 */
import type { Interval } from "../interval/estimate.ts";
import { checkLevel } from "../level.ts";
import { holm } from "../test/multiplicity.ts";
import { improvementInterval } from "./scores.ts";
import { mean, squaredDeviations } from "../summary.ts";
import { tUpperTail } from "../distribution.ts";

/** A place with its range, 1 the best. */
export interface RankRange {
  /** By the means; equal means share the better place. */
  readonly rank: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Rank of each sample's mean, with simultaneous ranges: 1 + the rows that are surely better, up to
 * the rows less those that are surely worse, sure by Welch tests of all pairs under Holm. With
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
  const adjusted = holm(pairs.map(([i, j]) => welchP(samples[i], samples[j])));
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

/** What rows are compared by: values of each, and which are better. */
export interface Contest {
  /** Values of a row each, none empty. */
  readonly samples: readonly (readonly number[])[];
  readonly direction: "lower" | "higher";
}

/**
 * The place, 1 the best, that a new run of each row would take on average among new runs of the
 * others: 1 + Σ P(other beats it), averaged over contests. Its ends are the same sums of the ends of
 * `improvementInterval`, which covers more than it says and is never falsely narrow.
 * @throws RangeError where contests differ in their number of rows
 */
export function expectedPlaces(
  contests: readonly Contest[],
  level = 0.95,
): { readonly estimate: number; readonly low: number; readonly high: number }[] {
  const rows = contests[0]?.samples.length ?? 0;
  if (rows === 0 || contests.some(({ samples }) => samples.length !== rows)) {
    throw new RangeError("places: every contest needs the same rows, and there must be one");
  }
  return Array.from({ length: rows }, (_, own) => {
    const rivals = contests.flatMap(({ samples, direction }) =>
      samples.flatMap((other, at) => {
        if (at === own) return [];
        const [x, y] = direction === "higher" ? [other, samples[own]] : [samples[own], other];
        return [improvementInterval(x, y, level)];
      })
    );
    const sum = (read: (interval: Interval) => number) =>
      1 + rivals.reduce((total, interval) => total + read(interval), 0) / contests.length;
    return {
      estimate: sum((i) => i.estimate),
      low: sum((i) => i.low),
      high: sum((i) => i.high),
    };
  });
}

/**
 * Two-sided p of two means by Welch's t test (1947), which lets each row have a spread of its own; 1
 * where a row has a single value, for then nothing can be told.
 */
export function welchP(a: readonly number[], b: readonly number[]): number {
  if (a.length < 2 || b.length < 2) return 1;
  const part = (values: readonly number[]) =>
    squaredDeviations(values) / ((values.length - 1) * values.length);
  const [x, y] = [part(a), part(b)];
  const apart = Math.abs(mean(a) - mean(b));
  if (x + y === 0) return apart === 0 ? 1 : 0;
  const share = x / (x + y);
  const df = 1 / (share * share / (a.length - 1) + (1 - share) * (1 - share) / (b.length - 1));
  return Math.min(1, 2 * tUpperTail(apart / Math.sqrt(x + y), df));
}
