/**
 * Sampling by Langevin dynamics while the noise, or the temperature, falls. Song & Ermon 2019
 * (arXiv:1907.05600), algorithm 1.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key, normal } from "../../random/mod.ts";
import { exp, log } from "../../numeric/mod.ts";
import type { SampleContext, SampleRequest, TensorRecord } from "../family.ts";
import type { Config } from "./config.ts";
import { numbersOf, score, type Setting, smallestNoise } from "./model.ts";
import { freshChains, langevinStep } from "./langevin.ts";
import { toPictures } from "./dequantise.ts";
import type { State } from "./train.ts";

/** One level of a walk. */
export interface Level {
  /** The noise that the network is told. */
  readonly sigma: number;
  /** a of a Langevin step. */
  readonly step: number;
  readonly temperature: number;
}

/**
 * The levels of a config. Noise falls geometrically and the step with its variance; contrastive,
 * whose energy knows no noise, keeps its step, and its temperature falls to 1 instead.
 */
export function levelsOf(config: Config): Level[] {
  const { levels, sigmaMax, sigmaMin, stepSize, heat } = config;
  const fall = (from: number, to: number, i: number) => {
    const t = levels === 1 ? 1 : i / (levels - 1);
    return t === 1 ? to : exp((1 - t) * log(from) + t * log(to));
  };
  return Array.from({ length: levels }, (_, i): Level => {
    if (config.objective === "contrastive") {
      const step = stepSize * sigmaMin ** 2;
      return { sigma: sigmaMin, step, temperature: fall(heat, 1, i) };
    }
    const sigma = fall(sigmaMax, sigmaMin, i);
    return { sigma, step: stepSize * sigma ** 2, temperature: 1 };
  });
}

/** Where a walk begins, [B, D]; row i depends on rows_B[i] and the key alone. */
export function start(
  { rows_B, key }: { rows_B: tf.Tensor1D; key: Key },
  setting: Setting,
): tf.Tensor2D {
  const shape = [rows_B.shape[0], numbersOf(setting)] as const;
  return freshChains(fold(key, "start"), shape, rows_B);
}

/** Inputs of one step: where, how noisy, how far, how hot, and the step's number for its draws. */
export type WalkInputs = {
  readonly v_BD: tf.Tensor2D;
  readonly rows_B: tf.Tensor1D;
  readonly sigma: tf.Scalar;
  readonly step: tf.Scalar;
  readonly temperature: tf.Scalar;
  readonly count: tf.Scalar;
};

/** The `langevin` program: one step. */
export function walk(state: State, inputs: WalkInputs, options: { key: Key; setting: Setting }) {
  const { v_BD, rows_B, sigma, step, temperature, count } = inputs;
  const { key, setting } = options;
  const sigma_B1 = tf.mul(tf.ones([v_BD.shape[0], 1]), sigma) as tf.Tensor2D;
  const noise_BD = normal(fold(fold(key, "langevin"), count), v_BD.shape, { rows_B });
  const here_BD = score(state.ema, v_BD, { sigma_B1, setting });
  return { v_BD: langevinStep(v_BD, here_BD, { step, temperature, noise_BD }) };
}

/**
 * The `finish` program: pictures. Noised models take the last noise away, v + σ²s, the mean of what
 * is under it (Robbins 1956; Jolicoeur-Martineau et al. 2020, arXiv:2009.05475).
 */
export function finish(state: State, v_BD: tf.Tensor2D, setting: Setting): tf.Tensor4D {
  if (setting.config.objective === "contrastive") return toPictures(v_BD, setting.sample);
  const sigma_B1 = smallestNoise(setting, v_BD.shape[0]);
  const lift = tf.mul(score(state.ema, v_BD, { sigma_B1, setting }), tf.square(sigma_B1));
  return toPictures(tf.add(v_BD, lift), setting.sample);
}

/** Calls `start`, `langevin` again and again, then `finish`. */
export function sampleByLangevin(
  state: TensorRecord,
  { rows_B, key, evaluations }: SampleRequest,
  { context, setting }: { context: SampleContext; setting: Setting },
): tf.Tensor4D {
  const { engine } = context;
  const { config } = setting;
  const levels = levelsOf(config);
  const each = evaluations === undefined
    ? config.langevin
    : Math.max(1, Math.round((evaluations - 1) / levels.length));
  const scalar = (value: number) => engine.tensor(Float32Array.of(value), []) as tf.Scalar;
  let v_BD = context.run("start", state, { rows_B }, key).v_BD as tf.Tensor2D;
  let count = 0;
  for (const level of levels) {
    const [sigma, step, temperature] = [level.sigma, level.step, level.temperature].map(scalar);
    for (let i = 0; i < each; i++) {
      const number = engine.tensor(Int32Array.of(count++), [], "int32") as tf.Scalar;
      const inputs = { v_BD, rows_B, sigma, step, temperature, count: number };
      const next = context.run("langevin", state, inputs, key).v_BD as tf.Tensor2D;
      tf.dispose([v_BD, number]);
      v_BD = next;
    }
    tf.dispose([sigma, step, temperature]);
  }
  const { x_BHWC } = context.run("finish", state, { v_BD }, key);
  v_BD.dispose();
  return x_BHWC as tf.Tensor4D;
}
