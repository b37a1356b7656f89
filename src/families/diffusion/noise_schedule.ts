/**
 * Noise schedules of diffusion in discrete steps. Ho et al. 2020 (arXiv:2006.11239).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { cos } from "../../numeric/mod.ts";
import { each, type Level } from "../common/denoising/levels.ts";
import type { Point } from "../common/denoising/solvers.ts";
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
