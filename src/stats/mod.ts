/** Statistics of small samples: intervals, rank tests, many tests at once. @module */
export * from "./summary.ts";
export * from "./interval.ts";
export * from "./rank.ts";
export * from "./signed_rank.ts";
export * from "./steps.ts";
export * from "./multiplicity.ts";
export { normalQuantile, normalUpperTail, tQuantile, tUpperTail } from "./distribution.ts";
