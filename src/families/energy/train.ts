/**
 * An energy model's training step.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key, normal, uniform } from "../../random/key.ts";
import { type Objective, valueAndGrad } from "../../nn/mod.ts";
import { log } from "../../numeric/elementary.ts";
import type { TensorRecord } from "../family.ts";
import { advance, type Trained } from "../common/training.ts";
import { energy, numbersOf, type Parameters, score, type Setting } from "./model.ts";
import { contrastive, denoising, langevinStep, sliced } from "./objective.ts";
import { toVectors } from "./dequantise.ts";

/** What an energy model's checkpoint holds. */
export type State = Trained<Parameters> & {
  /** Samples that training keeps moving; one row of zeros where it keeps none. Tieleman 2008. */
  readonly chains_ND: tf.Tensor2D;
};

/** Chains begin even in a cube a little larger than the data's. */
const CUBE = 1.2;

/** Where chains begin: [N, D], even in the cube. */
export function freshChains(
  key: Key,
  shape: readonly [number, number],
  rows_B?: tf.Tensor1D,
): tf.Tensor2D {
  return tf.sub(tf.mul(uniform(key, shape, { rows_B }), 2 * CUBE), CUBE) as tf.Tensor2D;
}

/** The smallest noise, a row each: [rows, 1]. */
export function smallestNoise({ config }: Setting, rows: number): tf.Tensor2D {
  return tf.fill([rows, 1], config.sigmaMin);
}

/** σ of each row, its logarithm even between the smallest and the largest: [B, 1]. */
function drawNoise(key: Key, rows_B: tf.Tensor1D, { config }: Setting): tf.Tensor2D {
  const [low, high] = [log(config.sigmaMin), log(config.sigmaMax)];
  const u_B1 = uniform(fold(key, "sigma"), [rows_B.shape[0], 1], { rows_B });
  return tf.exp(tf.add(tf.mul(u_B1, high - low), low)) as tf.Tensor2D;
}

/** The chains after `chainSteps` steps on the model's energy, a share of them begun anew. */
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

/** What is minimised on vectors, but for contrastive. */
function scoreLoss(params: Parameters, v_BD: tf.Tensor2D, { rows_B, key, setting }: {
  rows_B: tf.Tensor1D;
  key: Key;
  setting: Setting;
}): tf.Scalar {
  const sigma_B1 = drawNoise(key, rows_B, setting);
  const noise_BD = normal(fold(key, "noise"), v_BD.shape, { rows_B }) as tf.Tensor2D;
  const own = (v: tf.Tensor2D) => score(params, v, { sigma_B1, setting });
  if (setting.config.objective === "denoising") {
    return denoising(own, v_BD, { noise_BD, sigma_B1 });
  }
  const noised_BD = tf.add(v_BD, tf.mul(noise_BD, sigma_B1)) as tf.Tensor2D;
  const slices_MBD = Array.from({ length: setting.config.slices }, (_, m) => {
    const u = uniform(fold(fold(key, "slice"), m), v_BD.shape, { rows_B });
    return tf.sub(tf.mul(tf.cast(tf.greaterEqual(u, 0.5), "float32"), 2), 1) as tf.Tensor2D;
  });
  return sliced(own, noised_BD, { slices_MBD, sigma_B1 });
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
