/**
 * Rows of tokens of one text each, of which some are scored: the words of answers, and not those of
 * prompts.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type DecoderParameters,
  decoderStates,
  decoderTargetNats,
} from "../../../backbones/mod.ts";
import { type Setting, shifted } from "../model.ts";

/** See the module: int32 [B, T + 1]. */
export type ScoredRows = {
  /** −1 pads at the right. */
  readonly tokens_BT: tf.Tensor2D;
  /** 1 where a token is scored; 0 in padding. */
  readonly scored_BT: tf.Tensor2D;
};

/** What a model says of rows' texts. */
export interface AnswerScores {
  /** Σ ln p of each row's scored tokens, nats. [B] */
  readonly log_B: tf.Tensor1D;
  /** −ln p of every token after a row's first one, 0 in padding. [B, T] */
  readonly nats_BT: tf.Tensor2D;
}

/** Which tokens after a row's first one are scored: float32 [B, T]. */
function scoredAfter({ scored_BT }: Pick<ScoredRows, "scored_BT">): tf.Tensor2D {
  return tf.cast(shifted(scored_BT).targets_BT, "float32");
}

/** Numbers of scored tokens of rows, at least 1, so that it can be divided by: float32 [B]. */
export function answerTokens(rows: Pick<ScoredRows, "scored_BT">): tf.Tensor1D {
  return tf.maximum(tf.sum(scoredAfter(rows), 1), 1) as tf.Tensor1D;
}

/** Scores of rows. Each position sees all before it in its row. */
export function answerScores(
  params: DecoderParameters,
  rows: ScoredRows,
  { shape }: Pick<Setting, "shape">,
): AnswerScores {
  const { inputs_BT, targets_BT } = shifted(rows.tokens_BT);
  const hidden_BTW = decoderStates(params, inputs_BT, { shape });
  const nats_N = decoderTargetNats(
    params,
    tf.reshape(hidden_BTW, [-1, shape.width]),
    tf.reshape(targets_BT, [-1]) as tf.Tensor1D,
  );
  const nats_BT = tf.reshape(nats_N, targets_BT.shape) as tf.Tensor2D;
  return {
    log_B: tf.neg(tf.sum(tf.mul(nats_BT, scoredAfter(rows)), 1)) as tf.Tensor1D,
    nats_BT,
  };
}

/** Rows of both, those of the first before those of the second. */
export function stacked(a: ScoredRows, b: ScoredRows): ScoredRows {
  return {
    tokens_BT: tf.concat([a.tokens_BT, b.tokens_BT]),
    scored_BT: tf.concat([a.scored_BT, b.scored_BT]),
  };
}
