/**
 * What an engine that runs all it can at once is made to wait for, so that less is in memory.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * x, once another tensor is there: it is taken where one of that tensor's numbers equals itself. Graph
 * optimisers leave n = n alone, as it isn't so for what is no number. Whole numbers are chosen and not
 * multiplied: there are engines that count them in float32.
 */
export function after<T extends tf.Tensor>(x: T, other: tf.Tensor): T {
  const one = tf.slice(tf.reshape(other, [-1]), 0, 1), there = tf.equal(one, one);
  if (x.dtype === "int32") return tf.where(tf.reshape(there, []), x, tf.zerosLike(x)) as T;
  return tf.mul(x, tf.reshape(tf.cast(there, x.dtype), []));
}
