/**
 * Keys and draws on the host, without tensors.
 * @module
 */
export {
  categoricalDraw,
  FOLD_WORDS,
  foldNumber,
  foldString,
  integerDraw,
  type KeyWords,
  normalRow,
  uniform53,
  uniformRow,
} from "./draws.ts";
export {
  hostFold,
  hostIntegers,
  type HostKey,
  hostKey,
  hostNormal,
  hostPermutation,
  hostUniform,
  uniform01,
} from "./host.ts";
export { PHILOX_CATEGORICAL, PHILOX_FOLD, PHILOX_NORMAL, PHILOX_UNIFORM } from "./kernels.ts";
export { PHILOX } from "./philox.ts";
