/**
 * The network: an energy E(v, σ) a vector, or its score −∇E directly. Small vectors are told σ;
 * networks on pictures see it in the picture itself (Song & Ermon 2020, arXiv:2006.09011, technique 3).
 *
 * Shapes: B vectors, D numbers each; sigma_B1 the noise of each.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  encode,
  type Encoder,
  initEncoder,
  initMlp,
  isSmall,
  type Mlp,
  mlp,
} from "../../backbones/mod.ts";
import type { Grid } from "../../kinds/mod.ts";
import type { Key } from "../../random/mod.ts";
import { UsageError } from "../../base/mod.ts";
import { valueAndGrad } from "../../nn/mod.ts";
import type { Config } from "./config.ts";

/** Everything that is trained. */
export type Parameters = { readonly net: Mlp | Encoder };

/** What fixes shapes and objective. */
export interface Setting {
  readonly config: Config;
  readonly sample: Grid;
}

/** Hidden layers after the first. */
const DEPTH = 3;
/** Sines and cosines of ln σ that a perceptron is told, with ln σ itself. */
const WAVES = [0.5, 1, 2];
/** The spread of data in [−1, 1], roughly: what a network sees is brought to size 1 by it. */
const SPREAD = 0.5;

/** Numbers of a vector, D. */
export function numbersOf({ sample }: Setting): number {
  return sample.height * sample.width * sample.channels;
}

/** Refuses what can't be built. @throws UsageError */
export function checkSetting({ config, sample }: Setting): void {
  if (config.network === "score" && !isSmall(sample)) {
    throw new UsageError(
      "energy: `network: score` is for points and the smallest pictures; on these take " +
        "`network: energy`, or the diffusion family",
    );
  }
}

/** Fresh parameters. */
export function initParameters(key: Key, setting: Setting): Parameters {
  const { config, sample } = setting;
  if (!isSmall(sample)) return { net: initEncoder(key, { sample, width: config.width, out: 1 }) };
  const D = numbersOf(setting);
  return {
    net: initMlp(key, {
      in: D,
      out: config.network === "energy" ? 1 : D,
      width: config.width,
      depth: DEPTH,
      condition: 1 + 2 * WAVES.length,
      outScale: config.network === "energy" ? 1 : 0,
    }),
  };
}

/** What perceptrons are told of the noise: ln σ, and sines and cosines of it. [B, E] */
function told(sigma_B1: tf.Tensor2D): tf.Tensor2D {
  const log_B1 = tf.log(sigma_B1);
  const waves = WAVES.flatMap((w) => [tf.sin(tf.mul(log_B1, w)), tf.cos(tf.mul(log_B1, w))]);
  return tf.concat([tf.div(log_B1, 4), ...waves], 1) as tf.Tensor2D;
}

/** What the network makes of vectors whose spread is brought to 1: [B, 1] or [B, D]. */
function raw({ net }: Parameters, v_BD: tf.Tensor2D, { sigma_B1, setting }: {
  sigma_B1: tf.Tensor2D;
  setting: Setting;
}): tf.Tensor2D {
  const size_B1 = tf.sqrt(tf.add(tf.square(sigma_B1), SPREAD * SPREAD));
  const seen_BD = tf.div(v_BD, size_B1) as tf.Tensor2D;
  if ("layers" in net) return mlp(net, seen_BD, told(sigma_B1));
  const { height, width, channels } = setting.sample;
  // Encoders take pictures in [0, 1].
  const x_BD = tf.add(tf.mul(seen_BD, 0.5), 0.5);
  return encode(net, tf.reshape(x_BD, [-1, height, width, channels]));
}

/** The noise at which a network is asked. */
export interface Noise {
  readonly sigma_B1: tf.Tensor2D;
  readonly setting: Setting;
}

/**
 * E(v, σ) = net(v, σ)/σ: a score is of the size 1/σ, so that the network's slope stays of size 1.
 * For contrastive, whose energy has no noise, the network itself. [B]
 */
export function energy(p: Parameters, v_BD: tf.Tensor2D, noise: Noise): tf.Tensor1D {
  const out_B1 = raw(p, v_BD, noise);
  const scaled = noise.setting.config.objective === "contrastive"
    ? out_B1
    : tf.div(out_B1, noise.sigma_B1);
  return tf.reshape(scaled, [-1]);
}

/** s(v, σ) = −∇E, or the network over σ: [B, D]. */
export function score(p: Parameters, v_BD: tf.Tensor2D, noise: Noise): tf.Tensor2D {
  if (noise.setting.config.network === "score") {
    return tf.div(raw(p, v_BD, noise), noise.sigma_B1);
  }
  const { grads } = valueAndGrad(
    (v: tf.Tensor2D) => ({ loss: tf.sum(energy(p, v, noise)) as tf.Scalar }),
    v_BD,
  );
  return tf.neg(grads);
}

/** The smallest noise, a row each: [rows, 1]. */
export function smallestNoise({ config }: Setting, rows: number): tf.Tensor2D {
  return tf.fill([rows, 1], config.sigmaMin);
}
