/**
 * Pictures and scores out of a GAN. Nothing here is augmented, pictures come from the averaged
 * generator, and what normalises over the batch goes by kept averages: each row is its own.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { centred, uncentred } from "../common/pixels.ts";
import { fold, type Key, normal } from "../../random/mod.ts";
import { type Labels, noLabels } from "../common/conditioning.ts";
import { discriminate } from "./networks/discriminator.ts";
import { generate, type Request } from "./networks/generator.ts";
import {
  drawInputs,
  generatorOptions,
  layersOf,
  pairsOf,
  type Setting,
  type State,
} from "./model.ts";
import { atHeScale } from "./networks/equalised_rate.ts";

function pictures(
  state: State,
  request: Omit<Request, "linear" | "by">,
  setting: Setting,
): tf.Tensor4D {
  const { ema, moments = [] } = state.generator;
  const given = { ...request, linear: state.linear, by: { kept: moments } };
  return uncentred(generate(atHeScale(ema), given, generatorOptions(setting)));
}

/** Samples of rows: row i's depends on rows_B[i], its labels and the key alone. */
export function samplePictures(
  state: State,
  { rows_B, labels, key }: { rows_B: tf.Tensor1D; labels?: Labels; key: Key },
  setting: Setting,
): tf.Tensor4D {
  const drawn = drawInputs(fold(key, "sample"), rows_B, setting);
  const told = labels ?? noLabels(setting.conditions, rows_B.shape[0]);
  return pictures(state, { ...drawn, labels: told }, setting);
}

/** Pictures of given z, without labels; all of them share one noise, the key's. */
export function decodePictures(
  state: State,
  { z_BZ, key }: { z_BZ: tf.Tensor2D; key: Key },
  setting: Setting,
): tf.Tensor4D {
  return pictures(state, {
    z_BZ,
    labels: noLabels(setting.conditions, z_BZ.shape[0]),
    noise: (name, { height, width, channels }) =>
      normal(fold(key, name), [1, height, width, channels]) as tf.Tensor4D,
  }, setting);
}

/** What the discriminator says of pictures in [0, 1], without labels. */
export function scorePictures(
  state: State,
  x_BHWC: tf.Tensor4D,
  setting: Setting,
): tf.Tensor1D {
  const { discriminator } = state;
  const layers = layersOf(discriminator.params, setting, pairsOf(discriminator));
  const labels = noLabels(setting.conditions, x_BHWC.shape[0]);
  const by = { kept: discriminator.moments ?? [] };
  return discriminate(layers, { x_BHWC: centred(x_BHWC), labels, by }, setting.conditions);
}
