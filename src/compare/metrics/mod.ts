/**
 * What other rooms may use of compare/metrics.
 * @module
 */
export { folderMetrics } from "./table.ts";
