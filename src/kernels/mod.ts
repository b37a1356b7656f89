/**
 * Numeric kernels of our own in WebAssembly SIMD.
 * @module
 */
export { type HashGridKernels, hashGridOn, type HashLevelKernel } from "./hash_grid/hash_grid.ts";
