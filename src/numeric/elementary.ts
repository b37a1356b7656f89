/**
 * Elementary and special functions in float64 with the same bits on every machine: only + − × ÷ √
 * and bit operations, where the language leaves `Math.exp` and its kin to the platform.
 * @module
 */
export {
  cosh,
  exp,
  expm1,
  log,
  log10,
  log1p,
  log2,
  logSigmoid,
  logSumExp,
  pow,
  sigmoid,
  sinh,
  softplus,
  tanh,
} from "./exponential.ts";
export { acos, asin, atan, atan2, cos, sin, tan } from "./trigonometric.ts";
export {
  digamma,
  erf,
  erfc,
  lgamma,
  log1mexp,
  logBeta,
  normalCdf,
  normalQuantile,
} from "./special.ts";
