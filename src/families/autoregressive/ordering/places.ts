/**
 * Where decoding is in the order of patches, and the patches at places.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Where decoding is: int32 scalars. */
export type Place = {
  /** Number of the patch, row · columns + column. */
  readonly patch: tf.Scalar;
  readonly row: tf.Scalar;
  readonly column: tf.Scalar;
};

/** An int32 scalar: tfjs takes a bare number for a float. */
export function int32(n: number): tf.Scalar {
  return tf.scalar(n, "int32");
}

/**
 * Patches by number, [B, N, F]; zeros where `isThere_N` is 0.
 * @param at_N int32; any number where nothing is there
 */
export function gatherPatches(
  x_BTF: tf.Tensor3D,
  at_N: tf.Tensor1D,
  isThere_N: tf.Tensor1D,
): tf.Tensor3D {
  const found = tf.gather(x_BTF, tf.maximum(at_N, int32(0)) as tf.Tensor1D, 1);
  return tf.mul(found, tf.reshape(tf.cast(isThere_N, "float32"), [1, -1, 1]));
}
