/**
 * Exact nearest neighbours by brute force in float64: small sets, no index, no approximation.
 * @module
 */
import type { Features } from "./metric.ts";

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

/**
 * Squared distance of every row to its k-th nearest other row of the same set.
 * @throws RangeError where the set has no k other rows.
 * @returns [count]
 */
export function kthNeighbour(features: Features, k: number): Float64Array {
  const n = features.count;
  if (n <= k) throw new RangeError(`the ${k}-th neighbour needs more than ${k} rows, got ${n}`);
  const best = new Float64Array(n * k).fill(Infinity); // each row's k smallest, ascending
  const put = (row: number, d: number) => {
    const start = row * k;
    let at = start + k - 1;
    if (d >= best[at]) return;
    for (; at > start && best[at - 1] > d; at--) best[at] = best[at - 1];
    best[at] = d;
  };
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const d = squaredDistance(features, i, features, j);
      put(i, d);
      put(j, d);
    }
  }
  const kth = new Float64Array(n);
  for (let i = 0; i < n; i++) kth[i] = best[i * k + k - 1];
  return kth;
}

/** Squared distance of every row of `from` to its nearest row of `pool`. @returns [from.count] */
export function nearest(from: Features, pool: Features): Float64Array {
  const out = new Float64Array(from.count).fill(Infinity);
  for (let i = 0; i < from.count; i++) {
    for (let j = 0; j < pool.count; j++) {
      const d = squaredDistance(from, i, pool, j);
      if (d < out[i]) out[i] = d;
    }
  }
  return out;
}

/** The row of `pool` that is nearest to each row of `from`; the first of equals. @returns [from.count] */
export function nearestRows(from: Features, pool: Features): Uint32Array {
  return Uint32Array.from({ length: from.count }, (_, i) => {
    let best = Infinity, row = 0;
    for (let j = 0; j < pool.count; j++) {
      const d = squaredDistance(from, i, pool, j);
      if (d < best) {
        best = d;
        row = j;
      }
    }
    return row;
  });
}

/** The q-quantile of values by the lower order statistic: the ⌈q n⌉-th smallest. */
export function quantile(values: Float64Array, q: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}
