/**
 * What other rooms may use of proof/conformance.
 * @module
 */
export { conformance, type ConformanceRow } from "./conformance.ts";
