/**
 * What the training steps of all forms are given.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../../random/mod.ts";
import { type Condition, dropLabels, type Labels } from "../common/conditioning.ts";
import type { Config } from "./config.ts";

/** Inputs and key of a training step. */
export interface StepInputs {
  readonly x_BHWC: tf.Tensor4D;
  readonly rows_B: tf.Tensor1D;
  readonly labels?: Labels;
  readonly key: Key;
}

/** The labels that a step tells: all but a share's; none for a model without conditions. */
export function toldLabels(
  { labels, rows_B, key }: Omit<StepInputs, "x_BHWC">,
  { conditions, config }: { conditions: readonly Condition[]; config: Config },
): Labels {
  return dropLabels(labels, {
    conditions,
    share: config.conditionDropout,
    key: fold(key, "labels"),
    rows_B,
  });
}
