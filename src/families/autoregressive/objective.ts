/**
 * What the forms on pixels minimise: −log p(x), exact, by the chain rule over levels, patches and pixels.
 *
 *   log p(x) = Σ_ℓ Σ_t Σ_i log p(x_{t,i} | x_{t,<i}, x_{<t}, x_{ℓ−1})
 *
 * That of the form `scales` stands with its prior: `scales/prior.ts`.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { levelModels, mixtures, type Parameters, type Setting, type Told } from "./model.ts";
import { countsOf, toPatches } from "./ordering/patches.ts";
import { log } from "../../numeric/mod.ts";
import { logMixture } from "../../nn/mod.ts";
import { pyramid, toldMask } from "./ordering/levels.ts";

/** log p of the new pixels of each level, nats a picture: [B] each, coarse first. */
export function levelLogProbabilities(
  params: Parameters,
  told: Told,
  setting: Setting,
): tf.Tensor1D[] {
  const models = levelModels(setting);
  const pictures = pyramid(told.x_BHWC, models.map(({ level }) => level));
  return mixtures(params, told, setting).map((numbers, l) => {
    const { level, mixture } = models[l];
    const { T, P } = countsOf(level.patches);
    const x_NC = tf.reshape(toPatches(pictures[l], level.patches), [-1, mixture.channels]);
    const logP = tf.reshape(logMixture(x_NC as tf.Tensor2D, numbers, mixture), [-1, T, P]);
    const mask = toldMask(level);
    const counted = mask === undefined ? logP : tf.mul(logP, tf.expandDims(mask, 0));
    return tf.sum(counted, [1, 2]) as tf.Tensor1D;
  });
}

/** log p(x), nats a picture: [B]. */
export function logProbability(params: Parameters, told: Told, setting: Setting): tf.Tensor1D {
  const levels = levelLogProbabilities(params, told, setting);
  return (levels.length === 1 ? levels[0] : tf.addN(levels)) as tf.Tensor1D;
}

/** Nats of a picture of D values to bits a value: nats/(D ln 2). */
export function bitsPerValue(nats: tf.Scalar, { height, width, channels }: Setting["sample"]) {
  return tf.div(nats, height * width * channels * log(2)) as tf.Scalar;
}
