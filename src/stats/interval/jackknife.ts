/**
 * The jackknife: what a statistic does as each value is left out. It gives BCa its acceleration, and a
 * t interval of a smooth statistic of few values, where the bootstrap falls short.
 * @module
 */
import { tQuantile } from "../distribution.ts";
import type { Interval } from "./estimate.ts";
import { checkLevel } from "../level.ts";
import { deviation } from "../summary.ts";

/** By stratum, the statistic without each of its values in turn. */
export function leaveOneOut<T>(
  strata: readonly (readonly T[])[],
  statistic: (strata: readonly (readonly T[])[]) => number,
): number[][] {
  return strata.map((stratum, s) =>
    stratum.map((_, i) =>
      statistic(strata.map((other, o) => o === s ? other.filter((_, j) => j !== i) : other))
    )
  );
}

/**
 * θ̂ ± t s/√n over Tukey's pseudo-values nθ̂ − (n − 1)θ₍ᵢ₎ (Tukey 1958); of a mean it is Student's
 * interval. For statistics that move smoothly with each value, as trimmed means over runs do and a
 * median doesn't. Interquartile means over 2 to 5 tasks of 3 runs are covered at 90 to 95 % where it
 * says 95 %; the bootstrap of 3 covers 76 %.
 * @throws RangeError below two values, or where the statistic is not finite
 */
export function jackknifeInterval<T>(
  values: readonly T[],
  statistic: (values: readonly T[]) => number,
  level = 0.95,
): Interval {
  checkLevel(level);
  const n = values.length;
  if (n < 2) throw new RangeError(`jackknife of ${n} values: 2 or more are needed`);
  const estimate = statistic(values);
  const [without] = leaveOneOut([values], ([kept]) => statistic(kept));
  if (![estimate, ...without].every(Number.isFinite)) {
    throw new RangeError("jackknife: the statistic is not finite with a value left out");
  }
  const half = tQuantile((1 + level) / 2, n - 1) * (n - 1) * deviation(without) / Math.sqrt(n);
  return { estimate, low: estimate - half, high: estimate + half, level, n, method: "jackknife t" };
}
