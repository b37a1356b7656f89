/**
 * Statistics of small samples: intervals, rank and permutation tests, many tests at once, scores over
 * tasks, rank ranges, and where a variance comes from. `bradley_terry.ts` stands apart, for it loads a
 * library.
 * @module
 */
export * from "./summary.ts";
export * from "./interval.ts";
export * from "./bootstrap.ts";
export { jackknifeInterval } from "./jackknife.ts";
export * from "./rank.ts";
export * from "./permutation.ts";
export * from "./signed_rank.ts";
export * from "./steps.ts";
export * from "./multiplicity.ts";
export * from "./scores.ts";
export * from "./places.ts";
export * from "./variance.ts";
export { normalQuantile, normalUpperTail, tQuantile, tUpperTail } from "./distribution.ts";
export { chiSquareQuantile, chiSquareUpperTail, fQuantile, fUpperTail } from "./fisher.ts";
