/**
 * The linear algebra that metrics need, as one interface, whichever code computes.
 * @module
 */
import type { Dense } from "./linear.ts";

/** Dense matrices in float64, row-major. Arguments are never written to. */
export interface LinearAlgebra {
  /** "host", or the library with its version. */
  readonly name: string;
  /** R of A = QR for A [m, n]: upper triangular, RᵀR = AᵀA. @returns [min(m, n), n] */
  triangularFactor(a: Dense): Dense;
  /** Some F with FᵀF = A for a symmetric A with no negative eigenvalue. @returns [r, n], r ≤ n */
  symmetricFactor(a: Dense): Dense;
  /** A Bᵀ for A [m, k] and B [n, k]. @returns [m, n] */
  timesTransposed(a: Dense, b: Dense): Dense;
  /** Sum of the singular values. */
  nuclearNorm(a: Dense): number;
  /** Eigenvalues of a symmetric matrix, largest first. @returns [n] */
  symmetricEigenvalues(a: Dense): Float64Array;
}
