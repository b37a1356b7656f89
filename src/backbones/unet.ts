/**
 * A U-Net that denoises pictures: residual blocks that get the time (Ho et al. 2020,
 * arXiv:2006.11239), self-attention at the lowest resolution, and one skip connection for each
 * resolution (Ronneberger et al. 2015). It has one size setting.
 *
 * Shapes: B batch, H height, W width, C channels, E width of the time embedding.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../random/mod.ts";
import {
  type Conv,
  conv,
  groupNorm,
  initConv,
  initLinear,
  initNorm,
  type Linear,
  linear,
  type Norm,
  silu,
  upsample2,
} from "../nn/mod.ts";
import { type Grid, SIDES, type Stage } from "./plan.ts";
import { initSelfAttention, type SelfAttention, selfAttention } from "./self_attention.ts";
import { crop, depthToSpace, spaceToDepth } from "./space.ts";
import { timeEmbedding } from "./time.ts";

/** What fixes the shapes. */
export interface UnetOptions {
  readonly sample: Grid;
  /** The size knob, a multiple of 8: channels at the first resolution. Cost grows as its square. */
  readonly width: number;
  /**
   * Side of the squares of pixels that are channels of the first resolution: 2 leaves little to do
   * at full resolution, where a layer costs most and knows least. Default 1.
   */
  readonly patch?: 1 | 2;
  /** Blocks a resolution on the way down; there is one on the way up. Default 2. */
  readonly blocks?: number;
  /**
   * Halving stops at this side, where attention runs. Default 8. Where it is given, pictures may be
   * as small as that.
   */
  readonly lowest?: number;
  /**
   * Whether a block is told by the gain and bias of its second normalisation (Dhariwal & Nichol 2021,
   * arXiv:2105.05233) instead of by what is added before it. Default false.
   */
  readonly modulated?: boolean;
  /** Length of a vector that every block is told beside the time; default none. */
  readonly condition?: number;
  /** Radians of the fastest sinusoid over a unit of time. Default 1000, a step number's. */
  readonly timeScale?: number;
}

/** A residual block's parameters; `skip` where the channels change. */
export type UnetBlock = {
  readonly norm1: Norm;
  readonly conv1: Conv;
  readonly time: Linear;
  readonly norm2: Norm;
  readonly conv2: Conv;
  readonly skip?: Conv;
};

/** A block and, at the lowest resolution, the attention that follows it. */
export type UnetUnit = { readonly block: UnetBlock; readonly attention?: SelfAttention };

/** A U-Net's parameters. */
export type Unet = {
  readonly time1: Linear;
  readonly time2: Linear;
  readonly condition?: Linear;
  readonly stem: Conv;
  /** By stage, from full resolution down. */
  readonly stages: readonly UnetUnit[][];
  /** Between stages: `down[i]` leads from stage i to i + 1. */
  readonly down: readonly Conv[];
  readonly middle: UnetUnit;
  /** By stage, from the lowest up. */
  readonly risers: readonly UnetUnit[];
  readonly up: readonly Conv[];
  readonly norm: Norm;
  readonly head: Conv;
};

/** What a U-Net is told in a call, and the options that its parameters don't show. */
export interface UnetTold extends Pick<UnetOptions, "patch" | "timeScale" | "modulated"> {
  /** [B, condition], where the options have a `condition`. */
  readonly condition_BE?: tf.Tensor2D;
}

/** Channels grow up to this many times the width. */
const MOST = 4;
const DEFAULTS = { patch: 1, blocks: 2, lowest: 8, timeScale: 1000, modulated: false } as const;

/**
 * Resolutions from the pictures' own (or half of it, with a patch of 2) down to `lowest`, each half
 * the last (rounded up), with channels that double up to four times the width.
 * @throws RangeError for sides below 16 (or the lowest, where it is given) or above 256, or a width
 * that is no positive multiple of 8
 */
export function unetStages({ sample, width, ...options }: UnetOptions): Stage[] {
  const { patch = DEFAULTS.patch, lowest = DEFAULTS.lowest } = options;
  const smallest = options.lowest ?? SIDES.smallest;
  for (const side of [sample.height, sample.width]) {
    if (side < smallest || side > SIDES.largest) {
      throw new RangeError(
        `pictures must be ${smallest} to ${SIDES.largest} pixels a side, got ` +
          `${sample.height}×${sample.width}: set the data's \`size\``,
      );
    }
  }
  let [height, across] = [sample.height, sample.width].map((side) => Math.ceil(side / patch));
  if (!Number.isInteger(width / 8) || width < 8) {
    throw new RangeError(`a U-Net's width is a multiple of 8, not ${width}`);
  }
  const stages: Stage[] = [{ height, width: across, channels: width }];
  while (Math.max(height, across) > lowest) {
    [height, across] = [Math.ceil(height / 2), Math.ceil(across / 2)];
    stages.push({ height, width: across, channels: width * Math.min(MOST, 1 << stages.length) });
  }
  return stages;
}

interface BlockSize {
  readonly in: number;
  readonly out: number;
  /** Width of the time embedding, E. */
  readonly time: number;
  readonly modulated: boolean;
}

/** The second convolution starts at zero, so that a new block is the identity (or its skip). */
function initBlock(key: Key, { in: channels, out, time, modulated }: BlockSize): UnetBlock {
  return {
    norm1: initNorm(channels),
    conv1: initConv(fold(key, "conv1"), { in: channels, out }),
    // A modulation starts at gain 1 and bias 0.
    time: initLinear(
      fold(key, "time"),
      modulated ? { in: time, out: 2 * out, scale: 0 } : { in: time, out, scale: Math.SQRT1_2 },
    ),
    norm2: initNorm(out),
    conv2: initConv(fold(key, "conv2"), { in: out, out, scale: 0 }),
    ...(channels === out ? {} : {
      skip: initConv(fold(key, "skip"), {
        in: channels,
        out,
        kernel: 1,
        scale: Math.SQRT1_2,
      }),
    }),
  };
}

/** Fresh parameters; the output is zero at first. */
export function initUnet(key: Key, options: UnetOptions): Unet {
  const stages = unetStages(options);
  const last = stages.length - 1;
  const time = 4 * options.width;
  const colours = options.sample.channels * (options.patch ?? DEFAULTS.patch) ** 2;
  const { blocks = DEFAULTS.blocks, modulated = DEFAULTS.modulated } = options;
  const unit = (name: string, stage: number, channels: number): UnetUnit => {
    const out = stages[stage].channels;
    const own = fold(key, name);
    const block = initBlock(fold(own, "block"), { in: channels, out, time, modulated });
    return stage < last
      ? { block }
      : { block, attention: initSelfAttention(fold(own, "attention"), out) };
  };
  const plain = Math.SQRT1_2;
  return {
    time1: initLinear(fold(key, "time1"), { in: options.width, out: time, scale: plain }),
    time2: initLinear(fold(key, "time2"), { in: time, out: time, scale: plain }),
    ...(options.condition === undefined ? {} : {
      condition: initLinear(fold(key, "condition"), {
        in: options.condition,
        out: time,
        scale: plain,
      }),
    }),
    stem: initConv(fold(key, "stem"), { in: colours, out: options.width, scale: plain }),
    stages: stages.map(({ channels }, i) =>
      Array.from({ length: blocks }, (_, j) => unit(`stage ${i} ${j}`, i, channels))
    ),
    // A 2×2 convolution of stride 2, written as a rearrangement and a 1×1 convolution.
    down: stages.slice(1).map(({ channels: out }, i) =>
      initConv(fold(key, `down ${i}`), {
        in: 4 * stages[i].channels,
        out,
        kernel: 1,
        scale: plain,
      })
    ),
    middle: unit("middle", last, stages[last].channels),
    risers: stages.map(({ channels }, i) => unit(`riser ${i}`, i, 2 * channels)).reverse(),
    up: stages.slice(0, -1).map(({ channels: out }, i) =>
      initConv(fold(key, `up ${i}`), { in: stages[i + 1].channels, out, scale: plain })
    ).reverse(),
    norm: initNorm(options.width),
    head: initConv(fold(key, "head"), { in: options.width, out: colours, scale: 0 }),
  };
}

/** What every block is told, and how. */
interface Told {
  readonly time_BE: tf.Tensor2D;
  readonly modulated: boolean;
}

/** The second normalisation of what comes out of the first convolution, told the time. */
function toldNorm(p: UnetBlock, h_BHWC: tf.Tensor4D, told: Told): tf.Tensor4D {
  const told_B11C = tf.reshape(linear(p.time, told.time_BE), [-1, 1, 1, p.time.bias.shape[0]]);
  if (!told.modulated) return groupNorm(p.norm2, tf.add(h_BHWC, told_B11C));
  const [gain, bias] = tf.split(told_B11C, 2, 3);
  return tf.add(tf.mul(groupNorm(p.norm2, h_BHWC), tf.add(1, gain)), bias);
}

function residual(p: UnetBlock, x_BHWC: tf.Tensor4D, told: Told): tf.Tensor4D {
  const h_BHWC = conv(p.conv1, silu(groupNorm(p.norm1, x_BHWC)));
  const out_BHWC = conv(p.conv2, silu(toldNorm(p, h_BHWC, told)));
  return tf.add(p.skip === undefined ? x_BHWC : conv(p.skip, x_BHWC), out_BHWC);
}

function unit(p: UnetUnit, x_BHWC: tf.Tensor4D, told: Told): tf.Tensor4D {
  const h_BHWC = residual(p.block, x_BHWC, told);
  return p.attention === undefined ? h_BHWC : selfAttention(p.attention, h_BHWC);
}

/**
 * What the network says of noisy pictures; what that means (noise, velocity, picture) is the
 * objective's.
 * @param x_BHWC of order one
 * @param time_B each picture's time or noise level, of order one
 * @param told what else changes from call to call, and the options that aren't seen in the parameters
 * @returns [B, H, W, C]
 */
export function unet(
  p: Unet,
  x_BHWC: tf.Tensor4D,
  time_B: tf.Tensor1D,
  told: UnetTold = {},
): tf.Tensor4D {
  const { patch = DEFAULTS.patch, timeScale: scale = DEFAULTS.timeScale } = told;
  const embedding = { first: p.time1, second: p.time2, condition: p.condition };
  // Every block first applies SiLU to the embedding: done once.
  const time_BE = silu(timeEmbedding(embedding, time_B, { scale, ...told }));
  const own = { time_BE, modulated: told.modulated ?? DEFAULTS.modulated };
  let h_BHWC = conv(p.stem, patch === 1 ? x_BHWC : spaceToDepth(x_BHWC));
  const skips = p.stages.map((units, i) => {
    if (i > 0) h_BHWC = conv(p.down[i - 1], spaceToDepth(h_BHWC));
    for (const p of units) h_BHWC = unit(p, h_BHWC, own);
    return h_BHWC;
  }).reverse();
  h_BHWC = unit(p.middle, h_BHWC, own);
  p.risers.forEach((riser, i) => {
    const [, height, width] = skips[i].shape;
    if (i > 0) h_BHWC = conv(p.up[i - 1], crop(upsample2(h_BHWC), { height, width }));
    h_BHWC = unit(riser, tf.concat([h_BHWC, skips[i]], 3), own);
  });
  const out_BHWC = conv(p.head, silu(groupNorm(p.norm, h_BHWC)));
  if (patch === 1) return out_BHWC;
  const [, height, width] = x_BHWC.shape;
  return crop(depthToSpace(out_BHWC), { height, width });
}
