/**
 * Curation of texts: stages that keep, rewrite and drop documents, and the pipeline that runs them.
 * @module
 */
export {
  type CorpusStage,
  type Decision,
  defineStage,
  type Document,
  type DocumentMessage,
  type LimitKind,
  type MapStage,
  type Provenance,
  type StageContext,
  type StageDefinition,
} from "./stage.ts";
export { minhashSketch, type Sketch, type SketchSize } from "./dedup/mod.ts";
export { allStages, stageOf, stages } from "./table.ts";
export {
  type Amount,
  type AskedStage,
  BlockFolder,
  bucketEdge,
  type CheckTally,
  contextOf,
  type Done,
  droppedBytes,
  keptBytes,
  labelled,
  type LabelledStage,
  madeStage,
  type MakingPlace,
  type PassOptions,
  type PassSummary,
  type ReadyStage,
  type Row,
  rowOf,
  runPasses,
  type Sample,
  type Source,
  type StageTally,
  textsFile,
} from "./pipeline/mod.ts";
