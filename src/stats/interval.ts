/**
 * Confidence intervals of a mean: Student's t below 20 values, the stratified bootstrap from 20 on
 * (the percentile bootstrap of 5 values covers 84 % where it says 95 %), and the prediction interval
 * of new runs against old ones.
 * @module
 */
import { hostFold, hostIntegers, type HostKey, hostKey } from "../random/host.ts";
import { normalQuantile, normalUpperTail, tQuantile } from "./distribution.ts";
import { deviation, mean, squaredDeviations } from "./summary.ts";

/** An estimate with its interval and what the interval is. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Nominal coverage, e.g. 0.95. */
  readonly level: number;
  /** Number of values. */
  readonly n: number;
  readonly method: "t" | "paired t" | "two-sample t" | "bootstrap" | "rank";
}

function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`interval level ${level}: a share between 0 and 1, such as 0.95`);
  }
}

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

/** Options of `bootstrapInterval`. */
export interface BootstrapOptions {
  readonly level?: number;
  /** Default 4,999: the Monte-Carlo error of a 2.5 % tail is then 0.2 points. */
  readonly resamples?: number;
  /** Draws are a function of this key. */
  readonly key?: HostKey;
}

/**
 * Bias-corrected, accelerated bootstrap interval (Efron 1987) of the mean over all values, resampled
 * within each stratum (Davison & Hinkley 1997, 3.2), with the percentiles widened so that a normal
 * sample is covered at its nominal rate: z is replaced by t√(n/(n − strata)) (Hesterberg 2015,
 * "expanded percentile").
 * @param strata values by stratum, e.g. by configuration
 * @throws RangeError where a stratum has fewer than two values
 */
export function bootstrapInterval(
  strata: readonly (readonly number[])[],
  { level = 0.95, resamples = 4999, key = hostKey(0, "bootstrap") }: BootstrapOptions = {},
): Interval {
  checkLevel(level);
  const n = strata.reduce((sum, stratum) => sum + stratum.length, 0);
  if (strata.length === 0 || strata.some((stratum) => stratum.length < 2)) {
    throw new RangeError("bootstrap: every stratum needs 2 or more values");
  }
  const estimate = mean(strata.flat());
  const means = new Float64Array(resamples);
  for (const [s, stratum] of strata.entries()) {
    const draws = hostIntegers(hostFold(key, s), resamples * stratum.length, stratum.length);
    for (let r = 0, at = 0; r < resamples; r++) {
      let sum = 0;
      for (let i = 0; i < stratum.length; i++) sum += stratum[draws[at++]];
      means[r] += sum / n;
    }
  }
  means.sort();
  if (means[0] === means[resamples - 1]) {
    return { estimate, low: estimate, high: estimate, level, n, method: "bootstrap" };
  }
  // Bias: the normal quantile of the share of resamples below the estimate, ties counted half.
  let below = 0;
  for (const value of means) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  const bias = normalQuantile(Math.min(Math.max(below, 0.5), resamples - 0.5) / resamples);
  const acceleration = accelerationOf(strata, n);
  const df = n - strata.length;
  const reach = tQuantile((1 + level) / 2, df) * Math.sqrt(n / df);
  const percentile = (z: number) => {
    const shifted = bias + (bias + z) / (1 - acceleration * (bias + z));
    const rank = (1 - normalUpperTail(shifted)) * (resamples + 1) - 1;
    const at = Math.min(Math.max(rank, 0), resamples - 1);
    const floor = Math.floor(at);
    const next = Math.min(floor + 1, resamples - 1);
    return means[floor] + (at - floor) * (means[next] - means[floor]);
  };
  return {
    estimate,
    low: percentile(-reach),
    high: percentile(reach),
    level,
    n,
    method: "bootstrap",
  };
}

/** Σ l³ / (6 (Σ l²)^{3/2}) over the influence values l of the mean, (x − x̄_stratum)/n. */
function accelerationOf(strata: readonly (readonly number[])[], n: number): number {
  let cubes = 0;
  let squares = 0;
  for (const stratum of strata) {
    const centre = mean(stratum);
    for (const value of stratum) {
      const influence = (value - centre) / n;
      cubes += influence * influence * influence;
      squares += influence * influence;
    }
  }
  return squares === 0 ? 0 : cubes / (6 * squares * Math.sqrt(squares));
}

/** From this many values on the bootstrap is used. */
export const BOOTSTRAP_FROM = 20;

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
