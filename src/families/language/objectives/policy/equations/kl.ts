/**
 * How far a policy π is from a reference: estimates of KL(π ‖ π_ref) from tokens that π drew, and what
 * steers the weight that it has.
 *
 * With d = ln π_ref(x) − ln π(x), x ~ π (Schulman 2020, "Approximating KL divergence"):
 * k1 = −d is unbiased and may be negative; k2 = d²/2 has a bias and is never negative;
 * k3 = (eᵈ − 1) − d is unbiased and never negative, since E eᵈ = 1.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** One of the estimators. */
export type Estimator = "k1" | "k2" | "k3";

/** ln π and ln π_ref of tokens, of one shape. */
export interface LogPair {
  readonly log: tf.Tensor;
  readonly reference: tf.Tensor;
}

/** Estimates a token, in nats. In k3 expm1 keeps what eᵈ − 1 would lose near d = 0. */
export function divergence({ log, reference }: LogPair, estimator: Estimator): tf.Tensor {
  const d = tf.sub(reference, log);
  if (estimator === "k1") return tf.neg(d);
  return estimator === "k2" ? tf.mul(tf.square(d), 0.5) : tf.sub(tf.expm1(d), d);
}

/**
 * KL(π ‖ π_ref) of the next token itself, from both distributions: Σ_v π(v) (ln π(v) − ln π_ref(v)).
 * Its sum over an answer's tokens estimates the divergence of answers with less variance than k1 (Amini
 * et al. 2025, arXiv:2504.10637). [N]
 */
export function exactDivergence(logits_NV: tf.Tensor2D, reference_NV: tf.Tensor2D): tf.Tensor1D {
  const log_NV = tf.logSoftmax(logits_NV), other_NV = tf.logSoftmax(reference_NV);
  return tf.sum(tf.mul(tf.exp(log_NV), tf.sub(log_NV, other_NV)), 1) as tf.Tensor1D;
}

/** Entropy of the next token, nats: −Σ_v π(v) ln π(v). [N] */
export function entropy(logits_NV: tf.Tensor2D): tf.Tensor1D {
  const log_NV = tf.logSoftmax(logits_NV);
  return tf.neg(tf.sum(tf.mul(tf.exp(log_NV), log_NV), 1)) as tf.Tensor1D;
}

/** Errors beyond this share of the target count as this much. */
const MOST_ERROR = 0.2;

/**
 * The next weight β of a divergence that was found with the present one, steered to a target:
 * e = clip(found/target − 1, −0.2, 0.2), β ← β (1 + gain·e). Without a target β stays. Ziegler et al. 2019
 * (arXiv:1909.08593), section 2.2.
 */
export function nextCoefficient(
  coefficient: number,
  { found, target, gain }: {
    readonly found: number;
    readonly target?: number;
    readonly gain: number;
  },
): number {
  if (target === undefined) return coefficient;
  const error = Math.min(MOST_ERROR, Math.max(-MOST_ERROR, found / target - 1));
  return coefficient * (1 + gain * error);
}
