/**
 * The likelihood of a flow, by the change of variables: nats a picture.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { HALF_LOG_TWO_PI } from "../../numeric/mod.ts";
import { perRow, toLine } from "./dequantise.ts";
import { forward, type Parameters, type Setting } from "./model.ts";

/** ln N(z; 0, I): [B]. */
export function logNormal(z_BD: tf.Tensor2D): tf.Tensor1D {
  return perRow(tf.sub(tf.mul(tf.square(z_BD), -0.5), HALF_LOG_TWO_PI));
}

/**
 * ln of the density that the flow has over k + u, bins of width one: ln N(f(h)) + ln|det ∂f/∂h| +
 * Σ ln|dh/dk|. Its exponential's mean over u is the probability of the 8-bit picture, so that draws
 * are importance weights and their logarithm's mean is a bound. [B]
 */
export function logWeight(
  p: Parameters,
  { x_BHWC, noise_BHWC }: { x_BHWC: tf.Tensor4D; noise_BHWC: tf.Tensor },
  setting: Setting,
): tf.Tensor1D {
  const line = toLine(x_BHWC, { noise_BHWC, alpha: setting.config.alpha });
  const { z_BD, logDet_B } = forward(p, line.h_BHWC, setting);
  return tf.addN([logNormal(z_BD), logDet_B, line.logDet_B]) as tf.Tensor1D;
}
