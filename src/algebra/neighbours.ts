/**
 * Exact nearest neighbours by brute force in float64: no index, no approximation. With OpenBLAS,
 * matrix products find the few pairs that matter, and those are computed as they are without it.
 * The bits are the same, and memory grows with one of the sets only.
 * @module
 */
import { exactAlgebraFor } from "./algebra.ts";
import type { LinearAlgebra } from "./linear_algebra.ts";
import type { Features, Views } from "./features.ts";

/** Squared Euclidean distance of row i of `a` and row j of `b`. */
export function squaredDistance(a: Features, i: number, b: Features, j: number): number {
  const d = a.dimension, x = a.data, y = b.data;
  let p = i * d, q = j * d, s0 = 0, s1 = 0, t = 0;
  for (; t + 1 < d; t += 2, p += 2, q += 2) {
    const u = x[p] - y[q], v = x[p + 1] - y[q + 1];
    s0 += u * u;
    s1 += v * v;
  }
  if (t < d) {
    const u = x[p] - y[q];
    s0 += u * u;
  }
  return s0 + s1;
}

/** Numbers of a block of products: 8 MB. */
const blockSize = 1 << 20;

function squaredNorms({ count, dimension: d, data }: Features): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let at = i * d; at < (i + 1) * d; at++) out[i] += data[at] * data[at];
  }
  return out;
}

/**
 * Hands every row of `a` its squared distances to all rows of `b`, in order. Each is off from
 * `squaredDistance` by at most `slack`, or is it where `slack` is −1. The array is used again.
 *
 * ‖x‖² + ‖y‖² − 2 x·y rounds by at most (2d + 6) u (‖x‖² + ‖y‖²) whatever the order of its sums, the
 * sum of squared differences by (2d + 4) u of the same (Higham 2002, §3.1; u = 2⁻⁵³).
 */
export function eachRow(
  a: Features,
  b: Features,
  visit: (i: number, distances: Float64Array, slack: number) => void,
  algebra: LinearAlgebra | null = exactAlgebraFor(a.dimension),
): void {
  const d = a.dimension, row = new Float64Array(b.count);
  if (algebra === null) {
    for (let i = 0; i < a.count; i++) {
      for (let j = 0; j < b.count; j++) row[j] = squaredDistance(a, i, b, j);
      visit(i, row, -1);
    }
    return;
  }
  const norms = squaredNorms(b), largest = norms.reduce((m, v) => Math.max(m, v), 0);
  const right = { rows: b.count, columns: d, data: b.data };
  const step = Math.max(1, Math.floor(blockSize / b.count)), own = squaredNorms(a);
  for (let from = 0; from < a.count; from += step) {
    const to = Math.min(a.count, from + step);
    const left = { rows: to - from, columns: d, data: a.data.subarray(from * d, to * d) };
    const products = algebra.timesTransposed(left, right).data;
    for (let i = from, at = 0; i < to; i++) {
      for (let j = 0; j < b.count; j++) row[j] = own[i] + norms[j] - 2 * products[at++];
      visit(i, row, 4 * (d + 4) * 2 ** -53 * (own[i] + largest));
    }
  }
}

/** The smallest numbers that were put into an array, ascending from `start`; the rest is ∞. */
function put(best: Float64Array, value: number, { start, k }: { start: number; k: number }): void {
  let at = start + k - 1;
  if (!(value < best[at])) return;
  for (; at > start && best[at - 1] > value; at--) best[at] = best[at - 1];
  best[at] = value;
}

/** `neighbourDistances` of a set to itself: each distance once for both ends. */
function mutual(set: Views, k: number): Float64Array {
  const best = new Float64Array(set.count * k).fill(Infinity);
  const { pictures = set.count } = set;
  for (let i = 0; i < set.count; i++) {
    for (let j = i + 1; j < set.count; j++) {
      if ((j - i) % pictures === 0) continue;
      const d = squaredDistance(set, i, set, j);
      put(best, d, { start: i * k, k });
      put(best, d, { start: j * k, k });
    }
  }
  return best;
}

/**
 * Squared distances of every row of `from` to its k nearest rows of `pool`, ascending. Where both are
 * one set, those of the same picture aren't counted.
 * @throws RangeError where there are no k rows to find
 * @returns row-major [from.count, k]
 */
export function neighbourDistances(
  from: Features,
  pool: Views,
  k: number,
  algebra: LinearAlgebra | null = exactAlgebraFor(from.dimension),
): Float64Array {
  const { pictures = pool.count } = pool;
  const own = from === pool ? pool.count / pictures : 0;
  if (pool.count - own < k) {
    throw new RangeError(
      `the ${k}-th neighbour needs more than ${k - 1 + own} rows, got ${pool.count}`,
    );
  }
  if (own && algebra === null) return mutual(pool, k);
  const out = new Float64Array(from.count * k).fill(Infinity), rough = new Float64Array(k);
  eachRow(from, pool, (i, distances, slack) => {
    if (own) { for (let j = i % pictures; j < pool.count; j += pictures) distances[j] = Infinity; }
    rough.fill(Infinity);
    for (let j = 0; j < pool.count; j++) put(rough, distances[j], { start: 0, k });
    if (slack < 0) return out.set(rough, i * k);
    // Whatever is among the k nearest is at most this far by the rough distance.
    const limit = rough[k - 1] + 2 * slack;
    for (let j = 0; j < pool.count; j++) {
      if (distances[j] > limit || (own && (i - j) % pictures === 0)) continue;
      put(out, squaredDistance(from, i, pool, j), { start: i * k, k });
    }
  }, algebra);
  return out;
}

/**
 * Squared distance of every row to its k-th nearest row of the same set that is of another picture.
 * @throws RangeError where the set has no k such rows.
 * @returns [count]
 */
export function kthNeighbour(
  features: Views,
  k: number,
  algebra: LinearAlgebra | null = exactAlgebraFor(features.dimension),
): Float64Array {
  const all = neighbourDistances(features, features, k, algebra);
  return Float64Array.from({ length: features.count }, (_, i) => all[i * k + k - 1]);
}

/** Squared distance of every row of `from` to its nearest row of `pool`. @returns [from.count] */
export function nearest(from: Features, pool: Features): Float64Array {
  return nearestOf(from, pool).distances;
}

/** The row of `pool` that is nearest to each row of `from`; the first of equals. @returns [from.count] */
export function nearestRows(from: Features, pool: Features): Uint32Array {
  return nearestOf(from, pool).rows;
}

/** The nearest row of `pool` and the squared distance to it; the first of equals. */
export function nearestOf(
  from: Features,
  pool: Features,
  algebra: LinearAlgebra | null = exactAlgebraFor(from.dimension),
): { distances: Float64Array; rows: Uint32Array } {
  const best = new Float64Array(from.count).fill(Infinity), rows = new Uint32Array(from.count);
  eachRow(from, pool, (i, distances, slack) => {
    let limit = Infinity;
    if (slack >= 0) {
      for (let j = 0; j < pool.count; j++) limit = Math.min(limit, distances[j]);
      limit += 2 * slack;
    }
    for (let j = 0; j < pool.count; j++) {
      if (distances[j] > limit) continue;
      const d = slack < 0 ? distances[j] : squaredDistance(from, i, pool, j);
      if (d < best[i]) {
        best[i] = d;
        rows[i] = j;
      }
    }
  }, algebra);
  return { distances: best, rows };
}

/** The q-quantile of values by the lower order statistic: the ⌈q n⌉-th smallest. */
export function quantile(values: Float64Array, q: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}
