/**
 * Numeric kernels of our own in WebAssembly SIMD, most with memory of their own and helper threads.
 * @module
 */
export {
  type HashGridForm,
  type HashGridKernels,
  hashGridOn,
  type HashLevelKernel,
  runLevels,
} from "./hash_grid/hash_grid.ts";
export { hashLookUp, hashSpread } from "./hash_grid/host.ts";
export { moduleBytes } from "./module/memory.ts";
export { moduleThreads, useModuleThreads } from "./module/threads.ts";
export {
  type Degree,
  type Frame,
  type Rendered,
  type SplatForm,
  splatRows,
  type Splats,
  type SplatState,
  type SplatTraining,
  type SplatUpdate,
} from "./splat/form.ts";
export { openSplats } from "./splat/splats.ts";
