/**
 * Pairs as training sees them: rows of prompt and chosen answer, given with them those of prompt and
 * rejected answer, and the number of each pair in the training split.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { DecoderParameters } from "../../../../backbones/mod.ts";
import type { Setting } from "../../model.ts";
import { type AnswerScores, answerScores, type ScoredRows, stacked } from "../rows.ts";

/** Inputs with pairs. */
export type Pairs = ScoredRows & {
  readonly given: { readonly rejected: ScoredRows };
  readonly labels: { readonly number: tf.Tensor1D };
};

/** Rows of all answers, the chosen ones first: [2B, T + 1]. */
export function answersOf({ tokens_BT, scored_BT, given: { rejected } }: Pairs): ScoredRows {
  return stacked({ tokens_BT, scored_BT }, rejected);
}

/** Of what was told of all answers, the chosen ones' half and the rejected ones'. [B] each */
export function halves(
  x: tf.Tensor1D,
): { readonly chosen_B: tf.Tensor1D; readonly rejected_B: tf.Tensor1D } {
  const count = x.shape[0] / 2;
  return { chosen_B: tf.slice(x, 0, count), rejected_B: tf.slice(x, count, count) };
}

/** Scores of all answers, in one pass. */
export function scoresOfPairs(
  params: DecoderParameters,
  pairs: Pairs,
  setting: Pick<Setting, "shape">,
): AnswerScores {
  return answerScores(params, answersOf(pairs), setting);
}
