/**
 * An energy model's training step.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { freshChains, langevinStep } from "./langevin.ts";
import { contrastive, scoreLoss } from "./objective.ts";
import { energy, numbersOf, type Parameters, score, type Setting, smallestNoise } from "./model.ts";
import { fold, type Key, normal, uniform } from "../../random/mod.ts";
import { type Objective, valueAndGrad } from "../../nn/mod.ts";
import type { TensorRecord } from "../family.ts";
import { advance, type Trained } from "../common/training.ts";
import { toVectors } from "./dequantise.ts";

/** What an energy model's checkpoint holds. */
export type State = Trained<Parameters> & {
  /** Samples that training keeps moving; one row of zeros where it keeps none. Tieleman 2008. */
  readonly chains_ND: tf.Tensor2D;
};

/** The chains after `chainSteps` steps on the model's energy, a share of them begun again. */
function moveChains(state: State, key: Key, setting: Setting): tf.Tensor2D {
  const { config } = setting;
  const [N, D] = state.chains_ND.shape;
  const again_N1 = tf.less(uniform(fold(key, "restart"), [N, 1]), config.restart);
  let chains_ND = tf.where(
    tf.logicalOr(again_N1, tf.equal(state.step, 0)),
    freshChains(fold(key, "fresh"), [N, D]),
    state.chains_ND,
  ) as tf.Tensor2D;
  const noise = { sigma_B1: smallestNoise(setting, N), setting };
  const step = config.stepSize * config.sigmaMin ** 2;
  for (let k = 0; k < config.chainSteps; k++) {
    const noise_BD = normal(fold(fold(key, "chain"), k), [N, D]);
    const here = score(state.params, chains_ND, noise);
    chains_ND = langevinStep(chains_ND, here, { step, temperature: 1, noise_BD });
  }
  return chains_ND;
}

/** The `train` program; see the table in `../family.ts`. */
export function trainStep(
  state: State,
  { x_BHWC, rows_B, key }: { x_BHWC: tf.Tensor4D; rows_B: tf.Tensor1D; key: Key },
  { setting, steps }: { setting: Setting; steps: number },
): [State, TensorRecord] {
  const { config } = setting;
  const spread = uniform(fold(key, "dequantisation"), x_BHWC.shape, { rows_B });
  const v_BD = toVectors(x_BHWC, spread);
  const chained = config.objective === "contrastive";
  const chains_ND = chained ? moveChains(state, key, setting) : state.chains_ND;
  const objective = (params: Parameters): Objective<TensorRecord> => {
    if (!chained) return { loss: scoreLoss(params, v_BD, { rows_B, key, setting }), aux: {} };
    const of = (v: tf.Tensor2D) =>
      energy(params, v, { sigma_B1: smallestNoise(setting, v.shape[0]), setting });
    const [data_B, samples_N] = [of(v_BD), of(chains_ND)];
    return {
      loss: contrastive(data_B, samples_N, config.penalty),
      aux: { data_energy: tf.mean(data_B), sample_energy: tf.mean(samples_N) },
    };
  };
  const { loss, aux, grads } = valueAndGrad(objective, state.params);
  const { learningRate, ...next } = advance(state, grads, {
    settings: config,
    steps,
    lossScale: numbersOf(setting),
  });
  return [{ ...next, chains_ND }, {
    loss,
    ...aux,
    learning_rate: learningRate,
  }];
}
