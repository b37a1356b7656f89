/**
 * Linear algebra by OpenBLAS and its LAPACK. A row-major matrix is the transpose of the column-major
 * one in the same memory, which is what LAPACK sees. The last bits depend on processor and threads.
 * @module
 */
import type { Dense } from "../linear.ts";
import type { LinearAlgebra } from "./algebra.ts";
import { locateOpenblas, openLibrary, type Symbols } from "./openblas_library.ts";

const ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112;

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

function operations(c: Symbols, name: string): LinearAlgebra {
  return {
    name,
    triangularFactor({ rows, columns, data }) {
      // Aᵀ = L Q in LAPACK's eyes, so AᵀA = L Lᵀ; L's columns are our rows of R.
      const a = data.slice(), kept = Math.min(rows, columns), tau = new Float64Array(kept);
      const info = integer(0), d = integer(columns), n = integer(rows);
      withWork((work, length) => c.scipy_dgelqf_(d, n, a, d, tau, work, length, info));
      check("dgelqf", info);
      for (let i = 1; i < kept; i++) a.fill(0, i * columns, i * columns + Math.min(i, columns));
      return { rows: kept, columns, data: a.slice(0, kept * columns) };
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
    nuclearNorm({ rows, columns, data }) {
      const { copy, largest } = scaled(data);
      const kept = Math.min(rows, columns);
      if (largest === 0 || kept === 0) return 0;
      const values = new Float64Array(kept), none = new Float64Array(1), info = integer(0);
      const [m, n, one] = [integer(columns), integer(rows), integer(1)];
      const whole = new Int32Array(8 * kept);
      withWork((work, length) =>
        c.scipy_dgesdd_(
          ...([letter("N"), m, n, copy, m, values, none, one] as const),
          ...([none, one, work, length, whole, info, 1n] as const),
        )
      );
      check("dgesdd", info);
      return largest * values.reduce((sum, v) => sum + v, 0);
    },
    symmetricEigenvalues({ rows: n, data }) {
      const { copy, largest } = scaled(data);
      const values = new Float64Array(n), info = integer(0), size = integer(n);
      if (n === 0 || largest === 0) return values;
      const whole = new Int32Array(1), one = integer(1);
      withWork((work, length) =>
        c.scipy_dsyevd_(
          ...([letter("N"), letter("L"), size, copy, size, values, work] as const),
          ...([length, whole, length[0] < 0 ? length : one, info, 1n, 1n] as const),
        )
      );
      check("dsyevd", info);
      return values.reverse().map((v) => v * largest);
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

/** A Dense matrix of rows that lie in `data`. */
export function dense(rows: number, columns: number, data: Float64Array): Dense {
  return { rows, columns, data };
}
