/**
 * Pictures as networks see them: batches, resizing, resampling.
 * @module
 */
export { even, type InputSpec, prepare } from "./prepare.ts";
export { gaussianMatrix } from "./resample.ts";
