/**
 * Places and directions as sines and cosines.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Gaussians } from "../rays/frustums.ts";

/** p·2ˡπ of each coordinate, octave after octave: [N, C·L]. */
function phases(p_NC: tf.Tensor2D, octaves: number): tf.Tensor2D {
  const waves = tf.tensor(Array.from({ length: octaves }, (_, l) => (1 << l) * Math.PI));
  return tf.reshape(tf.mul(tf.expandDims(p_NC, 2), waves), [
    -1,
    p_NC.shape[1] * octaves,
  ]) as tf.Tensor2D;
}

/**
 * γ(p) = (sin 2⁰πp, …, sin 2^{L−1}πp, cos 2⁰πp, …, cos 2^{L−1}πp) of each of C coordinates in [−1, 1]:
 * Mildenhall et al. 2020, eq. 4, with its π (their program leaves it out, and adds p itself).
 * @returns [N, 2·C·L]: sines first, coordinate after coordinate, octave after octave
 */
export function octavesOf(p_NC: tf.Tensor2D, octaves: number): tf.Tensor2D {
  const phase = phases(p_NC, octaves);
  return tf.concat([tf.sin(phase), tf.cos(phase)], 1);
}

/**
 * The mean of γ over a Gaussian: sin and cos of its mean, each times exp(−½·(2ˡπ)²·σ²), so that octaves
 * that turn within it fade. Barron et al. 2021 (arXiv:2103.13415), eq. 14. Where σ² is 0 it is γ.
 * @returns [N, 6·L], in the order of `octavesOf`
 */
export function integratedOctavesOf(
  { mean_N3, variance_N3 }: Gaussians,
  octaves: number,
): tf.Tensor2D {
  const phase = phases(mean_N3, octaves);
  const squares = tf.tensor(
    Array.from({ length: octaves }, (_, l) => -0.5 * (Math.PI * (1 << l)) ** 2),
  );
  const fade = tf.exp(
    tf.reshape(tf.mul(tf.expandDims(variance_N3, 2), squares), phase.shape),
  );
  return tf.concat([tf.mul(tf.sin(phase), fade), tf.mul(tf.cos(phase), fade)], 1);
}
