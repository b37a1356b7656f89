/**
 * Pixel values as networks take them: [0, 1] to [−1, 1], grey 0, and back.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Values in [0, 1] as values in [−1, 1]. */
export function centred<T extends tf.Tensor>(x: T): T {
  return tf.sub(tf.mul(x, 2), 1) as T;
}

/** The inverse, clipped. */
export function uncentred<T extends tf.Tensor>(x: T): T {
  return tf.clipByValue(tf.mul(tf.add(x, 1), 0.5), 0, 1) as T;
}
