/**
 * Self-attention over a picture's positions, as a residual unit: every position sees every other.
 *
 * Shapes: B batch, H and W sides, C channels, T = H·W positions.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../random/mod.ts";
import {
  attention,
  groupNorm,
  initLinear,
  initNorm,
  type Linear,
  linear,
  mergeHeads,
  type Norm,
  splitHeads,
} from "../nn/mod.ts";

/** Self-attention's parameters. */
export type SelfAttention = {
  readonly norm: Norm;
  readonly qkv: Linear;
  readonly out: Linear;
};

/** Channels of a head; fewer where that doesn't divide. */
const HEAD_WIDTH = 32;

/** Fresh parameters. The last map starts at zero: new attention is the identity. */
export function initSelfAttention(key: Key, channels: number): SelfAttention {
  return {
    norm: initNorm(channels),
    qkv: initLinear(fold(key, "qkv"), { in: channels, out: 3 * channels, scale: Math.SQRT1_2 }),
    out: initLinear(fold(key, "out"), { in: channels, out: channels, scale: 0 }),
  };
}

/** The most heads of 32 channels or more that divide the channels. */
function headsOf(channels: number): number {
  let heads = Math.max(1, Math.floor(channels / HEAD_WIDTH));
  while (channels % heads !== 0) heads--;
  return heads;
}

/** What came in and what its positions saw of each other: [B, H, W, C] → [B, H, W, C]. */
export function selfAttention(p: SelfAttention, x_BHWC: tf.Tensor4D): tf.Tensor4D {
  const [b, h, w, c] = x_BHWC.shape;
  const heads = headsOf(c);
  const x_BTC = tf.reshape(groupNorm(p.norm, x_BHWC), [b, h * w, c]) as tf.Tensor3D;
  const [q_NTD, k_NSD, v_NSD] = tf.split(linear(p.qkv, x_BTC), 3, 2)
    .map((part) => splitHeads(part as tf.Tensor3D, heads));
  const seen_BTC = mergeHeads(attention({ q_NTD, k_NSD, v_NSD }), heads);
  return tf.add(x_BHWC, tf.reshape(linear(p.out, seen_BTC), [b, h, w, c]));
}
