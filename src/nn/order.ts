/**
 * What an engine that runs all it can at once is made to wait for, so that less is in memory.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * x, once another tensor is there: it is multiplied by 1, made of one of that tensor's numbers. Graph
 * optimisers leave n = n alone, as it isn't so for what is no number.
 */
export function after<T extends tf.Tensor>(x: T, other: tf.Tensor): T {
  const one = tf.slice(tf.reshape(other, [-1]), 0, 1);
  return tf.mul(x, tf.reshape(tf.cast(tf.equal(one, one), x.dtype), []));
}
