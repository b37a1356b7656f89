/**
 * A transformer on patches that denoises pictures: DiT with adaLN-Zero (Peebles & Xie 2023,
 * arXiv:2212.09748). In every block, a vector that holds the time and the condition shifts and
 * scales the normalisations and gates what the block adds. Gates start at zero, so a new block is
 * the identity. It has one size setting.
 *
 * Shapes: B batch, T patches, W width of the stream, E length of the vector.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../random/mod.ts";
import {
  attention,
  gelu,
  initLinear,
  type Linear,
  linear,
  mergeHeads,
  normaliseRows,
  silu,
  splitHeads,
} from "../nn/mod.ts";
import { cos, exp, sin } from "../numeric/mod.ts";
import type { Grid } from "./plan.ts";
import { crop, fromPatches, toPatches } from "./space.ts";
import {
  initTimeEmbedding,
  LOG_LONGEST_PERIOD,
  type TimeEmbedding,
  timeEmbedding,
} from "./time.ts";

/** What fixes the shapes. */
export interface DitOptions {
  readonly sample: Grid;
  /** The size knob: width of the stream, a multiple of 32. Cost grows as its square. */
  readonly width: number;
  /** Blocks. Default 6. */
  readonly depth?: number;
  /** Side of a patch, in pixels. Default 4. */
  readonly patch?: number;
  /** Length of a vector that every block is told beside the time; default none. */
  readonly condition?: number;
  /** Radians of the fastest sinusoid over a unit of time. Default 1000, a step number's. */
  readonly timeScale?: number;
}

/** A block's parameters. */
export type DitBlock = {
  /** [E, 6W]: shift, scale and gate of the attention, then of the MLP. */
  readonly modulation: Linear;
  readonly qkv: Linear;
  readonly out: Linear;
  readonly up: Linear;
  readonly down: Linear;
};

/** A DiT's parameters. */
export type Dit = {
  readonly time: TimeEmbedding;
  readonly stem: Linear;
  /** [T, W], sines and cosines of rows and columns at first. */
  readonly positions: tf.Tensor2D;
  readonly blocks: readonly DitBlock[];
  /** [E, 2W] */
  readonly modulation: Linear;
  readonly head: Linear;
};

const DEFAULTS = { depth: 6, patch: 4, timeScale: 1000 } as const;
/** Channels of a head. */
const HEAD_WIDTH = 32;

/** Patches down and across; the last ones are filled up with zeros. */
function patchGrid(
  { sample, patch = DEFAULTS.patch }: DitOptions,
): [rows: number, columns: number] {
  return [Math.ceil(sample.height / patch), Math.ceil(sample.width / patch)];
}

/**
 * A vector a place: sines and cosines of its row in the first half, of its column in the second.
 * Peebles & Xie 2023, after Vaswani et al. 2017. Row-major [rows · columns, width].
 */
function gridPositions([rows, columns]: readonly [number, number], width: number): Float32Array {
  const quarter = width / 4;
  const values = new Float32Array(rows * columns * width);
  for (let place = 0; place < rows * columns; place++) {
    const at = [Math.floor(place / columns), place % columns];
    for (let i = 0; i < quarter; i++) {
      const frequency = exp(-LOG_LONGEST_PERIOD * i / quarter);
      at.forEach((coordinate, axis) => {
        const from = place * width + axis * 2 * quarter + i;
        values[from] = sin(coordinate * frequency);
        values[from + quarter] = cos(coordinate * frequency);
      });
    }
  }
  return values;
}

/**
 * Fresh parameters; the output is zero at first.
 * @throws RangeError for a width that is no positive multiple of 32
 */
export function initDit(key: Key, options: DitOptions): Dit {
  const { width, sample, depth = DEFAULTS.depth, patch = DEFAULTS.patch } = options;
  if (!Number.isInteger(width / HEAD_WIDTH) || width < HEAD_WIDTH) {
    throw new RangeError(`a DiT's width is a multiple of ${HEAD_WIDTH}, not ${width}`);
  }
  const plain = Math.SQRT1_2;
  const values = sample.channels * patch ** 2;
  const zero = (name: string, out: number) =>
    initLinear(fold(key, name), { in: width, out, scale: 0 });
  const block = (name: string): DitBlock => {
    const own = (part: string, size: { in: number; out: number }) =>
      initLinear(fold(fold(key, name), part), { ...size, scale: plain });
    return {
      modulation: zero(name, 6 * width),
      qkv: own("qkv", { in: width, out: 3 * width }),
      out: own("out", { in: width, out: width }),
      up: own("up", { in: width, out: 4 * width }),
      down: own("down", { in: 4 * width, out: width }),
    };
  };
  const grid = patchGrid(options);
  return {
    time: initTimeEmbedding(fold(key, "time"), {
      features: width,
      out: width,
      condition: options.condition,
    }),
    stem: initLinear(fold(key, "stem"), { in: values, out: width, scale: plain }),
    positions: tf.tensor2d(gridPositions(grid, width), [grid[0] * grid[1], width]),
    blocks: Array.from({ length: depth }, (_, i) => block(`block ${i}`)),
    modulation: zero("modulation", 2 * width),
    head: initLinear(fold(key, "head"), { in: width, out: values, scale: 0 }),
  };
}

/** `count` vectors [B, 1, W] that modulate, from what is told. */
function modulations(p: Linear, told_BE: tf.Tensor2D, count: number): tf.Tensor3D[] {
  const all_B1M = tf.expandDims(linear(p, told_BE), 1);
  return tf.split(all_B1M, count, 2) as tf.Tensor3D[];
}

/** Normalised over the stream without gain or bias of its own, then x̂·(1 + scale) + shift. */
function modulated(x_BTW: tf.Tensor3D, shift: tf.Tensor3D, scale: tf.Tensor3D): tf.Tensor3D {
  return tf.add(tf.mul(normaliseRows(x_BTW), tf.add(1, scale)), shift);
}

function block(p: DitBlock, x_BTW: tf.Tensor3D, told_BE: tf.Tensor2D): tf.Tensor3D {
  const heads = x_BTW.shape[2] / HEAD_WIDTH;
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulations(p.modulation, told_BE, 6);
  const [q_NTD, k_NSD, v_NSD] = tf.split(linear(p.qkv, modulated(x_BTW, shift1, scale1)), 3, 2)
    .map((part) => splitHeads(part as tf.Tensor3D, heads));
  const seen_BTW = linear(p.out, mergeHeads(attention({ q_NTD, k_NSD, v_NSD }), heads));
  const h_BTW = tf.add(x_BTW, tf.mul(gate1, seen_BTW)) as tf.Tensor3D;
  const made_BTW = linear(p.down, gelu(linear(p.up, modulated(h_BTW, shift2, scale2))));
  return tf.add(h_BTW, tf.mul(gate2, made_BTW));
}

/** What a DiT is told in a call, and the options that its parameters don't show. */
export interface DitTold extends Pick<DitOptions, "patch" | "timeScale"> {
  /** [B, condition], where the options have a `condition`. */
  readonly condition_BE?: tf.Tensor2D;
}

/**
 * What the network says of noisy pictures; what that means is the objective's.
 * @param x_BHWC of order one
 * @param time_B each picture's time or noise level, of order one
 * @returns [B, H, W, C]
 */
export function dit(
  p: Dit,
  x_BHWC: tf.Tensor4D,
  time_B: tf.Tensor1D,
  { patch = DEFAULTS.patch, timeScale = DEFAULTS.timeScale, condition_BE }: DitTold = {},
): tf.Tensor4D {
  const [, height, width, channels] = x_BHWC.shape;
  const told_BE = silu(timeEmbedding(p.time, time_B, { scale: timeScale, condition_BE }));
  let h_BTW = tf.add(linear(p.stem, toPatches(x_BHWC, patch)), p.positions) as tf.Tensor3D;
  for (const own of p.blocks) h_BTW = block(own, h_BTW, told_BE);
  const [shift, scale] = modulations(p.modulation, told_BE, 2);
  const out_BTP = linear(p.head, modulated(h_BTW, shift, scale));
  const rows = Math.ceil(height / patch);
  return crop(fromPatches(out_BTP, { rows, patch, channels }), { height, width });
}
