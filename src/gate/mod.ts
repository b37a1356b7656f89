/**
 * The gate: records against reviewed baselines.
 * @module
 */
export * from "./policy.ts";
export * from "./outcome.ts";
export {
  type Baseline,
  type BaselineUpdate,
  readBaselines,
  writeBaseline,
} from "./baseline/baseline.ts";
export { planUpdate, type RowChange, type UpdatePlan } from "./baseline/update.ts";
export { evaluateGate } from "./verdict/evaluate.ts";
export type { GateInput } from "./verdict/input.ts";
export type { Verdict, VerdictName } from "./verdict/verdict.ts";
export { confirmSpeed, type Rerun } from "./speed/confirm.ts";

export * from "./gate.ts";
