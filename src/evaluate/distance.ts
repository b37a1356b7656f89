/**
 * The Fréchet distance of two sets of moments, from wherever they come.
 * @module
 */
import { type Dense, nuclearNorm, timesTransposed } from "../metrics/linear.ts";
import type { Moments } from "./moments.ts";

/**
 * A factor of a covariance: FᵀF = Σ, with as many rows as Σ has directions with a variance of more
 * than `dimension` roundings of the largest. Cholesky with complete pivoting (Higham, Accuracy and
 * Stability of Numerical Algorithms, 2nd ed., §10.3), so Σ may be singular, as that of fewer
 * pictures than dimensions is.
 * @throws RangeError where Σ is clearly no covariance: a variance below zero
 */
export function semidefiniteFactor(covariance: Float64Array, dimension: number): Dense {
  const d = dimension, rest = Float64Array.from({ length: d }, (_, j) => covariance[j * d + j]);
  const order = Uint32Array.from({ length: d }, (_, j) => j);
  const largest = rest.reduce((m, v) => Math.max(m, v), 0);
  if (rest.some((v) => v < -1e-10 * largest || Number.isNaN(v))) {
    throw new RangeError("the covariance has a variance below zero on its diagonal");
  }
  const factor = new Float64Array(d * d);
  let rank = 0;
  for (; rank < d; rank++) {
    let pivot = rank;
    for (let k = rank + 1; k < d; k++) if (rest[order[k]] > rest[order[pivot]]) pivot = k;
    const at = order[pivot];
    if (!(rest[at] > d * 2 ** -52 * largest)) break;
    order[pivot] = order[rank];
    order[rank] = at;
    const row = factor.subarray(rank * d, (rank + 1) * d), root = Math.sqrt(rest[at]);
    for (let k = rank; k < d; k++) row[order[k]] = covariance[at * d + order[k]];
    for (let above = 0; above < rank; above++) { // what earlier rows explain of it
      const scale = factor[above * d + at];
      if (scale === 0) continue;
      for (let j = 0, from = above * d; j < d; j++) row[j] -= scale * factor[from + j];
    }
    for (let k = 0; k < rank; k++) row[order[k]] = 0;
    row[at] = root;
    for (let k = rank + 1; k < d; k++) {
      const value = row[order[k]] / root;
      row[order[k]] = value;
      rest[order[k]] -= value * value;
    }
  }
  return { rows: rank, columns: d, data: factor.slice(0, rank * d) };
}

/**
 * ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½) (Dowson & Landau 1982, eq. 16). With Σᵢ = FᵢᵀFᵢ the trace of
 * the root is the sum of the singular values of F₁F₂ᵀ.
 * @throws RangeError on different dimensions
 */
export function momentDistance(a: Moments, b: Moments): number {
  const d = a.dimension;
  if (d !== b.dimension) {
    throw new RangeError(`moments of ${d} and ${b.dimension} dimensions can't be compared`);
  }
  let sum = 0, traces = 0;
  for (let j = 0; j < d; j++) {
    const difference = a.mean[j] - b.mean[j];
    sum += difference * difference;
    traces += a.covariance[j * d + j] + b.covariance[j * d + j];
  }
  const [p, q] = [a, b].map(({ covariance }) => semidefiniteFactor(covariance, d));
  const root = p.rows === 0 || q.rows === 0 ? 0 : nuclearNorm(timesTransposed(p, q));
  return Math.max(0, sum + traces - 2 * root); // never negative but by rounding
}
