/**
 * How a network gets a time or a noise level: sinusoids of it through a small perceptron, with a
 * condition vector added.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../random/mod.ts";
import { initLinear, type Linear, linear, silu } from "../nn/mod.ts";
import { exp } from "../numeric/mod.ts";

/** Parameters; `condition` where there is one. */
export type TimeEmbedding = {
  readonly first: Linear;
  readonly second: Linear;
  readonly condition?: Linear;
};

/** Logarithm of the range of the sinusoids' periods, 10,000. Vaswani et al. 2017. */
export const LOG_LONGEST_PERIOD = 9.210340371976184;

/** What fixes the shapes. */
export interface TimeEmbeddingSize {
  /** Sines and cosines, an even number. */
  readonly features: number;
  /** Length of the embedding, E. */
  readonly out: number;
  /** Length of the condition. */
  readonly condition?: number;
}

/** Fresh parameters. */
export function initTimeEmbedding(
  key: Key,
  { features, out, condition }: TimeEmbeddingSize,
): TimeEmbedding {
  const map = (name: string, width: number) =>
    initLinear(fold(key, name), { in: width, out, scale: Math.SQRT1_2 });
  return {
    first: map("first", features),
    second: map("second", out),
    ...(condition === undefined ? {} : { condition: map("condition", condition) }),
  };
}

/** Sines and cosines of scale·t at `width/2` frequencies from 1 down to 10⁻⁴: [B, width]. */
export function timeFeatures(
  time_B: tf.Tensor1D,
  { width, scale }: { width: number; scale: number },
): tf.Tensor2D {
  const half = width / 2;
  const frequencies = Float32Array.from(
    { length: half },
    (_, i) => exp(-LOG_LONGEST_PERIOD * i / half),
  );
  const angle_BF = tf.mul(
    tf.mul(tf.reshape(time_B, [-1, 1]), scale),
    tf.tensor2d(frequencies, [1, half]),
  );
  return tf.concat([tf.sin(angle_BF), tf.cos(angle_BF)], 1) as tf.Tensor2D;
}

/** [B, E] of times [B] and, where the parameters have one, of a condition. */
export function timeEmbedding(
  p: TimeEmbedding,
  time_B: tf.Tensor1D,
  { scale, condition_BE }: { scale: number; condition_BE?: tf.Tensor2D },
): tf.Tensor2D {
  const features_BW = timeFeatures(time_B, { width: p.first.weight.shape[0], scale });
  const time_BE = linear(p.second, silu(linear(p.first, features_BW)));
  if (p.condition === undefined) return time_BE;
  return tf.add(time_BE, linear(p.condition, condition_BE!));
}
