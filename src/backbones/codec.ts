/**
 * Encoders from pictures to vectors and decoders back, chosen by the size of the pictures:
 * convolutions where there is something to convolve, perceptrons where a side is shorter than that.
 * @module
 */
import { fold, type Key } from "../random/mod.ts";
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../kinds/mod.ts";
import * as convolutional from "./conv.ts";
import { initMlp, type Mlp, mlp } from "./mlp.ts";
import { SIDES } from "./plan.ts";

/** What fixes the shapes. */
export interface CodecOptions {
  readonly sample: Grid;
  /** The size knob: channels at 8×8 of a 32² picture, or hidden units of a perceptron. */
  readonly width: number;
}

/** An encoder's parameters. */
export type Encoder = convolutional.Encoder | Mlp;
/** A decoder's parameters. */
export type Decoder = convolutional.Decoder | Mlp;

/** Hidden layers of a perceptron after the first. */
const DEPTH = 3;

/** Whether pictures are too small for the convolutional networks. */
export function isSmall({ height, width }: Grid): boolean {
  return Math.min(height, width) < SIDES.smallest;
}

function isMlp(p: Encoder | Decoder): p is Mlp {
  return "layers" in p;
}

function values({ height, width, channels }: Grid): number {
  return height * width * channels;
}

/** Parameters of an encoder from pictures to vectors of length `out`. */
export function initEncoder(
  key: Key,
  { out, ...options }: CodecOptions & { readonly out: number },
): Encoder {
  const { sample, width } = options;
  if (!isSmall(sample)) return convolutional.initEncoder(key, { ...options, out });
  return initMlp(key, { in: values(sample), out, width, depth: DEPTH, outScale: 1 });
}

/** Pictures [B, H, W, C] in [0, 1] to vectors [B, out]. */
export function encode(p: Encoder, x_BHWC: tf.Tensor4D): tf.Tensor2D {
  if (!isMlp(p)) return convolutional.encode(p, x_BHWC);
  const x_BD = tf.reshape(x_BHWC, [x_BHWC.shape[0], -1]) as tf.Tensor2D;
  return mlp(p, tf.mul(tf.sub(x_BD, 0.5), 4));
}

/** Parameters of a decoder from codes of length `latent` to pictures. */
export function initDecoder(
  key: Key,
  { latent, ...options }: CodecOptions & { readonly latent: number },
): Decoder {
  const { sample, width } = options;
  if (!isSmall(sample)) return convolutional.initDecoder(key, { ...options, latent });
  return initMlp(key, { in: latent, out: values(sample), width, depth: DEPTH });
}

/** Codes [B, Z] to raw pictures [B, H, W, C], zero at first; what they mean is the likelihood's. */
export function decode(p: Decoder, z_BZ: tf.Tensor2D, options: CodecOptions): tf.Tensor4D {
  if (!isMlp(p)) return convolutional.decode(p, z_BZ, options);
  const { height, width, channels } = options.sample;
  return tf.reshape(mlp(p, z_BZ), [-1, height, width, channels]);
}

/** An encoder and a decoder of the same pictures. */
export type Codec = { readonly encoder: Encoder; readonly decoder: Decoder };

/**
 * Parameters of both, for codes of length `latent`.
 * @param options.outputs numbers that the encoder gives for each of the code; default 1
 */
export function initCodec(
  key: Key,
  { latent, outputs = 1, ...options }: CodecOptions & { latent: number; outputs?: number },
): Codec {
  return {
    encoder: initEncoder(fold(key, "encoder"), { ...options, out: outputs * latent }),
    decoder: initDecoder(fold(key, "decoder"), { ...options, latent }),
  };
}
