/**
 * Extractors by name, opened where a metric asks for one.
 * @module
 */
export type { WeightsOption } from "./weights/state_dict.ts";
export { extractorTable } from "./table.ts";
export { type ExtractorRow, type InputOptions, inputOptions } from "./row.ts";
export * from "./open.ts";
