/**
 * The networks of a vector-quantised autoencoder: pictures to one grid of vectors or two, and back.
 * The second grid, coarser by two, is quantised first, and the finer one is told of it: Razavi et al.
 * 2019, VQ-VAE-2 (arXiv:1906.00446), algorithm 1.
 *
 * Shapes: B batch, h and w a grid's sides, N = B·h·w, D length of a code vector.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  applyBlocks,
  type Block,
  crop,
  depthToSpace,
  gridDecode,
  type GridDecoder,
  gridEncode,
  type GridEncoder,
  gridOf,
  type GridOptions,
  initGridBlocks,
  initGridDecoder,
  initGridEncoder,
  spaceToDepth,
} from "../../backbones/mod.ts";
import type { Grid as SampleGrid } from "../../kinds/mod.ts";
import { fold, type Key } from "../../random/mod.ts";
import { type Conv, conv, groupNorm, initConv, initNorm, type Norm, silu } from "../../nn/mod.ts";
import type { Config } from "./config.ts";

/** What normalises features and maps them to code vectors. */
export type Head = { readonly norm: Norm; readonly conv: Conv };

/** What the second, coarser grid adds. */
export type Coarse = {
  readonly down: Conv;
  readonly blocks: readonly Block[];
  readonly head: Head;
  /** Tells the finer grid's vectors what the coarse codes say. */
  readonly told: Conv;
  readonly fine: Head;
  /** Tells the decoder. */
  readonly lift: Conv;
};

/** Everything that is trained by gradients. */
export type Networks = {
  readonly encoder: GridEncoder;
  readonly decoder: GridDecoder;
  readonly coarse?: Coarse;
};

/** A grid of codes. */
export interface Grid {
  readonly height: number;
  readonly width: number;
}

/** What fixes the shapes. */
export interface NetworkSetting {
  readonly config: Config;
  readonly sample: SampleGrid;
  /** D */
  readonly dimensions: number;
}

function gridOptions({ config, sample }: NetworkSetting): GridOptions {
  const { width, blocks, attention } = config;
  return { sample, width, blocks, attention };
}

/** The grids in the order in which they are quantised: the coarse one first, where there are two. */
export function gridsOf(setting: NetworkSetting): Grid[] {
  const { height, width } = gridOf(gridOptions(setting));
  const fine = { height, width };
  if (setting.config.grids === 1) return [fine];
  return [{ height: Math.ceil(height / 2), width: Math.ceil(width / 2) }, fine];
}

function initHead(key: Key, { in: channels, out }: { in: number; out: number }): Head {
  return { norm: initNorm(channels), conv: initConv(key, { in: channels, out, kernel: 1 }) };
}

function applyHead(p: Head, h_BHWC: tf.Tensor4D): tf.Tensor4D {
  return conv(p.conv, silu(groupNorm(p.norm, h_BHWC)));
}

function initCoarse(key: Key, { config, dimensions, channels }: {
  config: Config;
  dimensions: number;
  channels: number;
}): Coarse {
  const plain = Math.SQRT1_2;
  const size = { in: channels, out: dimensions };
  return {
    down: initConv(fold(key, "down"), { in: 4 * channels, out: channels, kernel: 1, scale: plain }),
    blocks: initGridBlocks(fold(key, "blocks"), { count: config.blocks, channels }),
    head: initHead(fold(key, "head"), size),
    told: initConv(fold(key, "told"), { in: dimensions, out: 4 * channels, scale: plain }),
    fine: initHead(fold(key, "fine"), size),
    lift: initConv(fold(key, "lift"), { in: dimensions, out: 4 * dimensions, scale: plain }),
  };
}

/** Fresh parameters. */
export function initNetworks(key: Key, setting: NetworkSetting): Networks {
  const { config, dimensions } = setting;
  const options = gridOptions(setting);
  const { channels } = gridOf(options);
  const two = config.grids === 2;
  return {
    encoder: initGridEncoder(fold(key, "encoder"), {
      ...options,
      out: two ? channels : dimensions,
    }),
    decoder: initGridDecoder(fold(key, "decoder"), {
      ...options,
      in: two ? 2 * dimensions : dimensions,
    }),
    ...(two ? { coarse: initCoarse(fold(key, "coarse"), { config, dimensions, channels }) } : {}),
  };
}

/** What becomes of the vectors of grid `grid`: [N, D] → [N, D]. */
export type Quantise = (z_ND: tf.Tensor2D, grid: number) => tf.Tensor2D;

/** Vectors before quantisation, [N, D], and after, [B, h, w, D], of each grid. */
export interface Encoded {
  readonly z: readonly tf.Tensor2D[];
  readonly q: readonly tf.Tensor4D[];
}

/** Pictures [B, H, W, C] to grids of vectors, each quantised before the next is made. */
export function encodeGrids(
  { encoder, coarse }: Networks,
  x_BHWC: tf.Tensor4D,
  quantise: Quantise,
): Encoded {
  const z: tf.Tensor2D[] = [];
  const q: tf.Tensor4D[] = [];
  const through = (z_BhwD: tf.Tensor4D): tf.Tensor4D => {
    const z_ND = tf.reshape(z_BhwD, [-1, z_BhwD.shape[3]]) as tf.Tensor2D;
    q.push(tf.reshape(quantise(z_ND, z.length), z_BhwD.shape));
    z.push(z_ND);
    return q[q.length - 1];
  };
  const h_BhwC = gridEncode(encoder, x_BHWC);
  if (coarse === undefined) through(h_BhwC);
  else {
    const small = applyBlocks(coarse.blocks, conv(coarse.down, spaceToDepth(h_BhwC)));
    const [, height, width] = h_BhwC.shape;
    const told = depthToSpace(conv(coarse.told, through(applyHead(coarse.head, small))));
    through(applyHead(coarse.fine, tf.add(h_BhwC, crop(told, { height, width }))));
  }
  return { z, q };
}

/** Quantised grids to pictures [B, H, W, C] around mid grey, not clipped: what the error is taken of. */
export function decodeGrids(
  { decoder, coarse }: Networks,
  q: readonly tf.Tensor4D[],
  setting: NetworkSetting,
): tf.Tensor4D {
  const fine = q[q.length - 1];
  const [, height, width] = fine.shape;
  const all = coarse === undefined
    ? fine
    : tf.concat([fine, crop(depthToSpace(conv(coarse.lift, q[0])), { height, width })], 3);
  return tf.add(gridDecode(decoder, all as tf.Tensor4D, gridOptions(setting)), 0.5);
}
