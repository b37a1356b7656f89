/**
 * What a metric is.
 * @module
 */
export { requireDeclared } from "./contract.ts";
export {
  COVARIANCE_ROUNDING,
  negativeVariance,
  type OddRow,
  oddRows,
  oddText,
  watched,
} from "./door.ts";
export {
  defineMetric,
  type EvaluationContext,
  type Metric,
  type OtherData,
  type SettleContext,
} from "./metric.ts";
export type { Requirement } from "./requires.ts";
