/**
 * The table of metrics: light, so that the command line and reports read it and load no metric.
 * @module
 */
export type { BetweenSets, LooksAt, Meaning, Meanings, Standing } from "./standing.ts";
export { meaningOf, metricNames, metricTable, narrowed, ownRow, standingOf } from "./look_up.ts";
export { builtInMetrics } from "./table.ts";
export { otherTheme, type Theme, type ThemeId, themeOf, themes } from "./themes.ts";
