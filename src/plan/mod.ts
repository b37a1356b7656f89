/**
 * From a suite to the runs that it plans.
 * @module
 */
export { Calibration, choose, type Cost, worthTrying } from "./calibration.ts";
export {
  narrowed,
  parsePlan,
  type Planned,
  type PlanOptions,
  planSuite,
  planWithNeeds,
  printPlan,
  readPlan,
  withNeeds,
  writePlan,
} from "./plan.ts";
export { rowsByLabel, type SuiteRow } from "./scored.ts";
export { bareGroup, type BareSpec, settingsFrom, type SettingsOf } from "./settings.ts";
