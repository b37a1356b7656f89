/**
 * Every token of a document is a target: pre-training.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { decoderOf } from "../model.ts";
import { targetCount, windowNats } from "../objective.ts";
import type { Objective } from "./objective.ts";

/** −Σ ln p(token | those before it), by the number of tokens. */
export const tokens: Objective = {
  view: "windows",
  counts: "tokens",
  sums: (trained, inputs, { setting }) => ({
    loss: windowNats(decoderOf(trained, setting), inputs.tokens_BT as tf.Tensor2D, setting),
  }),
  count: (inputs) => targetCount(inputs.tokens_BT as tf.Tensor2D),
};
