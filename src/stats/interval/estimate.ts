/**
 * What every interval is given as.
 * @module
 */

/** An estimate with its interval and what the interval is. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Nominal coverage, e.g. 0.95. */
  readonly level: number;
  /** Number of values. */
  readonly n: number;
  readonly method:
    | "t"
    | "paired t"
    | "two-sample t"
    | "jackknife t"
    | "rank"
    | "score"
    | "bootstrap"
    | "percentile bootstrap"
    | "basic bootstrap";
}
