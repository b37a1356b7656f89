/**
 * Ratios of step times measured in turns.
 * @module
 */
import { exp, log } from "../../numeric/mod.ts";
import { meanInterval, median } from "../../stats/mod.ts";

/** A ratio with its 95 % interval; null for one round, which has no spread. */
export interface Ratio {
  readonly estimate: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The ratio of two contenders' median times, round i of one beside round i of the other. The
 * interval is of the mean logarithm of the rounds' ratios, so that what slows a whole round (another
 * process, a hot processor) drops out.
 * @throws RangeError where the rounds aren't paired
 */
export function timeRatio(of: readonly number[], to: readonly number[]): Ratio {
  if (of.length !== to.length || of.length === 0) {
    throw new RangeError(`a ratio of rounds needs pairs, found ${of.length} and ${to.length}`);
  }
  const interval = meanInterval(of.map((seconds, i) => log(seconds / to[i])));
  return {
    estimate: median(of) / median(to),
    low: interval === null ? null : exp(interval.low),
    high: interval === null ? null : exp(interval.high),
  };
}
