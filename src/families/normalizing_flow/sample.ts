/**
 * Pictures out of a flow, and codes of pictures.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { forward, inverse, numbersOf, type Parameters, type Setting } from "./model.ts";
import { fold, type Key, normal } from "../../random/mod.ts";
import { fromLine, toLine } from "./dequantise.ts";

/** Codes z [B, D] to pictures. */
export function decode(p: Parameters, z_BD: tf.Tensor2D, setting: Setting): tf.Tensor4D {
  return fromLine(inverse(p, z_BD, setting), setting.config);
}

/** The code of the middle of each picture's bins: [B, D]. */
export function encode(p: Parameters, x_BHWC: tf.Tensor4D, setting: Setting): tf.Tensor2D {
  const line = toLine(x_BHWC, { noise_BHWC: tf.scalar(0.5), alpha: setting.config.alpha });
  return forward(p, line.h_BHWC, setting).z_BD;
}

/** z ~ N(0, temperature²·I), then f⁻¹. Row i's picture depends on rows_B[i] and the key alone. */
export function samplePictures(
  p: Parameters,
  { rows_B, key }: { rows_B: tf.Tensor1D; key: Key },
  setting: Setting,
): tf.Tensor4D {
  const z_BD = normal<tf.Rank.R2>(fold(key, "prior"), [rows_B.shape[0], numbersOf(setting)], {
    rows_B,
  });
  return decode(p, tf.mul(z_BD, setting.config.temperature), setting);
}
