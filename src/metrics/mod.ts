/**
 * What a metric is, and the table of them.
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
export { defineMetric, type EvaluationContext, type Metric } from "./metric.ts";
export type { Requirement } from "./requires.ts";
export type { BetweenSets, LooksAt, Meaning, Meanings, Standing } from "./standing.ts";
export {
  builtInMetrics,
  meaningOf,
  metricNames,
  metricTable,
  narrowed,
  ownRow,
  standingOf,
} from "./table.ts";
export { otherTheme, type Theme, type ThemeId, themeOf, themes } from "./themes.ts";
