/**
 * Scores of a run, and its end.
 * @module
 */
export { conclude, nulls } from "./conclude.ts";
export { computeMetrics } from "./evaluate.ts";
export { finishedRuns, knownValues, trainingOf } from "./twin.ts";
