/**
 * From pictures to codes at several scales and back: an encoder to a grid of vectors, its
 * decomposition by a codebook a scale, and a decoder.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  gridDecode,
  type GridDecoder,
  gridEncode,
  type GridEncoder,
  gridOf,
  type GridOptions,
  initGridDecoder,
  initGridEncoder,
} from "../../../backbones/mod.ts";
import type { Grid } from "../../../kinds/mod.ts";
import { fold, type Key } from "../../../random/mod.ts";
import { type Codebook, initCodebook } from "../../vqvae/quantisers/codebook.ts";
import type { Config } from "../config.ts";
import { codesOf, decompose, type Scale, scalesOf, sumsOf } from "./pyramid.ts";

/** What is trained of it by gradients. */
export type Networks = { readonly encoder: GridEncoder; readonly decoder: GridDecoder };

/** Weights with a codebook a scale. */
export interface Tokeniser {
  readonly networks: Networks;
  readonly books: readonly Codebook[];
}

/** What fixes the shapes. */
export interface TokeniserSetting {
  readonly config: Config;
  readonly sample: Grid;
}

function gridOptions({ config, sample }: TokeniserSetting): GridOptions {
  return { sample, width: config.codecWidth };
}

/** The scales of the pictures' grid, coarse first. */
export function pictureScales(setting: TokeniserSetting): Scale[] {
  const { height, width } = gridOf(gridOptions(setting));
  return scalesOf({ height, width }, setting.config.scales);
}

/** Fresh networks. */
export function initNetworks(key: Key, setting: TokeniserSetting): Networks {
  const options = gridOptions(setting);
  const { codeLength } = setting.config;
  return {
    encoder: initGridEncoder(fold(key, "encoder"), { ...options, out: codeLength }),
    decoder: initGridDecoder(fold(key, "decoder"), { ...options, in: codeLength }),
  };
}

/** Fresh codebooks, one a scale. */
export function initBooks(key: Key, { config }: TokeniserSetting): Codebook[] {
  const size = { size: config.codes, dimensions: config.codeLength };
  return Array.from({ length: config.scales }, (_, s) => initCodebook(fold(key, s), size));
}

/** The code vectors, [K, D] a scale. */
export function tablesOf(books: readonly Codebook[]): tf.Tensor2D[] {
  return books.map(({ vectors_KD }) => vectors_KD);
}

/** Pictures [B, H, W, C] to their grids' vectors [B, M, D]. */
export function encodeGrid({ encoder }: Networks, x_BHWC: tf.Tensor4D): tf.Tensor3D {
  const z_BhwD = gridEncode(encoder, x_BHWC);
  return tf.reshape(z_BhwD, [x_BHWC.shape[0], -1, z_BhwD.shape[3]]);
}

/** Vectors [B, M, D] to pictures [B, H, W, C] about mid grey, not clipped. */
export function decodeGrid(
  { decoder }: Networks,
  q_BMD: tf.Tensor3D,
  setting: TokeniserSetting,
): tf.Tensor4D {
  const [B, , D] = q_BMD.shape;
  const { height, width } = gridOf(gridOptions(setting));
  const q_BhwD = tf.reshape(q_BMD, [B, height, width, D]) as tf.Tensor4D;
  return tf.add(gridDecode(decoder, q_BhwD, gridOptions(setting)), 0.5);
}

/** Pictures to their codes, int32 [B, T], and what these stand for, [B, M, D]. */
export function toCodes(
  { networks, books }: Tokeniser,
  x_BHWC: tf.Tensor4D,
  setting: TokeniserSetting,
): { readonly codes_BT: tf.Tensor2D; readonly sum_BMD: tf.Tensor3D } {
  const z_BMD = encodeGrid(networks, x_BHWC);
  const parts = decompose(z_BMD, tablesOf(books), pictureScales(setting));
  return { codes_BT: codesOf(parts, x_BHWC.shape[0]), sum_BMD: parts.sum_BMD };
}

/** Vectors to pictures in [0, 1]. */
export function toPictures(
  { networks }: Tokeniser,
  q_BMD: tf.Tensor3D,
  setting: TokeniserSetting,
): tf.Tensor4D {
  return tf.clipByValue(decodeGrid(networks, q_BMD, setting), 0, 1) as tf.Tensor4D;
}

/** What codes stand for: [B, M, D]. */
export function vectorsOf(
  { books }: Tokeniser,
  codes_BT: tf.Tensor2D,
  setting: TokeniserSetting,
): tf.Tensor3D {
  const sums = sumsOf(codes_BT, tablesOf(books), pictureScales(setting));
  return sums[sums.length - 1];
}
