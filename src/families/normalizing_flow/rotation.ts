/**
 * Learned mixing of channels: y = x·diag(eˢ)·W + b at every place, W orthogonal. Glow's invertible
 * 1×1 convolution and its scale (Kingma & Dhariwal 2018, arXiv:1807.03039), W not by an LU
 * decomposition but as a product of Householder reflections (Tomczak & Welling 2016,
 * arXiv:1611.09630), so that its determinant is ±1 and its inverse its transpose.
 *
 * Shapes: K steps at once, C channels, R reflections.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Key, normal } from "../../random/mod.ts";
import { addBias } from "../../nn/mod.ts";

/** Parameters of the mixings of K steps. */
export type Mixing = {
  /** ln of the scales, s. */
  readonly logScale_KC: tf.Tensor2D;
  readonly bias_KC: tf.Tensor2D;
  /** Normals of the mirrors, of any length. */
  readonly mirrors_KRC: tf.Tensor3D;
};

/** Reflections a step at most; C of them reach every orthogonal matrix, and few mix well. */
const MOST_REFLECTIONS = 8;

/** Fresh parameters: random rotations, no scale, no shift. */
export function initMixing(
  key: Key,
  { steps, channels }: { steps: number; channels: number },
): Mixing {
  return {
    logScale_KC: tf.zeros([steps, channels]),
    bias_KC: tf.zeros([steps, channels]),
    mirrors_KRC: normal(key, [steps, Math.min(channels, MOST_REFLECTIONS), channels]),
  };
}

/** W of each step, ∏ᵣ (I − 2vvᵀ/vᵀv): [K, C, C]. */
export function orthogonalOf(mirrors_KRC: tf.Tensor3D): tf.Tensor3D {
  const [K, R, C] = mirrors_KRC.shape;
  let w_KCC = tf.mul(tf.ones([K, 1, 1]), tf.expandDims(tf.eye(C), 0)) as tf.Tensor3D;
  for (let r = 0; r < R; r++) {
    const v_K1C = tf.slice(mirrors_KRC, [0, r, 0], [K, 1, C]);
    const factor_K11 = tf.div(2, tf.add(tf.sum(tf.square(v_K1C), 2, true), 1e-12));
    const image_KC1 = tf.matMul(w_KCC, v_K1C, false, true);
    w_KCC = tf.sub(w_KCC, tf.mul(factor_K11, tf.matMul(image_KC1, v_K1C)));
  }
  return w_KCC;
}

/** One step's mixing, ready to use. */
export interface Mix {
  readonly w_CC: tf.Tensor2D;
  readonly logScale_C: tf.Tensor1D;
  readonly bias_C: tf.Tensor1D;
}

/** The mixings of all steps. */
export function mixesOf({ logScale_KC, bias_KC, mirrors_KRC }: Mixing): Mix[] {
  const [K, C] = logScale_KC.shape;
  const w_KCC = orthogonalOf(mirrors_KRC);
  return Array.from({ length: K }, (_, k) => ({
    w_CC: tf.reshape(tf.slice(w_KCC, [k, 0, 0], [1, C, C]), [C, C]),
    logScale_C: tf.reshape(tf.slice(logScale_KC, [k, 0], [1, C]), [C]),
    bias_C: tf.reshape(tf.slice(bias_KC, [k, 0], [1, C]), [C]),
  }));
}

/** x·diag(eˢ)·W + b at every place, and ln|det| of it a picture: height·width·Σs. */
export function mix(m: Mix, x_BHWC: tf.Tensor4D): { y_BHWC: tf.Tensor4D; logDet: tf.Scalar } {
  const [, H, W, C] = x_BHWC.shape;
  const weight_CC = tf.mul(tf.expandDims(tf.exp(m.logScale_C), 1), m.w_CC) as tf.Tensor2D;
  const y = addBias(tf.matMul(tf.reshape(x_BHWC, [-1, C]) as tf.Tensor2D, weight_CC), m.bias_C);
  return {
    y_BHWC: tf.reshape(y, x_BHWC.shape),
    logDet: tf.mul(tf.sum(m.logScale_C), H * W) as tf.Scalar,
  };
}

/** The inverse of `mix`. */
export function unmix(m: Mix, y_BHWC: tf.Tensor4D): tf.Tensor4D {
  const C = y_BHWC.shape[3];
  const centred = tf.sub(tf.reshape(y_BHWC, [-1, C]), m.bias_C) as tf.Tensor2D;
  const x = tf.mul(tf.matMul(centred, m.w_CC, false, true), tf.exp(tf.neg(m.logScale_C)));
  return tf.reshape(x, y_BHWC.shape);
}
