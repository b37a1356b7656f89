/**
 * Losses with their own gradients.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { customOp } from "./custom.ts";

/** Ones at the targets: float32 [N, K]. Cast: tfjs-wasm's float32 oneHot holds an integer's bits. */
function targetRows(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.cast(tf.oneHot(targets as tf.Tensor1D, logits.shape[1]!), "float32");
}

/** d/dlogits of the mean of ln Σ exp(logits) − logits[target]: (softmax − one-hot)/N. */
const crossEntropyOp = customOp({
  forward: (logits, targets) => {
    const chosen = tf.sum(tf.mul(logits, targetRows(logits, targets)), 1);
    return tf.mean(tf.sub(tf.logSumExp(logits, 1), chosen));
  },
  backward: (dy, [logits, targets]) => {
    const excess = tf.sub(tf.softmax(logits), targetRows(logits, targets));
    return [tf.mul(excess, tf.div(dy, logits.shape[0])), tf.zeros(targets.shape)];
  },
});

/**
 * Mean of −ln softmax(logits)[target] over the rows, in nats. Scalar.
 * @param logits_NK float32
 * @param targets_N int32 in [0, K)
 * @throws Error if there isn't one target a row
 */
export function softmaxCrossEntropy(logits_NK: tf.Tensor2D, targets_N: tf.Tensor1D): tf.Scalar {
  if (logits_NK.rank !== 2 || targets_N.rank !== 1 || targets_N.shape[0] !== logits_NK.shape[0]) {
    throw new Error(
      `softmaxCrossEntropy needs logits [N, K] and targets [N], found [${logits_NK.shape}] and ` +
        `[${targets_N.shape}]`,
    );
  }
  return crossEntropyOp(logits_NK, targets_N) as tf.Scalar;
}
