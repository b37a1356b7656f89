/**
 * Linear algebra that several metrics share, in float64 with + − × ÷ √ alone, so that every machine
 * gives the same bits.
 * @module
 */
import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import type { Features } from "./features.ts";

/** Throws where a feature is NaN or infinite, naming the row. */
export function requireFinite(features: Features, what: string): void {
  const { data, dimension } = features;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new RangeError(
        `${what}: feature ${i % dimension} of row ${Math.floor(i / dimension)} is ${data[i]}; ` +
          `every feature must be finite`,
      );
    }
  }
}

/** Means of the columns. @returns [dimension] */
export function columnMeans(features: Features): Float64Array {
  const { count, dimension, data } = features;
  const mean = new Float64Array(dimension);
  for (let i = 0, at = 0; i < count; i++) for (let j = 0; j < dimension; j++) mean[j] += data[at++];
  for (let j = 0; j < dimension; j++) mean[j] /= count;
  return mean;
}

/** Rows minus the means of the columns, as a copy. @returns row-major [count, dimension] */
export function centred(features: Features, mean = columnMeans(features)): Float64Array {
  const { count, dimension, data } = features;
  const out = new Float64Array(count * dimension);
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < dimension; j++, at++) out[at] = data[at] - mean[j];
  }
  return out;
}

/** A dense matrix, row-major. */
export interface Dense {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * The triangular factor R of A = QR, by Householder reflections. Working on the data and never on
 * AᵀA keeps directions whose variance is 1e−16 of the largest, which a Cholesky factor loses.
 * @returns [min(rows, columns), columns], RᵀR = AᵀA
 */
export function triangularFactor({ rows, columns, data }: Dense): Dense {
  const a = data.slice();
  const steps = Math.min(rows - 1, columns);
  const v = new Float64Array(rows), w = new Float64Array(columns);
  for (let k = 0; k < steps; k++) {
    let square = 0;
    for (let i = k; i < rows; i++) square += a[i * columns + k] * a[i * columns + k];
    const norm = Math.sqrt(square);
    if (norm === 0) continue;
    const head = a[k * columns + k];
    const alpha = head > 0 ? -norm : norm;
    for (let i = k; i < rows; i++) v[i] = a[i * columns + k];
    v[k] = head - alpha;
    const beta = 1 / (norm * (norm + Math.abs(head))); // 2 / vᵀv
    w.fill(0, k);
    for (let i = k; i < rows; i++) {
      const vi = v[i];
      if (vi === 0) continue;
      for (let j = k, at = i * columns + k; j < columns; j++, at++) w[j] += vi * a[at];
    }
    for (let i = k; i < rows; i++) {
      const scale = beta * v[i];
      if (scale === 0) continue;
      for (let j = k, at = i * columns + k; j < columns; j++, at++) a[at] -= scale * w[j];
    }
  }
  const kept = Math.min(rows, columns);
  for (let i = 1; i < kept; i++) a.fill(0, i * columns, i * columns + Math.min(i, columns));
  return { rows: kept, columns, data: a.slice(0, kept * columns) };
}

/**
 * A factor F of the sample covariance (divisor N − 1): FᵀF = Σ, with min(N, d) rows.
 * @param triangular whose R of A = QR is taken
 */
export function covarianceFactor(
  features: Features,
  triangular: (rows: Dense) => Dense = triangularFactor,
): Dense {
  const { count, dimension } = features;
  if (count < 2) throw new RangeError(`a covariance needs at least 2 rows, got ${count}`);
  const rows = { rows: count, columns: dimension, data: centred(features) };
  const factor = count > dimension ? triangular(rows) : rows;
  const scale = 1 / Math.sqrt(count - 1);
  for (let i = 0; i < factor.data.length; i++) factor.data[i] *= scale;
  return factor;
}

/** A Bᵀ for A [m, k] and B [n, k]. @returns [m, n] */
export function timesTransposed(a: Dense, b: Dense): Dense {
  if (a.columns !== b.columns) {
    throw new RangeError(`widths differ: ${a.columns} and ${b.columns}`);
  }
  const k = a.columns, out = new Float64Array(a.rows * b.rows), block = 32;
  for (let j0 = 0; j0 < b.rows; j0 += block) { // a block of B stays in the cache
    const j1 = Math.min(b.rows, j0 + block);
    for (let i = 0; i < a.rows; i++) {
      for (let j = j0; j < j1; j++) out[i * b.rows + j] = dot(a.data, b.data, i * k, j * k, k);
    }
  }
  return { rows: a.rows, columns: b.rows, data: out };
}

/** Σ a[i + t] b[j + t] over t < n, in four partial sums. */
export function dot(
  a: Float64Array,
  b: Float64Array,
  i: number,
  j: number,
  n: number,
): number {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t = 0;
  for (; t + 3 < n; t += 4) {
    s0 += a[i + t] * b[j + t];
    s1 += a[i + t + 1] * b[j + t + 1];
    s2 += a[i + t + 2] * b[j + t + 2];
    s3 += a[i + t + 3] * b[j + t + 3];
  }
  for (; t < n; t++) s0 += a[i + t] * b[j + t];
  return (s0 + s1) + (s2 + s3);
}

function asMatrix({ rows, columns, data }: Dense): Matrix {
  return Matrix.from1DArray(rows, columns, data as unknown as number[]);
}

/**
 * Sum of the singular values: the nuclear norm. The matrix is scaled to a largest entry of 1 and
 * what is then below 1e−100 is 0: the library's reflections lose digits on subnormal columns.
 */
export function nuclearNorm(matrix: Dense): number {
  const largest = matrix.data.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  if (largest === 0) return 0;
  const data = matrix.data.map((v) => Math.abs(v) < 1e-100 * largest ? 0 : v / largest);
  const svd = new SingularValueDecomposition(asMatrix({ ...matrix, data }), {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  });
  return largest * svd.diagonal.reduce((sum, s) => sum + s, 0);
}

/** Eigenvalues of a symmetric matrix, largest first, with their unit eigenvectors as rows. */
export function symmetricEigen(
  matrix: Dense,
): { values: Float64Array; vectors: Dense } {
  const n = matrix.rows;
  const evd = new EigenvalueDecomposition(asMatrix(matrix), { assumeSymmetric: true });
  const v = evd.eigenvectorMatrix;
  const values = new Float64Array(n), data = new Float64Array(n * n);
  for (let r = 0; r < n; r++) { // the library returns them smallest first
    const c = n - 1 - r;
    values[r] = evd.realEigenvalues[c];
    // Sign: the entry of largest magnitude is positive, so that a vector is unique.
    let largest = 0;
    for (let i = 1; i < n; i++) {
      if (Math.abs(v.get(i, c)) > Math.abs(v.get(largest, c))) largest = i;
    }
    const sign = v.get(largest, c) < 0 ? -1 : 1;
    for (let i = 0; i < n; i++) data[r * n + i] = sign * v.get(i, c);
  }
  return { values, vectors: { rows: n, columns: n, data } };
}

/** Sample covariance (divisor N − 1). @returns [dimension, dimension] */
export function covariance(features: Features): Dense {
  const { count, dimension } = features;
  const x = centred(features), t = new Float64Array(x.length);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < dimension; j++) t[j * count + i] = x[i * dimension + j];
  }
  const columns = { rows: dimension, columns: count, data: t };
  const product = timesTransposed(columns, columns);
  for (let i = 0; i < product.data.length; i++) product.data[i] /= count - 1;
  return product;
}

/**
 * A factor of a covariance: FᵀF = Σ, with as many rows as Σ has directions with a variance of more
 * than d roundings of the largest. Cholesky with complete pivoting (Higham, Accuracy and
 * Stability of Numerical Algorithms, 2nd ed., §10.3), so Σ may be singular, as that of fewer
 * pictures than dimensions is.
 * @throws RangeError where Σ is clearly no covariance: a variance below zero
 */
export function semidefiniteFactor({ rows: d, data: covariance }: Dense): Dense {
  const rest = Float64Array.from({ length: d }, (_, j) => covariance[j * d + j]);
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
