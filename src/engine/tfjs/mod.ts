/**
 * What the engines built on tfjs share.
 * @module
 */
export { CACHE_WRITE } from "./cache_write.ts";
export {
  ADAM_STEP,
  CROSS_ENTROPY,
  HASH_GRID,
  HASH_GRID_GRADIENT,
  LEAKY_GATE,
  SUM_ROWS,
  UNPACK,
} from "./kernel_names.ts";
export { composedRuns } from "./registry.ts";
