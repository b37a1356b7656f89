/**
 * The objectives of variational autoencoders, in nats a picture.
 *
 * Shapes: B pictures, K draws of z for each, Z latent dimensions.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { LOG_TWO_PI } from "../../../numeric/mod.ts";

/** N(mean, diag exp(logVariance)), one a picture. */
export interface Gaussian {
  readonly mean_BZ: tf.Tensor2D;
  readonly logVariance_BZ: tf.Tensor2D;
}

/** K draws of z a picture and what was thrown for them. */
export interface Draws {
  readonly z_BKZ: tf.Tensor3D;
  readonly noise_BKZ: tf.Tensor3D;
}

/**
 * KL(q(z_d|x) ‖ N(0, 1)) of each dimension: ½(μ² + σ² − 1 − ln σ²). [B, Z]
 *
 * With l = ln σ² it is ½(μ² + (e^l − 1 − l)); expm1 keeps it from going below zero near l = 0, where
 * e^l − 1 − l ≈ l²/2 is lost in float32 otherwise. Kingma & Welling 2014 (arXiv:1312.6114), B.
 */
export function klToStandardNormal({ mean_BZ, logVariance_BZ }: Gaussian): tf.Tensor2D {
  const spread_BZ = tf.sub(tf.expm1(logVariance_BZ), logVariance_BZ);
  return tf.mul(tf.add(tf.square(mean_BZ), spread_BZ), 0.5);
}

/** z = μ + σε: the reparameterised draw, through which gradients reach μ and σ. Kingma & Welling 2014, 2.4. */
export function reparameterise(posterior: Gaussian, noise_BKZ: tf.Tensor3D): Draws {
  const mean_B1Z = tf.expandDims(posterior.mean_BZ, 1);
  const deviation_B1Z = tf.exp(tf.mul(tf.expandDims(posterior.logVariance_BZ, 1), 0.5));
  return { z_BKZ: tf.add(mean_B1Z, tf.mul(deviation_B1Z, noise_BKZ)), noise_BKZ };
}

/**
 * Evidence lower bound: E_q[log p(x|z)] − β KL(q(z|x) ‖ N(0, I)). [B]
 * Kingma & Welling 2014, eq. 3; β: Higgins et al. 2017.
 */
export function elbo(
  logLikelihood_B: tf.Tensor1D,
  { kl_B, beta = 1 }: { kl_B: tf.Tensor1D; beta?: number | tf.Scalar },
): tf.Tensor1D {
  return tf.sub(logLikelihood_B, tf.mul(kl_B, beta));
}

/**
 * Free bits: Σ_d max(λ, mean over the batch of KL_d). A dimension below λ nats costs nothing to use,
 * so none is switched off early. Kingma et al. 2016 (arXiv:1606.04934), appendix C.8. Scalar.
 */
export function freeBits(kl_BZ: tf.Tensor2D, lambda: number): tf.Scalar {
  return tf.sum(tf.maximum(tf.mean(kl_BZ, 0), lambda)) as tf.Scalar;
}

/**
 * log p(x|z) + log p(z) − log q(z|x) of each draw, nats: [B, K]. With z = μ + σε the last is
 * −½Σ(ε² + ln σ² + ln 2π), and under the standard normal prior the one before is −½Σ(z² + ln 2π).
 * @param from.logPrior_BK log p(z) of the draws under another prior
 */
export function logWeights(
  logLikelihood_BK: tf.Tensor2D,
  { draws, posterior, logPrior_BK }: {
    draws: Draws;
    posterior: Gaussian;
    logPrior_BK?: tf.Tensor2D;
  },
): tf.Tensor2D {
  const logVariance_B1Z = tf.expandDims(posterior.logVariance_BZ, 1);
  const surprise_BKZ = tf.add(tf.square(draws.noise_BKZ), logVariance_B1Z);
  if (logPrior_BK === undefined) {
    const ratio_BKZ = tf.sub(surprise_BKZ, tf.square(draws.z_BKZ));
    return tf.add(logLikelihood_BK, tf.mul(tf.sum(ratio_BKZ, 2), 0.5));
  }
  const negative_BK = tf.mul(tf.sum(tf.add(surprise_BKZ, LOG_TWO_PI), 2), 0.5);
  return tf.add(logLikelihood_BK, tf.add(logPrior_BK, negative_BK));
}

/**
 * The importance-weighted bound L_K = log (1/K) Σ_k w_k: [B]. L_1 is one draw of the ELBO, and the
 * bound tightens with K. Burda et al. 2016 (arXiv:1509.00519), eq. 8.
 */
export function importanceBound(logWeight_BK: tf.Tensor2D): tf.Tensor1D {
  const K = logWeight_BK.shape[1];
  // log(1/K) enters as a division, so that no logarithm is taken outside the engine.
  const top_B1 = tf.max(logWeight_BK, 1, true);
  const mean_B = tf.div(tf.sum(tf.exp(tf.sub(logWeight_BK, top_B1)), 1), K);
  return tf.add(tf.log(mean_B), tf.squeeze(top_B1, [1])) as tf.Tensor1D;
}

/**
 * Latent dimensions in use: those whose posterior mean varies over the pictures by more than 0.01.
 * Burda et al. 2016, 4.1.2, here over the batch. Scalar.
 */
export function activeUnits(mean_BZ: tf.Tensor2D): tf.Scalar {
  const { variance } = tf.moments(mean_BZ, 0);
  return tf.sum(tf.cast(tf.greater(variance, 0.01), "float32")) as tf.Scalar;
}
