/**
 * Diffusion over a continuum of noise levels, x = x₀ + σ ε. Karras et al. 2022 (arXiv:2206.00364).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { pow } from "../../../numeric/mod.ts";
import { each, type Level } from "./levels.ts";
import type { Point } from "./solvers.ts";
import { normalPerRow, type TimeLaw } from "./time_laws.ts";

/** Noise levels of sampling. */
export interface SigmaRange {
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  readonly rho: number;
}

/** The level σ: time is σ itself. */
export function edmPoint(sigma: number): Point {
  return { time: sigma, alpha: 1, sigma, alphaRate: 0, sigmaRate: 1 };
}

/**
 * `count` levels from σ_max to σ_min, evenly spaced in σ^{1/ρ}: Karras et al. 2022, eq. 5; one level
 * is σ_max.
 */
export function sigmas(count: number, { sigmaMin, sigmaMax, rho }: SigmaRange): number[] {
  const [top, bottom] = [pow(sigmaMax, 1 / rho), pow(sigmaMin, 1 / rho)];
  return Array.from(
    { length: count },
    (_, i) => i === 0 ? sigmaMax : pow(top + i / (count - 1) * (bottom - top), rho),
  );
}

/** A level's α and σ, and ln σ/4, which the network is told. Karras et al. 2022, table 1. */
export function edmLevel(sigma_B: tf.Tensor1D): Level {
  return {
    alpha: 1,
    sigma: each(sigma_B),
    alphaRate: 0,
    sigmaRate: 1,
    told_B: tf.mul(tf.log(sigma_B), 0.25) as tf.Tensor1D,
  };
}

/** ln σ ~ N(mean, deviation²). Karras et al. 2022, table 1. */
export function logNormalSigma(
  { noiseMean, noiseDeviation }: { noiseMean: number; noiseDeviation: number },
): TimeLaw {
  return (key, rows_B) =>
    tf.exp(tf.add(tf.mul(normalPerRow(key, rows_B), noiseDeviation), noiseMean)) as tf.Tensor1D;
}
