/**
 * PCA whitening: rotate to principal components and divide each by its standard deviation, so that
 * a Euclidean distance weighs all kept directions equally.
 * @module
 */
import { orthonormalise } from "../numeric/mod.ts";
import { type HostKey, hostNormal } from "../random/host/mod.ts";
import { centred, columnMeans, covariance, dot, symmetricEigen } from "./linear.ts";
import type { Features } from "./features.ts";

/** A fitted whitening map: y = (x − mean) · componentsᵀ, the scale already in the components. */
export interface Whitening {
  readonly mean: Float64Array;
  /** Row-major [components, dimension]; row c is vᶜ/√λᶜ. */
  readonly components: Float64Array;
  readonly count: number;
}

/**
 * Fits a whitening on features. Components whose variance is below 1e−10 of the largest are left
 * out: dividing by their root would blow rounding up to a signal.
 */
export function fitWhitening(features: Features, options: { components: number }): Whitening {
  const d = features.dimension;
  const { values, vectors } = symmetricEigen(covariance(features));
  let count = Math.min(options.components, d);
  while (count > 0 && !(values[count - 1] > 1e-10 * values[0])) count--;
  const components = new Float64Array(count * d);
  for (let c = 0; c < count; c++) {
    const scale = 1 / Math.sqrt(values[c]);
    for (let j = 0; j < d; j++) components[c * d + j] = vectors.data[c * d + j] * scale;
  }
  return { mean: columnMeans(features), components, count };
}

/** Whitened features [count, components]. */
export function whiten(features: Features, whitening: Whitening): Features {
  const d = features.dimension, k = whitening.count;
  if (whitening.mean.length !== d) {
    throw new RangeError(`whitening of ${whitening.mean.length} dimensions met features of ${d}`);
  }
  const x = centred(features, whitening.mean);
  const data = new Float64Array(features.count * k);
  for (let i = 0; i < features.count; i++) {
    for (let c = 0; c < k; c++) {
      let s = 0;
      for (let j = 0; j < d; j++) s += x[i * d + j] * whitening.components[c * d + j];
      data[i * k + c] = s;
    }
  }
  return { count: features.count, dimension: k, data };
}

/**
 * Scores on the k leading principal components of `fit`, for `fit` and for `apply`, by subspace
 * iteration from seeded normals (Halko, Martinsson & Tropp 2011, algorithm 4.4): for features too
 * wide for a covariance, such as raw pixels.
 */
export function principalScores(
  sets: { fit: Features; apply: Features },
  { components, key, iterations = 5 }: { components: number; key: HostKey; iterations?: number },
): { fit: Features; apply: Features } {
  const d = sets.fit.dimension, n = sets.fit.count;
  const k = Math.min(components, d, n - 1), wide = Math.min(k + 8, d, n);
  const mean = columnMeans(sets.fit), x = centred(sets.fit, mean);
  let basis: Float64Array = Float64Array.from(hostNormal(key, wide * d)); // [wide, d], rows span
  orthonormalise(basis, wide);
  for (let step = 0; step < iterations; step++) {
    const next = new Float64Array(wide * d);
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < wide; c++) {
        const s = dot(x, basis, i * d, c * d, d);
        for (let j = 0, p = c * d, q = i * d; j < d; j++) next[p++] += s * x[q++];
      }
    }
    orthonormalise(next, wide);
    basis = next;
  }
  const project = (set: Features): Features => {
    const centredRows = centred(set, mean), data = new Float64Array(set.count * k);
    for (let i = 0; i < set.count; i++) {
      for (let c = 0; c < k; c++) data[i * k + c] = dot(centredRows, basis, i * d, c * d, d);
    }
    return { count: set.count, dimension: k, data };
  };
  return { fit: project(sets.fit), apply: project(sets.apply) };
}
