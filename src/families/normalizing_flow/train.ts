/**
 * A flow's training step.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key, uniform } from "../../random/mod.ts";
import { valueAndGrad } from "../../nn/mod.ts";
import type { TensorRecord } from "../family.ts";
import { advance, type Trained } from "../common/training.ts";
import { numbersOf, type Parameters, type Setting } from "./model.ts";
import { logWeight } from "./objective.ts";

/** What a flow's checkpoint holds. */
export type State = Trained<Parameters>;

/** U[0, 1) for each number of each picture; row i's depend on rows_B[i] alone. */
export function dequantisation(
  key: Key,
  { x_BHWC, rows_B }: { x_BHWC: tf.Tensor4D; rows_B: tf.Tensor1D },
): tf.Tensor {
  return uniform(fold(key, "dequantisation"), x_BHWC.shape, { rows_B });
}

/** The `train` program; see the table in `../family.ts`. */
export function trainStep(
  state: State,
  { x_BHWC, rows_B, key }: { x_BHWC: tf.Tensor4D; rows_B: tf.Tensor1D; key: Key },
  { setting, steps }: { setting: Setting; steps: number },
): [State, TensorRecord] {
  const noise_BHWC = dequantisation(key, { x_BHWC, rows_B });
  const { loss, grads } = valueAndGrad((params: Parameters) => ({
    loss: tf.neg(tf.mean(logWeight(params, { x_BHWC, noise_BHWC }, setting))) as tf.Scalar,
  }), state.params);
  const numbers = numbersOf(setting);
  const { learningRate, ...next } = advance(state, grads, {
    settings: setting.config,
    steps,
    lossScale: numbers,
  });
  return [next, {
    loss,
    bits_per_dimension: tf.div(loss, numbers * Math.LN2),
    learning_rate: learningRate,
  }];
}
