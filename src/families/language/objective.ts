/**
 * What is minimised: −Σ ln p(target) over all targets of a batch, by their number. A target of −1 isn't
 * one.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { decoderNats, type DecoderParameters } from "../../backbones/mod.ts";
import { targetLogProbabilities } from "../../nn/mod.ts";
import { type Setting, shifted, windowLogits, windowStates } from "./model.ts";

/**
 * Σ −ln p(target), nats, over the windows' targets. Scalar.
 * @param scored_BT the tokens that are targets, −1 elsewhere; left out: all of them
 */
export function windowNats(
  params: DecoderParameters,
  tokens_BT: tf.Tensor2D,
  setting: Setting,
  scored_BT: tf.Tensor2D = tokens_BT,
): tf.Scalar {
  const { inputs_BT, targets_N } = taskOf(tokens_BT, scored_BT);
  return decoderNats(params, windowStates(params, inputs_BT, setting), targets_N, {
    frozen: setting.config.adapter !== undefined,
  });
}

/** Σ ln p(target) of each window, nats: [B]. */
export function windowLogProbability(
  params: DecoderParameters,
  tokens_BT: tf.Tensor2D,
  setting: Setting,
): tf.Tensor1D {
  const { inputs_BT, targets_N } = taskOf(tokens_BT);
  const log_N = targetLogProbabilities(windowLogits(params, inputs_BT, setting), targets_N);
  return tf.sum(tf.reshape(log_N, [tokens_BT.shape[0], -1]), 1) as tf.Tensor1D;
}

/** What windows of T + 1 are asked: inputs [B, T] and the target of each, [B·T]. */
function taskOf(tokens_BT: tf.Tensor2D, scored_BT = tokens_BT) {
  const { inputs_BT } = shifted(tokens_BT), { targets_BT } = shifted(scored_BT);
  return { inputs_BT, targets_N: tf.reshape(targets_BT, [-1]) as tf.Tensor1D };
}

/** Number of targets, float32 scalar; at least 1, so that it can be divided by. */
export function targetCount(tokens_BT: tf.Tensor2D): tf.Scalar {
  const { targets_BT } = shifted(tokens_BT);
  const scored = tf.greaterEqual(targets_BT, tf.scalar(0, "int32"));
  return tf.maximum(tf.sum(tf.cast(scored, "float32")), 1) as tf.Scalar;
}
