/**
 * Writing into a cache of rows, as decoding step by step does: pure, and a kernel of its own, so that
 * an engine which owns the cache can write in its place.
 *
 * | kernel     | inputs                                            | output            |
 * | ---------- | ------------------------------------------------- | ----------------- |
 * | CacheWrite | cache [N, T, D], rows [N, 1, D], pos int32 scalar | float32 [N, T, D] |
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { CACHE_WRITE } from "../engine/tfjs/mod.ts";

/**
 * The cache with its row `pos` replaced. `pos` stays on the engine, so nothing of it freezes into a
 * compiled program; one outside [0, T) is a mistake that engines don't all see. For decoding only: it
 * has no gradient.
 * @param cache_NTD float32
 * @param rows_N1D float32, what row `pos` becomes
 * @param pos int32 scalar
 * @returns float32 [N, T, D]
 * @throws Error if shapes or types don't fit, or where a gradient through it is asked for
 */
export function writeRow(
  cache_NTD: tf.Tensor3D,
  rows_N1D: tf.Tensor3D,
  pos: tf.Scalar,
): tf.Tensor3D {
  const [n, , d] = cache_NTD.shape;
  const fits = cache_NTD.rank === 3 && rows_N1D.rank === 3 && rows_N1D.shape[0] === n &&
    rows_N1D.shape[1] === 1 && rows_N1D.shape[2] === d;
  if (!fits || cache_NTD.dtype !== "float32" || rows_N1D.dtype !== "float32") {
    throw new Error(
      `writeRow needs a float32 cache [N, T, D] and rows [N, 1, D], found ${cache_NTD.dtype} ` +
        `[${cache_NTD.shape}] and ${rows_N1D.dtype} [${rows_N1D.shape}]`,
    );
  }
  if (pos.dtype !== "int32" || pos.size !== 1) {
    throw new Error(`writeRow needs an int32 scalar position, not ${pos.dtype} [${pos.shape}]`);
  }
  const inputs = { cache: cache_NTD, rows: rows_N1D, pos };
  return tf.engine().runKernel(CACHE_WRITE, inputs) as tf.Tensor3D;
}
