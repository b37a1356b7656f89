/**
 * Metrics that need nothing but two sets of samples.
 * @module
 */
export { folderMetrics } from "./table.ts";
