/**
 * Places and directions as sines and cosines.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * γ(p) = (sin 2⁰πp, …, sin 2^{L−1}πp, cos 2⁰πp, …, cos 2^{L−1}πp) of each of C coordinates in [−1, 1]:
 * Mildenhall et al. 2020, eq. 4, with its π (their program leaves it out, and adds p itself).
 * @returns [N, 2·C·L]: sines first, coordinate after coordinate, octave after octave
 */
export function octavesOf(p_NC: tf.Tensor2D, octaves: number): tf.Tensor2D {
  const waves = tf.tensor(Array.from({ length: octaves }, (_, l) => (1 << l) * Math.PI));
  const phase = tf.reshape(tf.mul(tf.expandDims(p_NC, 2), waves), [
    -1,
    p_NC.shape[1] * octaves,
  ]) as tf.Tensor2D;
  return tf.concat([tf.sin(phase), tf.cos(phase)], 1);
}
