/**
 * Every operation that families use, on an engine, against float64.
 * @module
 */
export { conformance, type ConformanceRow } from "./conformance.ts";
