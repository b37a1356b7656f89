/**
 * The schema of suites.
 * @module
 */
export { describeKeys, type KeyRow } from "./describe.ts";
export { FEWEST_SEEDS, type GatePolicy, gatePolicy, percent } from "./gate_policy.ts";
export { wants } from "./introspect.ts";
export type { ReportOptions, Suite, SuiteData, SuiteMetric, SuiteRun } from "./schema.ts";
