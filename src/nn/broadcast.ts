/**
 * Broadcasts over the last axis with gradients that the engines compute fast: sums over all other
 * axes as one product with a row of ones.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { customOp } from "./custom.ts";

/** Σ over all axes but the last: [C]. */
export function sumToLast(x: tf.Tensor): tf.Tensor1D {
  const width = x.shape[x.rank - 1];
  const rows = x.size / width;
  if (rows === 1) return tf.reshape(x, [width]);
  const ones = tf.ones<tf.Rank.R2>([1, rows]);
  return tf.reshape(tf.matMul(ones, tf.reshape(x, [rows, width]) as tf.Tensor2D), [width]);
}

const add = customOp({
  forward: (x, bias) => tf.add(x, bias),
  backward: (dy) => [dy, sumToLast(dy)],
  needsInputs: false,
});

/** x + bias over the last axis. */
export function addBias<T extends tf.Tensor>(x: T, bias: tf.Tensor1D): T {
  return add(x, bias) as T;
}
