/**
 * Pictures out of an autoencoder: of given codes, and of codes drawn from the mixture fitted to those of
 * the training pictures.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Key } from "../../random/mod.ts";
import { type Setting, toPicture } from "./model.ts";
import type { State } from "./train.ts";
import { drawCodes } from "../common/mixture/prior.ts";

/** Codes [B, Z] to pictures [B, H, W, C] in [0, 1]. */
export function decodePictures(
  state: State,
  z_BZ: tf.Tensor2D,
  { config, sample }: Setting,
): tf.Tensor4D {
  return tf.clipByValue(toPicture(state.ema, z_BZ, { sample, width: config.width }), 0, 1);
}

/** z from the mixture, then its picture. Row i's depends on rows_B[i] and the key alone. */
export function samplePictures(
  state: State,
  { rows_B, key }: { rows_B: tf.Tensor1D; key: Key },
  setting: Setting,
): tf.Tensor4D {
  return decodePictures(state, drawCodes(state.mixture, rows_B, key), setting);
}
