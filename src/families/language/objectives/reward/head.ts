/**
 * Models that judge texts: a linear head on what the decoder has at a text's last token.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type DecoderParameters, decoderStates } from "../../../../backbones/mod.ts";
import type { Setting } from "../../model.ts";

/** weight [W, A], bias [A] where a judgement has a zero of its own. */
export type JudgeHead = {
  readonly weight: tf.Tensor2D;
  readonly bias?: tf.Tensor1D;
};

/** A head that says zero of everything. */
export function initHead(width: number, attributes: number, biased: boolean): JudgeHead {
  return {
    weight: tf.zeros([width, attributes]),
    ...(biased && { bias: tf.zeros([attributes]) as tf.Tensor1D }),
  };
}

/** The column of each row's last token, the first where it has none: int32 [B]. */
function lastColumns(tokens_BT: tf.Tensor2D): tf.Tensor1D {
  const there_BT = tf.cast(tf.greaterEqual(tokens_BT, tf.scalar(0, "int32")), "float32");
  return tf.cast(tf.maximum(tf.sub(tf.sum(there_BT, 1), 1), 0), "int32") as tf.Tensor1D;
}

/**
 * Judgements of rows of one text each, in the head's own units: [B, A]. Of a row that is longer than
 * the context the first tokens are seen.
 * @param tokens_BT int32; −1 pads at the right
 */
export function judged(
  { params, head }: { readonly params: DecoderParameters; readonly head: JudgeHead },
  tokens_BT: tf.Tensor2D,
  { shape }: Pick<Setting, "shape">,
): tf.Tensor2D {
  const [batch, columns] = tokens_BT.shape, seen = Math.min(columns, shape.context);
  const seen_BT = seen === columns ? tokens_BT : tf.slice(tokens_BT, [0, 0], [batch, seen]);
  const hidden_BTW = decoderStates(params, seen_BT, { shape });
  const first_B = tf.mul(tf.range(0, batch, 1, "int32"), tf.scalar(seen, "int32"));
  const at_B = tf.add(first_B, lastColumns(seen_BT)) as tf.Tensor1D;
  const last_BW = tf.gather(tf.reshape(hidden_BTW, [-1, shape.width]), at_B) as tf.Tensor2D;
  const found_BA: tf.Tensor2D = tf.matMul(last_BW, head.weight);
  return head.bias === undefined ? found_BA : tf.add(found_BA, head.bias);
}
