/**
 * The networks of an autoencoder: x → z → x, both deterministic.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Codec, type CodecOptions, decode, encode, initCodec } from "../../backbones/mod.ts";
import type { Config } from "./config.ts";
import type { Grid } from "../../kinds/mod.ts";
import type { Key } from "../../random/mod.ts";

/** Everything that is trained. */
export type Parameters = Codec;

/** Fresh parameters for codes of length `latent`. */
export function initParameters(
  key: Key,
  options: CodecOptions & { latent: number },
): Parameters {
  return initCodec(key, options);
}

/** Pictures [B, H, W, C] to codes [B, Z]. */
export function toCode({ encoder }: Parameters, x_BHWC: tf.Tensor4D): tf.Tensor2D {
  return encode(encoder, x_BHWC);
}

/** Codes [B, Z] to pictures [B, H, W, C] around mid grey, not clipped: what the error is taken of. */
export function toPicture(
  { decoder }: Parameters,
  z_BZ: tf.Tensor2D,
  options: CodecOptions,
): tf.Tensor4D {
  return tf.add(decode(decoder, z_BZ, options), 0.5);
}

/** What fixes shapes and objective. */
export interface Setting {
  readonly config: Config;
  readonly sample: Grid;
}
