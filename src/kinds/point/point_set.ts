/**
 * Points: what one is, and a set of them on the host.
 * @module
 */

/** A point: so many numbers, each of 256 levels. */
export interface PointSpec {
  readonly kind: "point";
  readonly dimensions: number;
}

/** What is known of the law that points are drawn from, where it is: for points of two numbers. */
export interface PointTruth {
  /** The probability of each of the 256² pairs, [256 · first + second]. The caller may not change it. */
  readonly law: Float64Array;
}

/** Points, row-major [count, dimensions]: level k stands for k/255. */
export interface PointSet {
  readonly count: number;
  readonly dimensions: number;
  /** count × dimensions bytes. */
  readonly data: Uint8Array;
}
