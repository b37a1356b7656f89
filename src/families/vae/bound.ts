/**
 * The loss that a config asks for, from pictures to nats: networks, likelihood and objective joined.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../../kinds/grid.ts";
import type { Config } from "./config.ts";
import { binarise, type Likelihood, likelihoods } from "./likelihood.ts";
import {
  decodeDraws,
  fixedLogScale,
  learnedLogScale,
  optimalLogScale,
  type Parameters,
  posterior,
} from "./model.ts";
import {
  activeUnits,
  type Draws,
  elbo,
  freeBits,
  type Gaussian,
  importanceBound,
  klToStandardNormal,
  logWeights,
  reparameterise,
} from "./objective.ts";
import { batchWeights, klParts, penalty } from "./total_correlation.ts";

/** What fixes a VAE's shapes and objective. */
export interface Setting {
  readonly config: Config;
  readonly sample: Grid;
  /** Training pictures, N. */
  readonly trainSize: number;
}

/** One pass through the networks. */
export interface Pass {
  readonly posterior: Gaussian;
  readonly draws: Draws;
  /** log p(x|z), nats. */
  readonly logLikelihood_BK: tf.Tensor2D;
  /** Log of the scale used. */
  readonly logScale: tf.Scalar;
}

/** The likelihood of a config. */
export function likelihoodOf({ config }: Setting): Likelihood {
  return likelihoods[config.likelihood];
}

/** Pictures [B, H, W, C] as the likelihood takes them, [B, 1, D]. */
function pixels(x_BHWC: tf.Tensor4D): tf.Tensor3D {
  return tf.reshape(x_BHWC, [x_BHWC.shape[0], 1, -1]);
}

/** What the network sees: the picture, or its black and white form where that is what is modelled. */
export function prepare(x_BHWC: tf.Tensor4D, setting: Setting): tf.Tensor4D {
  return setting.config.likelihood === "bernoulli" ? binarise(x_BHWC) : x_BHWC;
}

/**
 * The likelihood's log scale.
 * @param remembered the optimal scale of past batches, where there is no batch to take it from
 */
export function logScaleOf(
  params: Parameters,
  { setting, remembered }: { setting: Setting; remembered: tf.Scalar },
): tf.Scalar {
  const { scale } = setting.config;
  if (scale === "optimal") return remembered;
  return scale === "learned" ? learnedLogScale(params.scale) : fixedLogScale(scale);
}

/** What a pass is made from. */
export interface PassInputs {
  readonly x_BHWC: tf.Tensor4D;
  /** Standard normals: K draws of Z dimensions a picture. */
  readonly noise_BKZ: tf.Tensor3D;
  /** The log scale to use with `optimal`; without it the batch's own. */
  readonly remembered?: tf.Scalar;
}

/** Encodes, draws, decodes and scores. */
export function pass(params: Parameters, inputs: PassInputs, setting: Setting): Pass {
  const { config, sample } = setting;
  const x_BHWC = prepare(inputs.x_BHWC, setting);
  const q = posterior(params.encoder, x_BHWC, setting.config);
  const draws = reparameterise(q, inputs.noise_BKZ);
  const output_BKD = decodeDraws(params.decoder, draws.z_BKZ, { sample, width: config.width });
  const x_B1D = pixels(x_BHWC);
  const likelihood = likelihoodOf(setting);
  const remembered = inputs.remembered ??
    (config.scale === "optimal"
      ? optimalLogScale(x_B1D, likelihood.location(output_BKD))
      : tf.scalar(0));
  const logScale = logScaleOf(params, { setting, remembered });
  const logLikelihood_BK = likelihood.logProbability(x_B1D, output_BKD, logScale);
  return { posterior: q, draws, logLikelihood_BK, logScale };
}

/** What training minimises, and what it reports; nats a picture, averaged over the batch. */
export type Terms = {
  readonly loss: tf.Scalar;
  /** E_q[log p(x|z)] − KL(q ‖ p), whatever the objective. */
  readonly elbo: tf.Scalar;
  /** −E_q[log p(x|z)]. */
  readonly reconstruction: tf.Scalar;
  readonly kl: tf.Scalar;
  readonly active_units: tf.Scalar;
};

/** The terms of one pass. */
export function terms(
  { posterior, draws, logLikelihood_BK }: Pass,
  { beta, setting: { config, trainSize } }: { beta: number | tf.Scalar; setting: Setting },
): Terms {
  const kl_BZ = klToStandardNormal(posterior);
  const kl_B = tf.sum(kl_BZ, 1) as tf.Tensor1D;
  const logLikelihood_B = tf.mean(logLikelihood_BK, 1) as tf.Tensor1D;
  const distortion = tf.neg(tf.mean(logLikelihood_B)) as tf.Scalar;
  const loss = (): tf.Scalar => {
    if (config.objective === "importance") {
      const bound_B = importanceBound(logWeights(logLikelihood_BK, { draws, posterior }));
      return tf.neg(tf.mean(bound_B)) as tf.Scalar;
    }
    if (config.objective === "total-correlation") {
      const batch = posterior.mean_BZ.shape[0];
      const weights = batchWeights(config.estimator, { batch, dataset: trainSize });
      const logWeight_BB = tf.tensor2d(weights, [batch, batch]);
      const z_BZ = tf.squeeze(tf.slice(draws.z_BKZ, [0, 0, 0], [-1, 1, -1]), [1]) as tf.Tensor2D;
      return tf.add(distortion, penalty(klParts(z_BZ, { posterior, logWeight_BB }), beta));
    }
    if (config.freeBits > 0) {
      return tf.add(distortion, tf.mul(freeBits(kl_BZ, config.freeBits), beta));
    }
    return tf.neg(tf.mean(elbo(logLikelihood_B, { kl_B, beta }))) as tf.Scalar;
  };
  return {
    loss: loss(),
    elbo: tf.mean(elbo(logLikelihood_B, { kl_B })) as tf.Scalar,
    reconstruction: distortion,
    kl: tf.mean(kl_B) as tf.Scalar,
    active_units: activeUnits(posterior.mean_BZ),
  };
}
