/**
 * Likeness: a benchmark harness for generative models.
 *
 * A family, dataset, metric, protocol or kind of sample of your own is a file that imports this module,
 * exports what `defineFamily`, `defineDataset`, `defineMetric`, `defineProtocol` or `defineKind` returns,
 * and is named under
 * `modules` in a suite.
 * The stages of a benchmark are functions on files: `loadSuite` → `planSuite` → `launch` → records →
 * `evaluateGate` → `buildReport` → `writeReport`.
 * @module
 */

// Declaring.
export * from "./data/dataset.ts";
export * from "./kinds/kind.ts";
export * from "./kinds/kind_map.ts";
export {
  type BatchAsked,
  type Batcher,
  type BatchSource,
  wholeSamples,
} from "./kinds/batch/batch.ts";
export { batchIndices } from "./kinds/batch/order.ts";
export type * from "./kinds/grid.ts";
export type * from "./kinds/image/image_set.ts";
export type * from "./kinds/point/point_set.ts";
export { imagesOf } from "./kinds/image/images.ts";
export { pointsOf } from "./kinds/point/points.ts";
export { gridOf, kindOf } from "./kinds/table.ts";
export * from "./families/family.ts";
export type * from "./families/needs.ts";
export * from "./metrics/metric.ts";
export type { BetweenSets, LooksAt, Meaning, Meanings, Standing } from "./metrics/standing.ts";
export type { Theme, ThemeId } from "./metrics/themes.ts";
export type * from "./record/value.ts";
export type * from "./subject/capabilities.ts";
export type * from "./subject/subject.ts";
export type * from "./extractors/extractor.ts";
export * from "./algebra/features.ts";
export { defineProtocol } from "./protocols/protocol.ts";
export type {
  Absence,
  Entry,
  Protocol,
  ProtocolDefinition,
  Row,
  UnknownCosts,
} from "./protocols/protocol.ts";
export { pathText } from "./base/schema/path_text.ts";
export { registerModule } from "./registry.ts";
export type { Registered } from "./registry.ts";

// What families are made of.
export * as nn from "./nn/mod.ts";
export * as random from "./random/mod.ts";
export * as elementary from "./numeric/elementary.ts";
export { engineStatuses, openEngine } from "./engine/mod.ts";
export type { EngineStatus } from "./engine/mod.ts";
export * from "./engine/engine.ts";
export type { Key } from "./random/key.ts";
export * from "./engine/tree.ts";

// What a protocol's `execute` is made of.
export { keepArtefact } from "./run/artefact.ts";
export { timed, writeRecord } from "./run/job.ts";
export type { Ending, Run, RunHost } from "./run/job.ts";
export { givenTo } from "./run/needs.ts";
export { conclude } from "./run/score/conclude.ts";
export type { Outcome, RunEvent } from "./run/events.ts";

// Running.
export { loadSuite, loadSuites, parseSuite, parseSuites } from "./suite/load.ts";
export type { LoadOptions } from "./suite/load.ts";
export type { ReportOptions, Suite, SuiteMetric, SuiteRun } from "./suite/schema/schema.ts";
export { type Problem, SuiteError } from "./suite/problem.ts";
export { parsePlan, planSuite, printPlan, readPlan, writePlan } from "./plan/plan.ts";
export type { PlanOptions } from "./plan/plan.ts";
export { launch } from "./launch/schedule.ts";
export type { LaunchEvent, LaunchOptions, LaunchResult } from "./launch/schedule.ts";
export { openStore } from "./record/store.ts";
export type { Store } from "./record/store.ts";
export type * from "./record/record.ts";

// Judging and showing.
export { evaluateGate, readBaselines, writeBaseline } from "./gate/mod.ts";
export type { Baseline, BaselineUpdate, GateInput, Verdict } from "./gate/mod.ts";
export type { GatePolicy } from "./suite/schema/gate_policy.ts";
export { readFloors, writeFloors } from "./gate/speed/floors.ts";
export type { Floors } from "./gate/speed/floors.ts";
export { buildReport, writeReport } from "./report/mod.ts";
export type { ReportInputs, ReportModel } from "./report/mod.ts";
export {
  DataError,
  EngineError,
  exitCodes,
  MetricUnavailable,
  UsageError,
  worstExit,
} from "./base/errors.ts";
export { version } from "./base/version.ts";
