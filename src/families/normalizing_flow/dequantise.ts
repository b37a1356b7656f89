/**
 * From 8-bit pictures to numbers on the whole line and back. Shapes: pictures [B, H, W, C].
 *
 * A value k takes noise u ~ U[0, 1) and becomes y = (k + u)/256 in [0, 1), then s = α + (1 − 2α)y and
 * h = ln(s/(1 − s)). Dinh et al. 2017 (arXiv:1605.08803), section 4.1. With
 *
 *   ln|dh/dk| = ln(1 − 2α) − ln 256 − ln s − ln(1 − s)
 *
 * the density over k + u is p(h)·|dh/dk|, and its mean over u is the model's probability of k:
 * exp of the log weight is unbiased for it, and its logarithm's mean a lower bound. Theis et al. 2016
 * (arXiv:1511.01844), section 3.1.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log } from "../../numeric/mod.ts";

/** Values a pixel can take. */
const LEVELS = 256;

/** Numbers on the line with what came of volumes on the way. */
export interface Mapped {
  readonly h_BHWC: tf.Tensor4D;
  /** Σ ln|dh/dk|, nats. */
  readonly logDet_B: tf.Tensor1D;
}

/** Sums over all axes but the first. */
export function perRow(x: tf.Tensor): tf.Tensor1D {
  return tf.sum(tf.reshape(x, [x.shape[0], -1]), 1) as tf.Tensor1D;
}

/** Pictures k/255 and their noise in [0, 1) to the line. */
export function toLine(
  x_BHWC: tf.Tensor4D,
  { noise_BHWC, alpha }: { noise_BHWC: tf.Tensor; alpha: number },
): Mapped {
  const y_BHWC = tf.div(tf.add(tf.mul(x_BHWC, LEVELS - 1), noise_BHWC), LEVELS);
  const s_BHWC = tf.add(tf.mul(y_BHWC, 1 - 2 * alpha), alpha);
  const logS = tf.log(s_BHWC);
  const logRest = tf.log(tf.sub(1, s_BHWC));
  const constant = log(1 - 2 * alpha) - log(LEVELS);
  return {
    h_BHWC: tf.sub(logS, logRest) as tf.Tensor4D,
    logDet_B: perRow(tf.sub(constant, tf.add(logS, logRest))),
  };
}

/** The pictures k/255 in whose bins numbers on the line lie; those beyond the ends are clamped. */
export function fromLine(h_BHWC: tf.Tensor4D, { alpha }: { alpha: number }): tf.Tensor4D {
  const y_BHWC = tf.div(tf.sub(tf.sigmoid(h_BHWC), alpha), 1 - 2 * alpha);
  const k_BHWC = tf.clipByValue(tf.floor(tf.mul(y_BHWC, LEVELS)), 0, LEVELS - 1);
  return tf.div(k_BHWC, LEVELS - 1) as tf.Tensor4D;
}
