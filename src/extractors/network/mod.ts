/**
 * What other rooms may use of extractors/network.
 * @module
 */
export { networkExtractor } from "./network.ts";
