/**
 * Prompts with answers to other prompts: of what KTO estimates the divergence from the reference on.
 * Ethayarajh et al. 2024 (arXiv:2402.01306), section 4.2.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { ScoredRows } from "../rows.ts";

/** Each row's number of the row before it; of the first one the last's. [B] */
function turned(x_B: tf.Tensor1D): tf.Tensor1D {
  const [batch] = x_B.shape;
  if (batch === 1) return x_B;
  return tf.concat([tf.slice(x_B, batch - 1, 1), tf.slice(x_B, 0, batch - 1)]);
}

/**
 * Each row's prompt with the answer of the row before it, of the first one with the last's. What
 * doesn't fit in a row is cut.
 * @param rows in each the scored tokens stand together, after the prompt
 */
export function exchanged({ tokens_BT, scored_BT }: ScoredRows): ScoredRows {
  const [batch, columns] = tokens_BT.shape;
  // Whole numbers below 2²⁴ are exact in float32.
  const scored = tf.cast(scored_BT, "float32");
  const prompt_B = tf.sum(tf.cast(tf.equal(tf.cumsum(scored, 1), 0), "float32"), 1) as tf.Tensor1D;
  const answer_B = tf.sum(scored, 1) as tf.Tensor1D;
  const column = (x_B: tf.Tensor) => tf.reshape(x_B, [batch, 1]);
  const prompt_B1 = column(prompt_B);
  const at_1T = tf.reshape(tf.range(0, columns, 1, "float32"), [1, columns]);
  const row_B = tf.range(0, batch, 1, "float32") as tf.Tensor1D;
  const own_BT = tf.less(at_1T, prompt_B1);
  const there_BT = tf.less(at_1T, tf.add(prompt_B1, column(turned(answer_B))));
  // Column t of the answer is that many columns after the other prompt.
  const taken_BT = tf.add(tf.sub(at_1T, prompt_B1), column(turned(prompt_B)));
  const place_BT = tf.where(
    own_BT,
    tf.add(tf.mul(column(row_B), columns), at_1T),
    tf.add(
      tf.mul(column(turned(row_B)), columns),
      tf.minimum(tf.maximum(taken_BT, 0), columns - 1),
    ),
  );
  const found_BT = tf.gather(
    tf.reshape(tokens_BT, [-1]),
    tf.cast(place_BT, "int32") as tf.Tensor1D,
  ) as unknown as tf.Tensor2D;
  const answers_BT = tf.logicalAnd(there_BT, tf.logicalNot(own_BT));
  return {
    tokens_BT: tf.where(there_BT, found_BT, tf.fill([batch, columns], -1, "int32")) as tf.Tensor2D,
    scored_BT: tf.cast(answers_BT, "int32") as tf.Tensor2D,
  };
}
