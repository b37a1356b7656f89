/**
 * Pictures out of a VAE: from the prior, from given codes, and of given pictures.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key, normal } from "../../random/mod.ts";
import { decode } from "../../backbones/mod.ts";
import { drawCodes } from "../common/mixture/prior.ts";
import { likelihoodOf, logScaleOf, type Setting } from "./model.ts";
import type { State } from "./train.ts";

/** Codes [B, Z] to the centre of p(x|z): pictures [B, H, W, C] in [0, 1]. */
export function decodeMean(state: State, z_BZ: tf.Tensor2D, setting: Setting): tf.Tensor4D {
  const { sample, config } = setting;
  const output_BHWC = decode(state.ema.decoder, z_BZ, { sample, width: config.width });
  return tf.clipByValue(likelihoodOf(setting).location(output_BHWC), 0, 1) as tf.Tensor4D;
}

/**
 * z ~ p(z), then the centre of p(x|z) or a draw from it, as `observation` says. Row i's picture
 * depends on rows_B[i] and the key alone.
 */
export function samplePictures(
  state: State,
  { rows_B, key }: { rows_B: tf.Tensor1D; key: Key },
  setting: Setting,
): tf.Tensor4D {
  const { sample, config } = setting;
  const z_BZ = state.mixture === undefined
    ? normal(fold(key, "prior"), [rows_B.shape[0], config.latent], { rows_B }) as tf.Tensor2D
    : drawCodes(state.mixture, rows_B, fold(key, "prior"));
  if (config.observation === "mean") return decodeMean(state, z_BZ, setting);
  const output_BHWC = decode(state.ema.decoder, z_BZ, { sample, width: config.width });
  const logScale = logScaleOf(state.ema, { setting, remembered: state.optimal });
  return likelihoodOf(setting).draw(fold(key, "observation"), { output_BHWC, logScale, rows_B });
}
