/**
 * Likeness: a benchmark harness for generative models.
 *
 * A family, dataset, metric, protocol or kind of sample of your own is a file that imports this module,
 * exports what `defineFamily`, `defineDataset`, `defineMetric`, `defineProtocol` or `defineKind` returns,
 * and is named under `modules` in a suite.
 * The stages of a benchmark are functions on files: `loadSuite` → `planSuite` → `launch` → records →
 * `evaluateGate` → `buildReport` → `writeReport`.
 * @module
 */

// Declaring.
export {
  type Batch,
  type Dataset,
  type DatasetDefinition,
  type DatasetOutline,
  defineDataset,
  type Factor,
  type Labels,
  type LoadContext,
  outlineOf,
  type Split,
} from "./data/mod.ts";
export {
  type Augmentation,
  type ByteForm,
  defineKind,
  type Grid,
  gridOf,
  type HostValues,
  type Kind,
  type KindMap,
  type KindName,
  kindOf,
  type Samples,
  type SampleSpec,
  type SpecOf,
  type TruthOf,
  type Unit,
} from "./kinds/mod.ts";
export {
  type BatchAsked,
  type Batcher,
  batchIndices,
  type BatchSource,
  wholeSamples,
} from "./kinds/batch/mod.ts";
export { type ImageSet, imagesOf, type ImageSpec } from "./kinds/image/mod.ts";
export { type PointSet, pointsOf, type PointSpec, type PointTruth } from "./kinds/point/mod.ts";
export { type TextSet, textsOf, type TextSpec } from "./kinds/text/mod.ts";
export {
  type Camera,
  cameraAt,
  cameraNumbers,
  lookAt,
  pixelRay,
  projectPoint,
  type Vector,
  type ViewMaps,
  type ViewSet,
  viewsOf,
  type ViewSpec,
  type ViewTruth,
} from "./kinds/view/mod.ts";
export { type Tokenizer } from "./tokenizers/mod.ts";
export {
  type BuildContext,
  type CollectContext,
  defineFamily,
  type Drawn,
  type Driver,
  type Family,
  type Given,
  type GivenRun,
  type HostContext,
  type LanguageContext,
  type Model,
  type OpenContext,
  type Opened,
  type Role,
  type Roles,
  type SampleContext,
  type SampleRequest,
  type SceneContext,
} from "./families/mod.ts";
export { defineMetric, type EvaluationContext, type Metric } from "./metrics/mod.ts";
export {
  type BetweenSets,
  type LooksAt,
  type Meaning,
  type Meanings,
  type Standing,
  type Theme,
  type ThemeId,
} from "./metrics/table/mod.ts";
export {
  type Artefact,
  type ArtefactKind,
  type Look,
  type MetricValue,
  type Need,
  type NeededRun,
  openStore,
  type PlannedRun,
  type Provenance,
  type RunRecord,
  type RunSpec,
  type RunState,
  type SamplesTaken,
  type Series,
  type Shows,
  type Store,
  type Taken,
  type Timings,
  type TrainedBy,
} from "./record/mod.ts";
export type {
  Capabilities,
  Codes,
  LanguageModel,
  RenderedMaps,
  SampleOptions,
  Subject,
  TokenModel,
} from "./subject/mod.ts";
export {
  type Extractor,
  type ExtractorNetwork,
  featuresOf,
  type NetworkOutputs,
} from "./extractors/mod.ts";
export { type Features, takeRows, type Views } from "./algebra/mod.ts";
export {
  type Absence,
  defineProtocol,
  type Entry,
  type Protocol,
  type ProtocolDefinition,
  type Row,
  type UnknownCosts,
} from "./protocols/mod.ts";
export { pathText } from "./base/schema/mod.ts";
export { type Registered, registerModule } from "./registry.ts";

// What families are made of.
export * as nn from "./nn/mod.ts";
export * as random from "./random/mod.ts";
export * as elementary from "./numeric/mod.ts";
export {
  type CompileMode,
  type CompileOptions,
  type Determinism,
  disposeTree,
  type Engine,
  type EngineIdentity,
  type EngineMemory,
  type EngineName,
  type EngineSettings,
  type EngineStatus,
  engineStatuses,
  fillTree,
  isTensor,
  leaves,
  mapTree,
  openEngine,
  type Program,
  type Slot,
  sortedKeys,
  templateOf,
  type TensorRecord,
  tensorsOf,
  type TensorTree,
  type Tree,
} from "./engine/mod.ts";
export type { Key } from "./random/mod.ts";

// What a protocol's `execute` is made of.
export { type MadeDocument, madeDocuments, madeLines } from "./data/text/mod.ts";
export {
  dataOf,
  type Ending,
  givenTo,
  keepArtefact,
  type Outcome,
  type Run,
  type RunEvent,
  type RunHost,
  timed,
  writeRecord,
} from "./run/mod.ts";
export { conclude } from "./run/score/mod.ts";

// Running.
export {
  type LoadOptions,
  loadSuite,
  loadSuites,
  parseSuite,
  parseSuites,
  type Problem,
  SuiteError,
} from "./suite/mod.ts";
export type {
  GatePolicy,
  ReportOptions,
  Suite,
  SuiteMetric,
  SuiteRun,
} from "./suite/schema/mod.ts";
export {
  parsePlan,
  type PlanOptions,
  planSuite,
  printPlan,
  readPlan,
  writePlan,
} from "./plan/mod.ts";
export { launch, type LaunchEvent, type LaunchOptions, type LaunchResult } from "./launch/mod.ts";

// Judging and showing.
export { evaluateGate, type GateInput, type Verdict } from "./gate/mod.ts";
export {
  type Baseline,
  type BaselineUpdate,
  readBaselines,
  writeBaseline,
} from "./gate/baseline/mod.ts";
export { type Floors, readFloors, writeFloors } from "./gate/speed/mod.ts";
export { buildReport, type ReportInputs, type ReportModel, writeReport } from "./report/mod.ts";
export {
  DataError,
  EngineError,
  exitCodes,
  MetricUnavailable,
  UsageError,
  version,
  worstExit,
} from "./base/mod.ts";
