/**
 * Paths from pictures (t = 0) to noise (t = 1): x = α x₀ + σ ε, and the velocity α' x₀ + σ' ε.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Config } from "./config.ts";
import { exp, expm1 } from "../../numeric/mod.ts";
import { each, type Level } from "../common/denoising/levels.ts";
import type { Point } from "../common/denoising/solvers.ts";

/** Names of the paths. */
export type PathName = "optimal-transport" | "diffusion";

/** A path, on the host and on the engine. */
export interface Path {
  /** Least time that is trained and that a solver evaluates: 0, or just above where σ' is infinite. */
  readonly least: number;
  point(time: number): Point;
  level(time_B: tf.Tensor1D): Level;
}

/** Straight lines: Liu et al. 2023 (arXiv:2209.03003); Lipman et al. 2023 (arXiv:2210.02747), eq. 20. */
const straight: Path = {
  least: 0,
  point: (time) => ({ time, alpha: 1 - time, sigma: time, alphaRate: -1, sigmaRate: 1 }),
  level: (time_B) => ({
    alpha: each(tf.sub(1, time_B) as tf.Tensor1D),
    sigma: each(time_B),
    alphaRate: -1,
    sigmaRate: 1,
    told_B: time_B,
  }),
};

/** β rises linearly between these. Song et al. 2021 (arXiv:2011.13456), appendix C. */
const BETA = { first: 0.1, last: 20 };
const SLOPE = BETA.last - BETA.first;

/**
 * The variance-preserving diffusion: ln α = −½ ∫β, σ² = 1 − α², so α' = −½βα and σ' = ½βα²/σ.
 * Lipman et al. 2023, eq. 18 and 19, with time the other way round.
 */
const variancePreserving: Path = {
  least: 1e-3,
  point: (time) => {
    const beta = BETA.first + time * SLOPE;
    const logAlpha = -0.5 * (time * BETA.first + 0.5 * time * time * SLOPE);
    const alpha = exp(logAlpha);
    const sigma = Math.sqrt(-expm1(2 * logAlpha));
    return {
      time,
      alpha,
      sigma,
      alphaRate: -0.5 * beta * alpha,
      sigmaRate: 0.5 * beta * alpha * alpha / sigma,
    };
  },
  level: (time_B) => {
    const time = each(time_B);
    const beta = tf.add(tf.mul(time, SLOPE), BETA.first);
    const logAlpha = tf.mul(
      tf.mul(time, tf.add(tf.mul(time, 0.5 * SLOPE), BETA.first)),
      -0.5,
    );
    const alpha = tf.exp(logAlpha) as tf.Tensor4D;
    const sigma = tf.sqrt(tf.neg(tf.expm1(tf.mul(logAlpha, 2)))) as tf.Tensor4D;
    return {
      alpha,
      sigma,
      alphaRate: tf.mul(tf.mul(beta, alpha), -0.5) as tf.Tensor4D,
      sigmaRate: tf.div(tf.mul(tf.mul(beta, tf.square(alpha)), 0.5), sigma) as tf.Tensor4D,
      told_B: time_B,
    };
  },
};

/** All paths by name. */
export const paths: Readonly<Record<PathName, Path>> = {
  "optimal-transport": straight,
  "diffusion": variancePreserving,
};

/** The path of a config: average velocities are of straight lines. */
export function pathOf({ form, path }: Pick<Config, "form" | "path">): Path {
  return paths[form === "mean-flow" ? "optimal-transport" : path];
}
