/**
 * A VAE's training step.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { emaUpdate, valueAndGrad } from "../../nn/mod.ts";
import { fold, type Key, normal } from "../../random/mod.ts";
import type { TensorRecord } from "../family.ts";
import type { MixtureState } from "../common/mixture/prior.ts";
import { advance, emaDecay, type Trained } from "../common/training.ts";
import { terms } from "./objective.ts";
import { type Parameters, pass, type Setting } from "./model.ts";

/** What a VAE's checkpoint holds. */
export type State = Trained<Parameters> & {
  /** The log scale of past batches, averaged like the weights; used where `scale` is "optimal". */
  readonly optimal: tf.Scalar;
  /** The prior fitted after training, where the config asks for one. */
  readonly mixture?: MixtureState;
};

/** Its outputs are the mean and the log variance of q(z|x), side by side. */
const ENCODER_HEAD = "encoder/head/weight";

/** K standard normals of Z dimensions a row; row i's depend on rows_B[i] alone. */
export function posteriorNoise(
  key: Key,
  rows_B: tf.Tensor1D,
  { draws, latent }: { draws: number; latent: number },
): tf.Tensor3D {
  return normal(fold(key, "posterior"), [rows_B.shape[0], draws, latent], { rows_B });
}

/** β at a step: rising linearly from 0 over the first `betaWarmup` of the training. Bowman et al. 2016. */
function betaAt(step: tf.Scalar, { config }: Setting, steps: number): number | tf.Scalar {
  const rising = Math.floor(config.betaWarmup * steps);
  if (rising === 0) return config.beta;
  const share = tf.minimum(1, tf.div(tf.cast(step, "float32"), rising));
  return tf.mul(share, config.beta) as tf.Scalar;
}

/** The `train` program; see the table in `../family.ts`. */
export function trainStep(
  state: State,
  { x_BHWC, rows_B, key }: { x_BHWC: tf.Tensor4D; rows_B: tf.Tensor1D; key: Key },
  { setting, steps }: { setting: Setting; steps: number },
): [State, TensorRecord] {
  const { config, sample } = setting;
  const noise_BKZ = posteriorNoise(key, rows_B, config);
  const beta = betaAt(state.step, setting, steps);
  const { loss, aux, grads } = valueAndGrad((params: Parameters) => {
    const done = pass(params, { x_BHWC, noise_BKZ }, setting);
    const { loss, ...rest } = terms(done, { beta, setting });
    return { loss, aux: { ...rest, logScale: done.logScale } };
  }, state.params);
  const { learningRate, ...next } = advance(state, grads, {
    settings: config,
    steps,
    lossScale: sample.height * sample.width * sample.channels,
    maps: (path) => path === ENCODER_HEAD ? 2 : 1,
  });
  const { logScale, ...scalars } = aux;
  const optimal = emaUpdate(state.optimal, logScale, emaDecay(state.step, config.ema));
  const { mixture } = state;
  return [{ ...next, optimal, ...(mixture === undefined ? {} : { mixture }) }, {
    loss,
    ...scalars,
    scale: tf.exp(logScale),
    learning_rate: learningRate,
  }];
}
