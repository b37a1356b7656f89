/**
 * What other rooms may use of run/score.
 * @module
 */
export { conclude, nulls } from "./conclude.ts";
export { computeMetrics } from "./evaluate.ts";
export { finishedRuns, knownValues, trainingOf } from "./twin.ts";
