/**
 * A denoiser's training step.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Learns } from "./objective.ts";
import { fold, type Key, normal } from "../../../random/mod.ts";
import { valueAndGrad } from "../../../nn/mod.ts";
import { dropLabels, type Labels } from "../conditioning.ts";
import type { TensorRecord } from "../../family.ts";
import { advance, type Trained } from "../training.ts";
import { averageDecay } from "./config.ts";
import type { Denoising } from "./model.ts";
import type { Network } from "./network.ts";

/** What a step is made from. */
export interface StepInputs {
  /** Clean, in the model's own scale. */
  readonly data_BHWC: tf.Tensor4D;
  readonly rows_B: tf.Tensor1D;
  readonly labels: Labels;
  readonly key: Key;
}

/** One step of training; also its scalars. */
export function denoisingStep<S extends Trained<Network>>(
  state: S,
  { data_BHWC, rows_B, labels, key }: StepInputs,
  { learns, denoising, steps }: { learns: Learns; denoising: Denoising; steps: number },
): [Trained<Network>, TensorRecord] {
  const { settings, network: { conditions } } = denoising;
  const told = dropLabels(labels, {
    conditions,
    share: settings.conditionDropout,
    key: fold(key, "labels"),
    rows_B,
  });
  const noise_BHWC = normal<tf.Rank.R4>(fold(key, "noise"), data_BHWC.shape, { rows_B });
  const batch = { data_BHWC, noise_BHWC, labels: told, rows_B, key, step: state.step };
  const { loss, aux, grads } = valueAndGrad(learns(state.params, batch), state.params);
  const { learningRate, ...next } = advance(state as Trained<Network>, grads, {
    settings: { ...settings, ema: averageDecay(settings.ema, steps) },
    steps,
    lossScale: 1,
  });
  return [next, { loss, ...aux, learning_rate: learningRate }];
}
