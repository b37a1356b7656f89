/**
 * Linear algebra with OpenBLAS and its LAPACK. A row-major matrix in memory is the transpose of the
 * column-major one that LAPACK sees. The last bits depend on the processor and the number of
 * threads.
 * @module
 */
import type { Dense } from "./linear.ts";
import type { LinearAlgebra } from "./linear_algebra.ts";
import { locateOpenblas, openLibrary, type Symbols } from "./openblas_library.ts";

const ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112, UPPER = 121;

/**
 * Variances that AᵀA still tells from rounding, of the largest: directions below are lost in it by more
 * than 1e−7 of themselves, and the reflections of A itself are taken, at twice the price.
 */
const smallestVariance = 1e-9;
/** Share of the nuclear norm that the eigenvalues of M Mᵀ may have wrong. Else M itself is taken. */
const rootTolerance = 1e-9;

const integer = (value: number) => new Int32Array([value]);
const letter = (text: string) => new Uint8Array([text.charCodeAt(0)]);

/** Throws where LAPACK refused. `info` is positive where an iteration did not converge. */
function check(routine: string, info: Int32Array): void {
  if (info[0] !== 0) throw new Error(`LAPACK's ${routine} ended with info ${info[0]}`);
}

/** Calls twice: once for the size of the work space, once for the work. */
function withWork(call: (work: Float64Array, length: Int32Array) => void): void {
  const size = new Float64Array(1);
  call(size, integer(-1));
  const length = Math.max(1, Math.ceil(size[0]));
  call(new Float64Array(length), integer(length));
}

/** Scales to a largest entry of 1, so that no square overflows or vanishes. */
function scaled(data: Float64Array): { copy: Float64Array; largest: number } {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]));
  return { copy: largest === 0 ? data.slice() : data.map((v) => v / largest), largest };
}

/** AᵀA (inner) or A Aᵀ: the upper triangle, zeros below. */
function gram(c: Symbols, { rows, columns, data }: Dense, inner: boolean): Dense {
  const [n, k] = inner ? [columns, rows] : [rows, columns], out = new Float64Array(n * n);
  c.scipy_cblas_dsyrk(
    ...([ROW_MAJOR, UPPER, inner ? TRANSPOSED : PLAIN, n, k] as const),
    ...([1, buffer(data), columns, 0, out, n] as const),
  );
  return { rows: n, columns: n, data: out };
}

/** R by Cholesky of AᵀA; null where AᵀA has lost directions. */
function choleskyOfGram(c: Symbols, a: Dense): Dense | null {
  // Our upper triangle is the lower one of the transpose.
  const r = gram(c, a, true), n = integer(r.rows), info = integer(0);
  c.scipy_dpotrf_(letter("L"), n, buffer(r.data), n, info, 1n);
  if (info[0] !== 0) return null;
  let least = Infinity, most = 0;
  for (let j = 0; j < r.rows; j++) {
    const square = r.data[j * (r.rows + 1)] ** 2;
    least = Math.min(least, square);
    most = Math.max(most, square);
  }
  return least > smallestVariance * most ? r : null;
}

/** R by reflections: Aᵀ = L Q in LAPACK's eyes, so AᵀA = L Lᵀ; L's columns are our rows of R. */
function reflected(c: Symbols, { rows, columns, data }: Dense): Dense {
  const a = data.slice(), kept = Math.min(rows, columns), tau = new Float64Array(kept);
  const info = integer(0), d = integer(columns), n = integer(rows);
  withWork((work, length) => c.scipy_dgelqf_(d, n, a, d, tau, work, length, info));
  check("dgelqf", info);
  for (let i = 1; i < kept; i++) a.fill(0, i * columns, i * columns + Math.min(i, columns));
  return { rows: kept, columns, data: a.slice(0, kept * columns) };
}

/** Eigenvalues by the upper triangle, which is overwritten; largest first. */
function eigenvalues(c: Symbols, { rows: n, data }: Dense): Float64Array {
  const values = new Float64Array(n), info = integer(0), size = integer(n);
  if (n === 0) return values;
  const whole = new Int32Array(1), one = integer(1);
  withWork((work, length) =>
    c.scipy_dsyevd_(
      ...([letter("N"), letter("L"), size, buffer(data), size, values, work] as const),
      ...([length, whole, length[0] < 0 ? length : one, info, 1n, 1n] as const),
    )
  );
  check("dsyevd", info);
  return values.reverse();
}

/**
 * Sum of the roots of the eigenvalues of M Mᵀ, in a fifth of the time that singular values take. An
 * eigenvalue is off by some 8 ε of the largest, its root by that over the root; null where this adds up
 * to more than the sum bears, as it does where many singular values are small.
 */
function rootsOfGram(c: Symbols, m: Dense): number | null {
  const values = eigenvalues(c, gram(c, m, m.columns < m.rows));
  const off = 8 * 2 ** -52 * values[0], smallest = Math.sqrt(off);
  let sum = 0, doubt = 0;
  for (const value of values) {
    const root = Math.sqrt(Math.max(0, value));
    sum += root;
    doubt += off / (root + smallest);
  }
  return doubt <= rootTolerance * sum ? sum : null;
}

function sumOfSingularValues(c: Symbols, { rows, columns, data }: Dense): number {
  const kept = Math.min(rows, columns);
  const values = new Float64Array(kept), none = new Float64Array(1), info = integer(0);
  const [m, n, one] = [integer(columns), integer(rows), integer(1)];
  const copy = data.slice(), whole = new Int32Array(8 * kept);
  withWork((work, length) =>
    c.scipy_dgesdd_(
      ...([letter("N"), m, n, copy, m, values, none, one] as const),
      ...([none, one, work, length, whole, info, 1n] as const),
    )
  );
  check("dgesdd", info);
  return values.reduce((sum, v) => sum + v, 0);
}

function operations(c: Symbols, name: string): LinearAlgebra {
  return {
    name,
    triangularFactor(a) {
      const factor = a.rows >= a.columns ? choleskyOfGram(c, a) : null;
      return factor ?? reflected(c, a);
    },
    symmetricFactor({ rows: n, data }) {
      // Pᵀ A P = L Lᵀ with pivoting, which may end at the rank. Ours is F = Lᵀ Pᵀ.
      const a = data.slice(), pivots = new Int32Array(n), rank = integer(0), info = integer(0);
      const [size, work] = [integer(n), new Float64Array(2 * n)];
      const standard = new Float64Array([-1]); // n · ε · the largest diagonal element
      c.scipy_dpstrf_(letter("L"), size, a, size, pivots, rank, standard, work, info, 1n);
      if (info[0] < 0) check("dpstrf", info);
      const out = new Float64Array(rank[0] * n);
      for (let r = 0; r < rank[0]; r++) {
        for (let i = r; i < n; i++) out[r * n + pivots[i] - 1] = a[r * n + i];
      }
      return { rows: rank[0], columns: n, data: out };
    },
    timesTransposed(a, b) {
      if (a.columns !== b.columns) {
        throw new RangeError(`widths differ: ${a.columns} and ${b.columns}`);
      }
      const [m, n, k] = [a.rows, b.rows, a.columns], out = new Float64Array(m * n);
      if (m > 0 && n > 0 && k > 0) {
        c.scipy_cblas_dgemm(
          ...([ROW_MAJOR, PLAIN, TRANSPOSED, m, n, k] as const),
          ...([1, buffer(a.data), k, buffer(b.data), k, 0, out, n] as const),
        );
      }
      return { rows: m, columns: n, data: out };
    },
    nuclearNorm(m) {
      const { copy, largest } = scaled(m.data);
      if (largest === 0) return 0;
      const matrix = { ...m, data: copy };
      return largest * (rootsOfGram(c, matrix) ?? sumOfSingularValues(c, matrix));
    },
    symmetricEigenvalues(m) {
      const { copy, largest } = scaled(m.data);
      return eigenvalues(c, { ...m, data: copy }).map((v) => v * largest);
    },
  };
}

/** What Deno takes as a buffer: memory of its own, not shared. */
const buffer = (data: Float64Array) => data as Float64Array<ArrayBuffer>;

/** OpenBLAS, or why it can't be had. */
export type Found = { readonly algebra: LinearAlgebra } | { readonly obstacle: string };

let found: Found | undefined;

/** OpenBLAS, opened once; what is missing is looked for again at each call. */
export function openblas(): Found {
  if (found !== undefined) return found;
  const place = locateOpenblas();
  if ("obstacle" in place) return place;
  try {
    const { symbols, version } = openLibrary(place.path);
    found = { algebra: operations(symbols, `OpenBLAS ${version}`) };
  } catch (cause) {
    found = { obstacle: `not to be loaded: ${place.path}: ${(cause as Error).message}` };
  }
  return found;
}
