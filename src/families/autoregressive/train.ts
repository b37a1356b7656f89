/**
 * The training step of the forms on pixels: the mean of −log p(x).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { bitsPerValue, logProbability } from "./objective.ts";
import { valueAndGrad } from "../../nn/mod.ts";
import type { TensorRecord } from "../family.ts";
import { advance, type Trained } from "../common/training.ts";
import { type StepInputs, toldLabels } from "./step_inputs.ts";
import type { Parameters, Setting } from "./model.ts";

/** What a checkpoint holds. */
export type State = Trained<Parameters>;

/** The `train` program; see the table in `../family.ts`. Nats a picture. */
export function trainStep(
  state: State,
  inputs: StepInputs,
  { setting, steps }: { setting: Setting; steps: number },
): [State, TensorRecord] {
  const { config, sample } = setting;
  const labels = toldLabels(inputs, setting);
  const { loss, grads } = valueAndGrad((params: Parameters) => {
    const logP_B = logProbability(params, { x_BHWC: inputs.x_BHWC, labels }, setting);
    return { loss: tf.neg(tf.mean(logP_B)) as tf.Scalar };
  }, state.params);
  const { learningRate, ...next } = advance(state, grads, {
    settings: config,
    steps,
    lossScale: sample.height * sample.width * sample.channels,
  });
  return [next, {
    loss,
    bits_per_dimension: bitsPerValue(loss, sample),
    learning_rate: learningRate,
  }];
}
