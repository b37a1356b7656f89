/**
 * What policies are trained by: the surrogate with clipped ratios, and the loss of values.
 * Schulman et al. 2017, PPO (arXiv:1707.06347).
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** ε below and above 1. */
export interface Clip {
  readonly low: number;
  readonly high: number;
}

/** What the policy says of tokens or answers now, what it said when they were drawn; of one shape. */
export interface Drawn {
  readonly log: tf.Tensor;
  readonly old: tf.Tensor;
  readonly advantage: tf.Tensor;
}

/** r = π/π_old. */
function ratioOf({ log, old }: Pick<Drawn, "log" | "old">): tf.Tensor {
  return tf.exp(tf.sub(log, old));
}

/**
 * −min(r·A, clip(r, 1 − ε, 1 + ε)·A), eq. 7; without a clip −r·A. At r = 1 its gradient is the policy
 * gradient −A ∇ln π; it is 0 where A > 0 and r > 1 + ε, or A < 0 and r < 1 − ε.
 */
export function surrogate(drawn: Drawn, clip: Clip | null): tf.Tensor {
  const ratio = ratioOf(drawn), { advantage } = drawn;
  const free = tf.mul(ratio, advantage);
  if (clip === null) return tf.neg(free);
  const held = tf.mul(tf.clipByValue(ratio, 1 - clip.low, 1 + clip.high), advantage);
  return tf.neg(tf.minimum(free, held));
}

/** 1 where the clip holds the gradient back, 0 elsewhere. */
export function clipped(drawn: Drawn, clip: Clip | null): tf.Tensor {
  if (clip === null) return tf.zerosLike(drawn.log);
  const ratio = ratioOf(drawn), { advantage } = drawn;
  const above = tf.logicalAnd(tf.greater(ratio, 1 + clip.high), tf.greater(advantage, 0));
  const below = tf.logicalAnd(tf.less(ratio, 1 - clip.low), tf.less(advantage, 0));
  return tf.cast(tf.logicalOr(above, below), "float32");
}

/** Values now and when answers were drawn, and what they should have been; of one shape. */
export interface Valued {
  readonly value: tf.Tensor;
  readonly old: tf.Tensor;
  readonly target: tf.Tensor;
}

/**
 * ½ max((V − R)², (clip(V, V_old − ε, V_old + ε) − R)²): a value that has moved by more than ε and still
 * comes nearer to R has no gradient. Schulman et al. 2016's own code, as TRL has it.
 */
export function valueLoss({ value, old, target }: Valued, clip: number): tf.Tensor {
  const moved = tf.sub(value, old);
  const held = tf.add(old, tf.clipByValue(moved, -clip, clip));
  const both = [value, held].map((one) => tf.square(tf.sub(one, target)));
  return tf.mul(tf.maximum(both[0], both[1]), 0.5);
}
