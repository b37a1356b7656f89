/**
 * What a diffusion model minimises, and the bound of its likelihood: each form's times, weights and
 * terms. Score matching itself is `matching` of `../common/denoising/objective.ts`.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Condition, Labels } from "../common/conditioning.ts";
import type { Images, Rows } from "../common/programs.ts";
import type { Key } from "../../random/mod.ts";
import { type Denoising, predict, type State } from "../common/denoising/model.ts";
import { centred } from "../common/pixels.ts";
import {
  type BoundInputs,
  continuousBound,
  type Denoise,
  discreteBound,
} from "./variational_bound.ts";
import type { Config } from "./config.ts";
import type { Each, Level, Reading } from "../common/denoising/levels.ts";
import { type Learns, matching } from "../common/denoising/objective.ts";
import { spreadUniform, type TimeLaw } from "../common/denoising/time_laws.ts";
import { alphaBars } from "./noise_schedule.ts";
import { logNormalSigma } from "../common/denoising/edm.ts";

/** Uniform over the steps 1 … T. */
export function uniformStep(timesteps: number): TimeLaw {
  return (key, rows_B) => {
    const share_B = spreadUniform(key, rows_B);
    // A fraction rounded up to 1 would be step T + 1.
    return tf.minimum(tf.add(tf.floor(tf.mul(share_B, timesteps)), 1), timesteps) as tf.Tensor1D;
  };
}

/** Largest signal-to-noise ratio that weighs. Hang et al. 2023 (arXiv:2303.09556). */
const MOST_SNR = 5;

/**
 * The weight of (F − target)². An error of F is an error out·F of D, and out·F·α/σ of the noise: so
 * the noise's squared error weighs SNR·out², SNR = α²/σ².
 */
export const weightings: Readonly<
  Record<Config["weighting"], (level: Level, reading: Reading) => Each>
> = {
  "plain": () => 1,
  "noise": ({ alpha, sigma }, { out }) =>
    tf.square(tf.div(tf.mul(alpha, out), sigma)) as tf.Tensor4D,
  "min-snr": ({ alpha, sigma }, { out }) =>
    tf.mul(tf.minimum(tf.square(tf.div(alpha, sigma)), MOST_SNR), tf.square(out)) as tf.Tensor4D,
};

/** What a form minimises: (F − target)² at times of its law. */
export function objectiveOf(config: Config, denoising: Denoising): Learns {
  if (config.form === "ddpm") {
    return matching(denoising, {
      law: uniformStep(config.timesteps),
      weight: weightings[config.weighting],
    });
  }
  // λ(σ)·out² = 1: (F − target)² needs no weight.
  return matching(denoising, { law: logNormalSigma(config) });
}

/** A draw of a bound of log p(x), nats: [B]. */
export type Bound = (denoise: Denoise, inputs: BoundInputs) => tf.Tensor1D;

/** The bound of a form. */
export function boundOf(config: Config): Bound {
  if (config.form === "edm") {
    return (denoise, inputs) => continuousBound(denoise, inputs, config);
  }
  const alphaBar = alphaBars(config.schedule, config.timesteps);
  return (denoise, inputs) => discreteBound(denoise, inputs, alphaBar);
}

/** The conditions' labels, again and again until there are `count`. */
function repeated(labels: Labels, conditions: readonly Condition[], count: number): Labels {
  return Object.fromEntries(conditions.map(({ name }) => {
    const times = count / labels[name].shape[0];
    return [name, tf.concat(Array(times).fill(labels[name])) as tf.Tensor1D];
  }));
}

/** One draw of the bound of log p(x) of pictures in [0, 1] under the averaged weights, nats: [B]. */
export function logWeight(
  state: State,
  { x_BHWC, rows_B, labels, key }: Images & Rows & { labels: Labels; key: Key },
  { denoising, bound }: { denoising: Denoising; bound: Bound },
): tf.Tensor1D {
  // Data lie in [−1, 1], and any guess of them gives a bound.
  const denoise: Denoise = (x_BHWC, time_B) => {
    const all = repeated(labels, denoising.network.conditions, time_B.shape[0]);
    const { data_BHWC } = predict(state.ema, { x_BHWC, time_B, labels: all }, denoising);
    return tf.clipByValue(data_BHWC, -1, 1);
  };
  return bound(denoise, { x_BHWC: centred(x_BHWC), rows_B, key });
}
