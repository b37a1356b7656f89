/**
 * Feature vectors as rows of one matrix.
 * @module
 */

/** Float64 features, row-major [count, dimension]. */
export interface Features {
  readonly count: number;
  readonly dimension: number;
  readonly data: Float64Array;
}

/**
 * Features of pictures that may have been seen mirrored as well: then their mirror images' follow, so
 * that rows i and i + `pictures` are one picture's.
 */
export interface Views extends Features {
  /** Default: every row is a picture of its own. */
  readonly pictures?: number;
}

/** The rows at `indices`, in that order. */
export function takeRows(features: Features, indices: ArrayLike<number>): Features {
  const { dimension, data } = features;
  const out = new Float64Array(indices.length * dimension);
  for (let r = 0; r < indices.length; r++) {
    out.set(data.subarray(indices[r] * dimension, (indices[r] + 1) * dimension), r * dimension);
  }
  return { count: indices.length, dimension, data: out };
}
