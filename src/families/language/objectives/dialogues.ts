/**
 * The answers of dialogues are targets, and what they answer is only seen: supervised fine-tuning.
 * Ouyang et al. 2022 (arXiv:2203.02155).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../family.ts";
import { decoderOf } from "../model.ts";
import { targetCount, windowNats } from "../objective.ts";
import type { Objective } from "./objective.ts";

/** Rows whose targets are the scored tokens: int32 [B, T + 1] as inputs, and as targets (−1: none). */
export function scoredWindows(
  { tokens_BT, scored_BT }: TensorRecord,
): { readonly tokens_BT: tf.Tensor2D; readonly targets_BT: tf.Tensor2D } {
  const tokens = tokens_BT as tf.Tensor2D;
  const scored = tf.equal(scored_BT as tf.Tensor2D, tf.scalar(1, "int32"));
  return {
    tokens_BT: tokens,
    targets_BT: tf.where(scored, tokens, tf.fill(tokens.shape, -1, "int32")) as tf.Tensor2D,
  };
}

/** −Σ ln p(token of an answer | all before it in its dialogue), by the number of such tokens. */
export const dialogues: Objective = {
  view: "dialogues",
  counts: "tokens",
  sums(trained, inputs, { setting }) {
    const { tokens_BT, targets_BT } = scoredWindows(inputs);
    return { loss: windowNats(decoderOf(trained, setting), tokens_BT, setting, targets_BT) };
  },
  count: (inputs) => targetCount(scoredWindows(inputs).targets_BT),
};
