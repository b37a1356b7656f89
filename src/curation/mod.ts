/**
 * Curation of texts: stages that keep, rewrite and drop documents. What runs them is in `pipeline/`.
 * @module
 */
export { type AskedStage, labelled, type LabelledStage } from "./asked.ts";
export {
  type AskedModel,
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
export { allStages, stageOf, stages } from "./table.ts";
