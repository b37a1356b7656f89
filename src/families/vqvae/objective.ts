/**
 * What a vector-quantised autoencoder minimises, and what it reports of its codes.
 *
 * Shapes: N vectors, K codes, D numbers a vector.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { psnr } from "../common/psnr.ts";
import { customOp } from "../../nn/mod.ts";

const straight = customOp({
  forward: (_z, q) => tf.clone(q),
  backward: (dy, [, q]) => [dy, tf.zerosLike(q)],
});

/**
 * q, with the gradient of z: ∂L/∂z = ∂L/∂q exactly, and nothing reaches q. As an operation of its
 * own, since z + (q − z) is another number than q in float32. Bengio et al. 2013 (arXiv:1308.3432).
 */
export function straightThrough<T extends tf.Tensor>(z: T, q: T): T {
  return straight(z, q) as T;
}

/**
 * What the decoder gets while quantisation fades in: m·q + (1 − m)·z, at m = 1 exactly q, with the
 * gradient of z throughout. From the start at m = 1 an encoder learns the few directions that its
 * first codes tell apart and no others; one that is let through at first fills all that it has.
 * @param share m, scalar in [0, 1]
 */
export function fadedThrough<T extends tf.Tensor>(z: T, q: T, share: tf.Scalar): T {
  return straightThrough(z, tf.add(tf.mul(q, share), tf.mul(z, tf.sub(1, share))) as T);
}

const distance = customOp({
  forward: (z, q) => tf.mean(tf.squaredDifference(z, q)),
  backward: (dy, [z, q]) => [
    tf.mul(tf.sub(z, q), tf.mul(dy, 2 / z.size)),
    tf.zerosLike(q),
  ],
});

/**
 * ‖z − sg(q)‖² a number, which keeps the encoder near its codes: ∇_z = 2(z − q)/ND, ∇_q = 0. Scalar.
 * Van den Oord et al. 2017, eq. 3, last term.
 */
export function commitment(z_ND: tf.Tensor2D, q_ND: tf.Tensor2D): tf.Scalar {
  return distance(z_ND, q_ND) as tf.Scalar;
}

/** `f` of a tensor, through which no gradient flows. */
export function stopped<T extends tf.Tensor>(f: (x: T) => tf.Tensor, x: T): tf.Tensor {
  return customOp({ forward: (x) => f(x as T), backward: (_dy, [x]) => [tf.zerosLike(x)] })(x);
}

/**
 * Mean squared error of pixel values around mid grey times 4, the scale that the encoder sees them
 * at: of order one for pictures that say nothing, so that it stands beside the commitment. Scalar.
 */
export function pictureError(x: tf.Tensor, output: tf.Tensor): tf.Scalar {
  return tf.mul(tf.mean(tf.squaredDifference(x, output)), 16) as tf.Scalar;
}

/** Peak signal-to-noise ratio of `pictureError`: dB. Scalar. */
export function errorPsnr(error: tf.Scalar): tf.Scalar {
  return psnr(tf.div(error, 16));
}

/** exp of the entropy of codes with these counts: 1 where one is used, K where all are alike. Scalar. */
export function perplexity(counts_K: tf.Tensor1D): tf.Scalar {
  const p_K = tf.div(counts_K, tf.sum(counts_K));
  // 0·ln 0 = 0
  const terms_K = tf.mul(p_K, tf.log(tf.maximum(p_K, 1e-30)));
  return tf.exp(tf.neg(tf.sum(terms_K))) as tf.Scalar;
}

/** Share of the codes that have any count. Scalar. */
export function usedShare(counts_K: tf.Tensor1D): tf.Scalar {
  return tf.mean(tf.cast(tf.greater(counts_K, 0), "float32")) as tf.Scalar;
}
