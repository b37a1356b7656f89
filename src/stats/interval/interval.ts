/**
 * Confidence intervals of a mean: Student's t below 20 values, the stratified bootstrap from 20 on
 * (the percentile bootstrap of 5 values covers 84 % where it says 95 %), and the prediction interval
 * of new runs against old ones.
 * @module
 */
import type { Interval } from "./estimate.ts";
import { bootstrap, type BootstrapOptions } from "./bootstrap.ts";
import { tQuantile } from "../distribution.ts";
import { checkLevel } from "../level.ts";
import { deviation, mean, squaredDeviations } from "../summary.ts";

/**
 * Student's interval of a mean, x̄ ± t s/√n. Exact for normal values.
 * @throws RangeError below two values: one value has no spread
 */
export function tInterval(values: readonly number[], level = 0.95): Interval {
  checkLevel(level);
  const n = values.length;
  if (n < 2) throw new RangeError(`t interval of ${n} values: 2 or more are needed`);
  const estimate = mean(values);
  const half = tQuantile((1 + level) / 2, n - 1) * deviation(values) / Math.sqrt(n);
  return { estimate, low: estimate - half, high: estimate + half, level, n, method: "t" };
}

/**
 * The difference of means `after` − `before` of independent samples with one variance:
 * d ± t s√(1/n + 1/k), s pooled over both. With n = 1 this is the prediction interval of one new
 * run against k old ones.
 * @throws RangeError where there are no degrees of freedom (n + k < 3) or a side is empty
 */
export function differenceInterval(
  { before, after }: { before: readonly number[]; after: readonly number[] },
  level = 0.95,
): Interval & { readonly standardError: number; readonly df: number } {
  checkLevel(level);
  const [k, n] = [before.length, after.length];
  const df = n + k - 2;
  if (k < 1 || n < 1 || df < 1) {
    throw new RangeError(`difference of ${n} and ${k} values: 3 or more in all, none empty`);
  }
  const pooled = Math.sqrt((squaredDeviations(before) + squaredDeviations(after)) / df);
  const standardError = pooled * Math.sqrt(1 / n + 1 / k);
  const estimate = mean(after) - mean(before);
  const half = tQuantile((1 + level) / 2, df) * standardError;
  return {
    estimate,
    low: estimate - half,
    high: estimate + half,
    level,
    n: n + k,
    method: "two-sample t",
    standardError,
    df,
  };
}

/**
 * Bootstrap interval of the mean over all values, resampled within each stratum: `bootstrap` with
 * that statistic, BCa and widened.
 * @param strata values by stratum, e.g. by configuration
 * @throws RangeError where a stratum has fewer than two values
 */
export function bootstrapInterval(
  strata: readonly (readonly number[])[],
  options: BootstrapOptions = {},
): Interval {
  return bootstrap(strata, (values) => mean(values.flat()), options);
}

/** From this many values on the bootstrap is used. */
export const BOOTSTRAP_FROM = 20;

/**
 * The mean of the differences `after` − `before` of pairs, seed by seed: t below 20 pairs, the
 * bootstrap from there on.
 * @throws RangeError where the samples differ in length or hold fewer than two values
 */
export function pairedInterval(
  { before, after }: { before: readonly number[]; after: readonly number[] },
  level = 0.95,
): Interval {
  if (before.length !== after.length) {
    throw new RangeError(`pairs of ${after.length} and ${before.length} values: as many of each`);
  }
  const differences = after.map((value, i) => value - before[i]);
  const interval = meanInterval(differences, { level });
  if (interval === null) throw new RangeError(`${before.length} pairs: 2 or more are needed`);
  return interval.method === "t" ? { ...interval, method: "paired t" } : interval;
}

/**
 * The interval that tables and charts show: t below 20 values, the bootstrap from there on, null for
 * fewer than two values.
 * @param strata where values come from several configurations, their group by index
 */
export function meanInterval(
  values: readonly number[],
  { level = 0.95, strata }: { level?: number; strata?: readonly number[] } = {},
): Interval | null {
  if (values.length < 2) return null;
  if (values.length < BOOTSTRAP_FROM) return tInterval(values, level);
  const groups = new Map<number, number[]>();
  values.forEach((value, i) => {
    const stratum = strata?.[i] ?? 0;
    groups.set(stratum, [...groups.get(stratum) ?? [], value]);
  });
  return bootstrapInterval([...groups.values()], { level });
}
