/**
 * Arithmetic with the same bits on every machine.
 * @module
 */
export { HALF_LOG_TWO_PI, LOG_TWO_PI } from "./constants.ts";
export {
  acos,
  asin,
  atan,
  atan2,
  cos,
  cosh,
  digamma,
  erf,
  erfc,
  exp,
  expm1,
  lgamma,
  log,
  log10,
  log1mexp,
  log1p,
  log2,
  logBeta,
  logSigmoid,
  logSumExp,
  normalCdf,
  normalQuantile,
  pow,
  sigmoid,
  sin,
  sinh,
  softplus,
  tan,
  tanh,
} from "./elementary.ts";
export { powerOfTwo, scaleByPowerOfTwo } from "./float64.ts";
export { orthonormalise } from "./orthonormal.ts";
export { inverseTurn } from "./trigonometric.ts";
