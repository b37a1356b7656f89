/**
 * Linear algebra in plain JavaScript: + − × ÷ √ alone, so every machine gives the same bits.
 * @module
 */
import { type Dense, nuclearNorm, symmetricEigen, timesTransposed } from "../linear.ts";
import { triangularFactor } from "../linear.ts";
import type { LinearAlgebra } from "./algebra.ts";

/** F = Λ^½ Vᵀ of A = VΛVᵀ; eigenvalues that rounding made negative count as 0. */
function symmetricFactor(a: Dense): Dense {
  const { values, vectors } = symmetricEigen(a);
  const data = vectors.data.slice();
  for (let r = 0; r < a.rows; r++) {
    const root = Math.sqrt(Math.max(0, values[r]));
    for (let j = 0; j < a.columns; j++) data[r * a.columns + j] *= root;
  }
  return { ...vectors, data };
}

/** See the module. */
export const hostAlgebra: LinearAlgebra = {
  name: "host",
  triangularFactor,
  symmetricFactor,
  timesTransposed,
  nuclearNorm,
  symmetricEigenvalues: (a) => symmetricEigen(a).values,
};
