/**
 * Stages over any number of documents: in passes, in blocks, in threads, from where it was stopped.
 * @module
 */
export { BlockFolder, type PassSummary } from "./blocks.ts";
export type { Source } from "./cut.ts";
export { droppedBytes, keptBytes } from "./finish.ts";
export { contextOf, madeStage, type MakingPlace, textsFile } from "./make.ts";
export { type Done, type PassOptions, type ReadyStage, runPasses } from "./passes.ts";
export { type Row, rowOf } from "./row.ts";
export { type Amount, bucketEnd, type CheckTally, type Sample, type StageTally } from "./tally.ts";
