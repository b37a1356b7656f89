/**
 * Extractors made of a compiled network.
 * @module
 */
export { networkExtractor } from "./network.ts";
