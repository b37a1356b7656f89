/**
 * Choosing the next token: the likeliest, or one drawn from the distribution as temperature, top-k and
 * top-p leave it. Holtzman et al. 2020 (arXiv:1904.09751) for top-p.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { categorical, type Key } from "../../../random/mod.ts";

/** Ways to choose; each is a program of its own. */
export type Way = "likeliest" | "drawn" | "cut";

/** How rows choose, each for itself. */
export interface Cut {
  /** float32, above 0. */
  readonly temperature_B: tf.Tensor1D;
  /** int32: the most tokens to choose among. */
  readonly topK_B: tf.Tensor1D;
  /** float32 in (0, 1]. */
  readonly topP_B: tf.Tensor1D;
}

/** What draws hang on: row i's on the key and rows_B[i] alone. */
export interface Draw extends Cut {
  readonly key: Key;
  readonly rows_B: tf.Tensor1D;
}

/** The likeliest token; of equal ones the lowest: int32 [B]. */
export function likeliest(logits_BV: tf.Tensor2D): tf.Tensor1D {
  return tf.argMax(logits_BV, 1);
}

/** softmax(logits / temperature) is what is drawn from. */
function tempered(logits_BV: tf.Tensor2D, { temperature_B }: Cut): tf.Tensor2D {
  return tf.div(logits_BV, tf.reshape(temperature_B, [-1, 1]));
}

/** A token of each row by its tempered distribution: int32 [B]. */
export function drawn(logits_BV: tf.Tensor2D, { key, rows_B, ...cut }: Draw): tf.Tensor1D {
  return categorical(key, tempered(logits_BV, cut), { rows_B });
}

/** Tokens in the order of their logits, and what is left of these: −∞ where a token is cut. */
export interface Ranked {
  /** int32 [B, V] */
  readonly token_BV: tf.Tensor2D;
  readonly logit_BV: tf.Tensor2D;
}

/**
 * The k likeliest tokens, and of these the fewest whose probabilities (after temperature, among the k)
 * add up to p; of equal ones the lower is the likelier.
 */
export function ranked(logits_BV: tf.Tensor2D, cut: Cut): Ranked {
  const [, size] = logits_BV.shape;
  const { values, indices } = tf.topk(tempered(logits_BV, cut), size, true);
  const nothing = tf.fill(values.shape, -Infinity);
  const rank_1V = tf.reshape(tf.range(0, size, 1, "int32"), [1, size]);
  const among = tf.less(rank_1V, tf.reshape(cut.topK_B, [-1, 1]));
  const first_BV = tf.where(among, values, nothing);
  // The sum before a token says whether it is still needed.
  const before_BV = tf.cumsum(tf.softmax(first_BV), 1, true);
  const p_B1 = tf.reshape(cut.topP_B, [-1, 1]);
  // Rounded sums may reach 1 before the last token.
  const needed = tf.logicalOr(tf.less(before_BV, p_B1), tf.greaterEqual(p_B1, 1));
  return {
    token_BV: indices as tf.Tensor2D,
    logit_BV: tf.where(needed, first_BV, nothing) as tf.Tensor2D,
  };
}

/** A token of each row of those that are left: int32 [B]. */
export function drawnCut(logits_BV: tf.Tensor2D, { key, rows_B, ...cut }: Draw): tf.Tensor1D {
  const [batch, size] = logits_BV.shape;
  const { token_BV, logit_BV } = ranked(logits_BV, cut);
  const rank_B = categorical(key, logit_BV, { rows_B });
  const first_B = tf.mul(tf.range(0, batch, 1, "int32"), tf.scalar(size, "int32"));
  return tf.gather(
    tf.reshape(token_BV, [-1]),
    tf.add(first_B, rank_B) as tf.Tensor1D,
  ) as tf.Tensor1D;
}

/** A token of each row in one of the ways: int32 [B]. */
export function chosen(logits_BV: tf.Tensor2D, way: Way, draw: Draw): tf.Tensor1D {
  if (way === "likeliest") return likeliest(logits_BV);
  return way === "drawn" ? drawn(logits_BV, draw) : drawnCut(logits_BV, draw);
}
