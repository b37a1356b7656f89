/**
 * The gate: records against reviewed baselines.
 * @module
 */
export { changeText } from "./change_text.ts";
export { annotations } from "./ci/annotations.ts";
export type { Gated } from "./ci/gated.ts";
export { junitXml } from "./ci/junit.ts";
export { gateMarkdown } from "./ci/markdown.ts";
export * from "./gate.ts";
export {
  appendHistory,
  entriesSince,
  histories,
  historyPath,
  readHistory,
} from "./history/history.ts";
export { historyTable } from "./history/history_text.ts";
export { keeping, readKept } from "./last_gate.ts";
export * from "./outcome.ts";
export * from "./policy.ts";
export { asksOf, gateSuite, planRecords, suitePolicies } from "./suite.ts";
export { evaluateGate } from "./verdict/evaluate.ts";
export type { GateInput } from "./verdict/input.ts";
export { rowText, type Verdict, type VerdictName } from "./verdict/verdict.ts";
