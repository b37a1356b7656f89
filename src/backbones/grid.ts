/**
 * An encoder from pictures to a grid of vectors and the decoder that mirrors it, fully
 * convolutional. Codebooks and latent diffusion work on this grid. Residual blocks and
 * rearrangements are those of `conv.ts`; there is one size setting.
 *
 * Shapes: B batch, H and W the picture's sides, h and w the grid's, Z length of a vector.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../kinds/mod.ts";
import { fold, type Key } from "../random/mod.ts";
import { type Conv, conv, groupNorm, initConv, initNorm, type Norm, silu } from "../nn/mod.ts";
import { type Block, block, initBlock } from "./conv.ts";
import { SIDES, type Stage } from "./plan.ts";
import { initSelfAttention, type SelfAttention, selfAttention } from "./self_attention.ts";
import { crop, depthToSpace, spaceToDepth } from "./space.ts";

/** What fixes the shapes. */
export interface GridOptions {
  readonly sample: Grid;
  /** The size knob: channels at the grid; each stage above it has half as many, at least 8. */
  readonly width: number;
  /** How often the sides are halved: the grid of a 32² picture is 8×8 at 2. Default 2. */
  readonly halvings?: number;
  /** Residual blocks a stage. Default 1. */
  readonly blocks?: number;
  /**
   * Whether every position of the grid sees every other: self-attention after each of the encoder's
   * blocks there and before each of the decoder's. Default false.
   */
  readonly attention?: boolean;
}

/** An encoder's parameters: `down[i]` leads from stage i to i + 1, `blocks[i]` stand at stage i. */
export type GridEncoder = {
  readonly stem: Conv;
  readonly down: readonly Conv[];
  readonly blocks: readonly (readonly Block[])[];
  readonly attention?: readonly SelfAttention[];
  readonly norm: Norm;
  readonly head: Conv;
};

/** A decoder's parameters, from the grid up. */
export type GridDecoder = {
  readonly stem: Conv;
  readonly blocks: readonly (readonly Block[])[];
  readonly attention?: readonly SelfAttention[];
  readonly up: readonly Conv[];
  readonly norm: Norm;
  readonly head: Conv;
};

/** Convolution kernels work on 8 output channels at a time. */
const LEAST_CHANNELS = 8;

/**
 * Stages from half resolution down to the grid, each half the last (rounded up). The full resolution
 * is touched by a rearrangement only.
 * @throws RangeError for sides outside 16 to 256, or less than one halving
 */
export function gridStages({ sample, width, halvings = 2 }: GridOptions): Stage[] {
  for (const side of [sample.height, sample.width]) {
    if (side < SIDES.smallest || side > SIDES.largest) {
      throw new RangeError(
        `pictures must be ${SIDES.smallest} to ${SIDES.largest} pixels a side, got ` +
          `${sample.height}×${sample.width}: set the data's \`size\``,
      );
    }
  }
  if (!Number.isInteger(halvings) || halvings < 1) {
    throw new RangeError(`a grid is made by one halving or more, not ${halvings}`);
  }
  let [height, across] = [sample.height, sample.width];
  return Array.from({ length: halvings }, (_, i) => {
    [height, across] = [Math.ceil(height / 2), Math.ceil(across / 2)];
    const share = width / (1 << (halvings - 1 - i));
    const channels = Math.max(1, Math.round(share / LEAST_CHANNELS)) * LEAST_CHANNELS;
    return { height, width: across, channels };
  });
}

/** The grid that the pictures come to. */
export function gridOf(options: GridOptions): Stage {
  const stages = gridStages(options);
  return stages[stages.length - 1];
}

/** `count` fresh residual blocks. */
export function initGridBlocks(
  key: Key,
  { count, channels }: { count: number; channels: number },
): readonly Block[] {
  return Array.from({ length: count }, (_, i) => initBlock(fold(key, `block ${i}`), channels));
}

/** Residual blocks one after the other; attention, where there is any, after each or before it. */
export function applyBlocks(
  p: readonly Block[],
  x_BHWC: tf.Tensor4D,
  { attention, before = false }: {
    attention?: readonly SelfAttention[];
    before?: boolean;
  } = {},
): tf.Tensor4D {
  return p.reduce((h_BHWC, own, i) => {
    const seen = (g_BHWC: tf.Tensor4D) =>
      attention === undefined ? g_BHWC : selfAttention(attention[i], g_BHWC);
    return before ? block(own, seen(h_BHWC)) : seen(block(own, h_BHWC));
  }, x_BHWC);
}

/** Attention beside each of the grid's blocks, where there is any. */
function initSeeing(key: Key, { blocks = 1, attention = false }: GridOptions, channels: number) {
  if (!attention) return {};
  const one = (_: unknown, i: number) => initSelfAttention(fold(key, `attention ${i}`), channels);
  return { attention: Array.from({ length: blocks }, one) };
}

/** Parameters of an encoder from pictures to a grid of vectors of length `out`. */
export function initGridEncoder(
  key: Key,
  { out, ...options }: GridOptions & { out: number },
): GridEncoder {
  const stages = gridStages(options);
  const { blocks: count = 1 } = options;
  const { channels } = stages[stages.length - 1];
  return {
    stem: initConv(fold(key, "stem"), {
      in: 4 * options.sample.channels,
      out: stages[0].channels,
    }),
    down: stages.slice(1).map((stage, i) =>
      initConv(fold(key, `down ${i}`), {
        in: 4 * stages[i].channels,
        out: stage.channels,
        kernel: 1,
        scale: Math.SQRT1_2,
      })
    ),
    blocks: stages.map((stage, i) =>
      initGridBlocks(fold(key, `stage ${i}`), { count, channels: stage.channels })
    ),
    ...initSeeing(key, options, channels),
    norm: initNorm(channels),
    head: initConv(fold(key, "head"), { in: channels, out, kernel: 1 }),
  };
}

/** Pictures [B, H, W, C] in [0, 1] to grids [B, h, w, out], of order one. */
export function gridEncode(p: GridEncoder, x_BHWC: tf.Tensor4D): tf.Tensor4D {
  let h_BHWC = conv(p.stem, spaceToDepth(tf.mul(tf.sub(x_BHWC, 0.5), 4)));
  p.blocks.forEach((own, i) => {
    if (i > 0) h_BHWC = conv(p.down[i - 1], spaceToDepth(h_BHWC));
    const atGrid = i === p.blocks.length - 1;
    h_BHWC = applyBlocks(own, h_BHWC, atGrid ? { attention: p.attention } : {});
  });
  return conv(p.head, silu(groupNorm(p.norm, h_BHWC)));
}

/** Parameters of a decoder from grids of vectors of length `in` to pictures. */
export function initGridDecoder(
  key: Key,
  { in: length, ...options }: GridOptions & { in: number },
): GridDecoder {
  const stages = gridStages(options).reverse();
  const { blocks: count = 1 } = options;
  const { channels } = stages[stages.length - 1];
  return {
    stem: initConv(fold(key, "stem"), {
      in: length,
      out: stages[0].channels,
      scale: Math.SQRT1_2,
    }),
    blocks: stages.map((stage, i) =>
      initGridBlocks(fold(key, `stage ${i}`), { count, channels: stage.channels })
    ),
    ...initSeeing(key, options, stages[0].channels),
    up: stages.slice(1).map((stage, i) =>
      initConv(fold(key, `up ${i}`), {
        in: stages[i].channels,
        out: 4 * stage.channels,
        kernel: 1,
        scale: Math.SQRT1_2,
      })
    ),
    norm: initNorm(channels),
    head: initConv(fold(key, "head"), {
      in: channels,
      out: 4 * options.sample.channels,
      scale: 0,
    }),
  };
}

/** Grids [B, h, w, in] to raw pictures [B, H, W, C], zero at first; what they mean is the caller's. */
export function gridDecode(
  p: GridDecoder,
  z_BhwZ: tf.Tensor4D,
  options: GridOptions,
): tf.Tensor4D {
  const stages = gridStages(options).reverse();
  let h_BHWC = conv(p.stem, z_BhwZ);
  p.blocks.forEach((own, i) => {
    if (i > 0) h_BHWC = crop(depthToSpace(conv(p.up[i - 1], h_BHWC)), stages[i]);
    h_BHWC = applyBlocks(own, h_BHWC, i === 0 ? { attention: p.attention, before: true } : {});
  });
  return crop(depthToSpace(conv(p.head, silu(groupNorm(p.norm, h_BHWC)))), options.sample);
}
