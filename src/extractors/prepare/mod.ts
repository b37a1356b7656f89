/**
 * What other rooms may use of extractors/prepare.
 * @module
 */
export { even, type InputSpec, prepare } from "./prepare.ts";
export { gaussianMatrix } from "./resample.ts";
