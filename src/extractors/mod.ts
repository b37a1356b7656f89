/**
 * Extractors by name, opened where a metric asks for one.
 * @module
 */
export {
  type Extractor,
  type ExtractorNetwork,
  featuresOf,
  type NetworkOutputs,
} from "./extractor.ts";
export * from "./open.ts";
export type { ExtractorRow, Gives } from "./row.ts";
export { extractorName, extractorStatus, extractorTable } from "./table.ts";
