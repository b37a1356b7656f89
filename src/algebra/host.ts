/**
 * Linear algebra in plain JavaScript with + − × ÷ √ alone, so every machine gives the same bits.
 * @module
 */
import {
  nuclearNorm,
  semidefiniteFactor,
  symmetricEigen,
  timesTransposed,
  triangularFactor,
} from "./linear.ts";
import type { LinearAlgebra } from "./linear_algebra.ts";

/** See the module. */
export const hostAlgebra: LinearAlgebra = {
  name: "host",
  triangularFactor,
  symmetricFactor: semidefiniteFactor,
  timesTransposed,
  nuclearNorm,
  symmetricEigenvalues: (a) => symmetricEigen(a).values,
};
