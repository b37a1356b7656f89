/**
 * Statistics of small samples: intervals, rank and permutation tests, corrections for many tests,
 * scores over tasks, ranges of ranks, and sources of variance. Bradley–Terry strengths
 * are in `compare/mod.ts`, because they load a library.
 * @module
 */
export * from "./compare/places.ts";
export * from "./compare/scores.ts";
export * from "./compare/wins.ts";
export { normalQuantile, normalUpperTail, tQuantile, tUpperTail } from "./distribution.ts";
export * from "./interval/bootstrap.ts";
export * from "./interval/estimate.ts";
export * from "./interval/interval.ts";
export { jackknifeInterval } from "./interval/jackknife.ts";
export * from "./interval/wilson.ts";
export * from "./steps.ts";
export * from "./summary.ts";
export { chiSquareQuantile, chiSquareUpperTail, fQuantile, fUpperTail } from "./test/fisher.ts";
export * from "./test/multiplicity.ts";
export * from "./test/permutation.ts";
export * from "./test/rank.ts";
export * from "./test/signed_rank.ts";
export * from "./variance.ts";
