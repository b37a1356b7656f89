/**
 * The model: x → q(z|x) → z → p(x|z), networks and likelihood joined.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type Codec,
  type CodecOptions,
  decode,
  type Decoder,
  encode,
  type Encoder,
  initCodec,
} from "../../backbones/mod.ts";
import type { Config } from "./config.ts";
import { type Draws, type Gaussian, reparameterise } from "./objectives/bounds.ts";
import type { Grid } from "../../kinds/mod.ts";
import { binarise, type Likelihood, likelihoods } from "./likelihood.ts";
import type { Key } from "../../random/mod.ts";
import { log } from "../../numeric/mod.ts";
import { softplus, tanh } from "../../nn/mod.ts";

/** Everything that is trained. */
export type Parameters = Codec & {
  /** What `learnedLogScale` turns into the log of the likelihood's scale. */
  readonly scale: tf.Scalar;
};

/** |ln σ²| of a posterior stays below this: σ between e⁻⁵ and e⁵, finite whatever the network says. */
const LOG_VARIANCE_BOUND = 10;
/**
 * Where ln σ² of a posterior starts: σ = e⁻² ≈ 0.14. From σ = 1 the decoder first hears little but
 * noise and learns slowly; this costs some 50 nats of thousands, and only at the start.
 */
const LOG_VARIANCE_START = -4;
/** A learned scale stays above e⁻⁷ ≈ 0.23/255, where all mass of a pixel is in one bin. */
const LOG_SCALE_FLOOR = -7;
/** Where a learned scale starts: e⁻³ ≈ 13/255. */
const LOG_SCALE_START = -3;
/**
 * Adam moves every parameter by about the learning rate a step; a scale must cross several units
 * within a short training, so one unit of the parameter is worth this many of the log scale.
 */
const LOG_SCALE_GAIN = 10;

/** Fresh parameters for codes of length `latent`. */
export function initParameters(
  key: Key,
  options: CodecOptions & { latent: number },
): Parameters {
  return { ...initCodec(key, { ...options, outputs: 2 }), scale: tf.scalar(0) };
}

/**
 * The encoder's output averaged over the picture and its mirror image, so that of the mirror image
 * it is the same but for the sign of the mean's last `antisymmetric` numbers: f(x) + f(Mx), and for
 * those f(x) − f(Mx), halved. Puny et al. 2022 (arXiv:2110.03336), eq. 3, for the group of two.
 */
function encodeBothWays(
  encoder: Encoder,
  x_BHWC: tf.Tensor4D,
  antisymmetric: number,
): tf.Tensor2D {
  const both = tf.concat([x_BHWC, tf.reverse(x_BHWC, 2)]);
  const [own_BO, other_BO] = tf.split(encode(encoder, both), 2) as tf.Tensor2D[];
  const latent = own_BO.shape[1] / 2;
  const sign = Array.from(
    { length: 2 * latent },
    (_, i) => i >= latent - antisymmetric && i < latent ? -0.5 : 0.5,
  );
  return tf.add(tf.mul(own_BO, 0.5), tf.mul(other_BO, tf.tensor1d(sign)));
}

/**
 * q(z|x) of pictures [B, H, W, C].
 * @param options.antisymmetric how many of the mean's numbers change sign in the mirror image, the
 * others staying as they are; absent: the encoder decides
 */
export function posterior(
  encoder: Encoder,
  x_BHWC: tf.Tensor4D,
  { antisymmetric }: { readonly antisymmetric?: number },
): Gaussian {
  const out_BO = antisymmetric === undefined
    ? encode(encoder, x_BHWC)
    : encodeBothWays(encoder, x_BHWC, antisymmetric);
  const [mean_BZ, raw_BZ] = tf.split(out_BO, 2, 1) as tf.Tensor2D[];
  return { mean_BZ, logVariance_BZ: boundLogVariance(tf.add(raw_BZ, LOG_VARIANCE_START)) };
}

/** 10 tanh(raw/10): the identity near 0, smooth, and never so far that exp over- or underflows. */
export function boundLogVariance(raw: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tanh(tf.div(raw, LOG_VARIANCE_BOUND)), LOG_VARIANCE_BOUND);
}

/** Raw pictures of K codes each: [B, K, Z] → [B, K, D], D = H·W·C. */
export function decodeDraws(
  decoder: Decoder,
  z_BKZ: tf.Tensor3D,
  options: CodecOptions,
): tf.Tensor3D {
  const [B, K, Z] = z_BKZ.shape;
  return tf.reshape(decode(decoder, tf.reshape(z_BKZ, [B * K, Z]), options), [B, K, -1]);
}

/** A fixed scale, in pixel units: its log. */
export function fixedLogScale(scale: number): tf.Scalar {
  return tf.scalar(log(scale));
}

/** A learned scale: its log, bounded from below by a softplus. */
export function learnedLogScale(scale: tf.Scalar): tf.Scalar {
  const above = tf.add(tf.mul(scale, LOG_SCALE_GAIN), LOG_SCALE_START - LOG_SCALE_FLOOR);
  return tf.add(softplus(above), LOG_SCALE_FLOOR) as tf.Scalar;
}

/**
 * The scale that maximises the Gaussian likelihood of this batch: ln of the root mean square error.
 * Rybkin et al. 2021, "σ-VAE" (arXiv:2006.13202), eq. 7.
 */
export function optimalLogScale(x_B1D: tf.Tensor, mean_BKD: tf.Tensor): tf.Scalar {
  const error = tf.mean(tf.square(tf.sub(x_B1D, mean_BKD)));
  return tf.mul(tf.log(tf.maximum(error, 1e-6)), 0.5) as tf.Scalar;
}

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
