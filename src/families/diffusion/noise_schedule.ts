/**
 * Diffusion in discrete steps. Ho et al. 2020 (arXiv:2006.11239).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { cos } from "../../numeric/elementary.ts";
import {
  type Each,
  each,
  type Level,
  type Parametrisation,
  predictsData,
  predictsNoise,
  predictsV,
  type Reading,
} from "../common/denoising/levels.ts";
import { ddim, multistep, type Point } from "../common/denoising/solvers.ts";
import type { Plan } from "../common/denoising/model.ts";
import { spreadUniform, type TimeLaw } from "../common/denoising/time_laws.ts";
import type { Config } from "./config.ts";

/** Names of the schedules. */
export type Schedule = Config["schedule"];

/** No step of a cosine schedule takes more than this share of the signal's variance away. */
const MOST_BETA = 0.999;
/** The cosine schedule's offset: the first steps add noise of the size of a pixel's rounding. */
const COSINE_OFFSET = 0.008;

/** β of step t of T, from 1. */
const betas: Readonly<Record<Schedule, (t: number, T: number) => number>> = {
  // 10⁻⁴ to 0.02 over a thousand steps, and the same noise in all over fewer or more.
  linear: (t, T) => {
    const share = T === 1 ? 1 : (t - 1) / (T - 1);
    return Math.min(MOST_BETA, (1000 / T) * (1e-4 + share * (0.02 - 1e-4)));
  },
  // ᾱ_t = f(t)/f(0), f(t) = cos²((t/T + s)/(1 + s)·π/2). Nichol & Dhariwal 2021 (arXiv:2102.09672), eq. 17.
  cosine: (t, T) => {
    const f = (step: number) =>
      cos((step / T + COSINE_OFFSET) / (1 + COSINE_OFFSET) * Math.PI / 2) ** 2;
    return Math.min(MOST_BETA, 1 - f(t) / f(t - 1));
  },
};

/** ᾱ_t = Π (1 − β_s) for t = 0 (the picture, ᾱ = 1) to T. */
export function alphaBars(schedule: Schedule, timesteps: number): Float64Array {
  const alphaBar = new Float64Array(timesteps + 1);
  alphaBar[0] = 1;
  for (let t = 1; t <= timesteps; t++) {
    alphaBar[t] = alphaBar[t - 1] * (1 - betas[schedule](t, timesteps));
  }
  return alphaBar;
}

/** α = √ᾱ and σ = √(1 − ᾱ) of step t. */
export function ddpmPoint(alphaBar: Float64Array, t: number): Point {
  return { time: t, alpha: Math.sqrt(alphaBar[t]), sigma: Math.sqrt(1 - alphaBar[t]) };
}

/** Steps T = t₀ > t₁ > … > 0 of `count` moves, spread evenly; at most T of them. */
export function subsequence(timesteps: number, count: number): number[] {
  const moves = Math.min(count, timesteps);
  return Array.from({ length: moves + 1 }, (_, i) => Math.round(timesteps * (1 - i / moves)));
}

/** Levels of whole steps t, from the tables. */
export function ddpmLevel(alphaBar: Float64Array): (time_B: tf.Tensor1D) => Level {
  const T = alphaBar.length - 1;
  const points = Array.from(alphaBar, (_, t) => ddpmPoint(alphaBar, t));
  return (time_B) => {
    const step_B = tf.cast(time_B, "int32");
    const entry = (name: "alpha" | "sigma") =>
      each(tf.gather(tf.tensor1d(points.map((p) => p[name])), step_B) as tf.Tensor1D);
    return {
      alpha: entry("alpha"),
      sigma: entry("sigma"),
      told_B: tf.div(time_B, T) as tf.Tensor1D,
    };
  };
}

/** Uniform over the steps 1 … T. */
export function uniformStep(timesteps: number): TimeLaw {
  return (key, rows_B) => {
    const share_B = spreadUniform(key, rows_B);
    // A fraction rounded up to 1 would be step T + 1.
    return tf.minimum(tf.add(tf.floor(tf.mul(share_B, timesteps)), 1), timesteps) as tf.Tensor1D;
  };
}

/** What the network may say. */
export const predictions: Readonly<Record<Config["predicts"], Parametrisation>> = {
  noise: predictsNoise,
  picture: predictsData,
  velocity: predictsV,
};

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

/** Steps of a sampler over a subsequence. */
export function ddpmPlan(
  alphaBar: Float64Array,
  { sampler, eta, count }: { sampler: Config["sampler"]; eta: number; count: number },
): Plan {
  const points = subsequence(alphaBar.length - 1, count).map((t) => ddpmPoint(alphaBar, t));
  if (sampler === "ddim" || sampler === "ancestral") {
    return { scale: 1, steps: ddim(points, sampler === "ddim" ? eta : 1) };
  }
  return { scale: 1, steps: multistep(points) };
}
