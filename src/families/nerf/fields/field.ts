/**
 * What a network says of points of the box.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { addBias, type Linear } from "../../../nn/mod.ts";

/** At N points. */
export interface Field {
  /** σ ≥ 0, a half side of the box. [N] */
  readonly density_N: tf.Tensor1D;
  /** Red, green, blue, 0 to 1. [N, 3] */
  readonly colour_N3: tf.Tensor2D;
}

/**
 * A layer on two inputs side by side, [N, A] and [N, C], as two products: joining them, and parting their
 * gradients again, costs some engines more than the product.
 */
export function linearOfTwo(
  { weight, bias }: Linear,
  { first, second }: { readonly first: tf.Tensor2D; readonly second: tf.Tensor2D },
): tf.Tensor2D {
  const [, width] = weight.shape, [A, C] = [first.shape[1], second.shape[1]];
  const one = tf.matMul(first, tf.slice(weight, [0, 0], [A, width]));
  const other = tf.matMul(second, tf.slice(weight, [A, 0], [C, width]));
  return addBias(tf.add(one, other), bias) as tf.Tensor2D;
}
