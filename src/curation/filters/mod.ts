/**
 * Heuristic filters by their published names.
 * @module
 */
export { type Check, filterStage } from "./check.ts";
export { c4Quality } from "./c4_quality.ts";
export { finewebQuality } from "./fineweb_quality.ts";
export { gopherQuality } from "./gopher_quality.ts";
export { gopherRepetition } from "./gopher_repetition.ts";
export { nemoHeuristics } from "./nemo/nemo.ts";
