/**
 * Peak signal-to-noise ratio.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Peak signal-to-noise ratio of a mean squared error of values in [0, 1]: −10 log₁₀, dB. Scalar. */
export function psnr(squaredError: tf.Scalar): tf.Scalar {
  const decibelsPerNat = 10 / Math.LN10;
  return tf.mul(tf.log(tf.maximum(squaredError, 1e-10)), -decibelsPerNat) as tf.Scalar;
}
