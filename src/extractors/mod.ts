/**
 * Extractors by name, opened where a metric asks for one.
 * @module
 */
export type { WeightsOption } from "./weights/state_dict.ts";
export { extractorTable } from "./table.ts";
export type { ExtractorRow } from "./row.ts";
export { type InputOptions, inputOptions } from "./input/input_options.ts";
export * from "./open.ts";
