/**
 * The model of a patch: its pixels one after the other, given the neighbouring patches and what the
 * trunk says of all that came before. Linear maps between groups of units, one group a pixel, with
 * masks that let no pixel see itself or a later one: Germain et al. 2015, MADE (arXiv:1502.03509),
 * whose mask A keeps a pixel from itself (j < i) and whose mask B, in all later layers, lets a group
 * see itself (j ≤ i).
 * A small model under a large one's states: Yu et al. 2023, MegaByte (arXiv:2305.07185).
 *
 * A pixel's mixture is measured from a guess, linear in the pixels around it, which starts as a mean
 * of the nearest: what remains to be learnt is then small from the first step.
 *
 * Shapes: N patches, P pixels a patch, C channels, G values of pixels near the patch (its 4 neighbours
 * of P·C, at an upper level 9·C known ones too), W the trunk's width, V units a pixel, Q numbers a
 * pixel of the mixture.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../../../random/mod.ts";
import {
  addBias,
  initLinear,
  type Linear,
  linear,
  type MixtureNumbers,
  mixtureOutputs,
  type MixtureShape,
  silu,
  writeRow,
} from "../../../nn/mod.ts";
import { NEIGHBOURS } from "../ordering/neighbours.ts";
import { NEAR } from "../ordering/levels.ts";

/** What fixes the shapes. */
export interface PatchModelOptions {
  readonly mixture: MixtureShape;
  /** Rows and columns of a patch; P is their product. */
  readonly patch: { readonly height: number; readonly width: number };
  /** Whether the patch is of an upper level, whose first pixel and those about it are known. */
  readonly upper: boolean;
  /** W. */
  readonly width: number;
  /** V. */
  readonly units: number;
  /** Layers from group to group after the first. */
  readonly layers: number;
}

/** Parameters. */
export type PatchModel = {
  /** [W, P·V]: what the trunk's state says to each pixel. */
  readonly told: Linear;
  /** [G + P·C, P·V], mask A on the patch's own pixels. */
  readonly first: Linear;
  /** [G + P·C, P·C], masked alike: the guess, centred. */
  readonly guess: Linear;
  /** [P·V, P·V], mask B. */
  readonly layers: readonly Linear[];
  /** [V, Q], the same for every pixel. */
  readonly out: Linear;
};

/** Which groups a group sees: those before it, or itself too. */
type Mask = "A" | "B";

/** A tenth of He's scale: components of a mixture differ a little from the start. */
const OUT_SCALE = 0.1;

/** G */
function givenValues({ mixture: { channels }, patch, upper }: PatchModelOptions): number {
  const neighbours = NEIGHBOURS.length * patch.height * patch.width;
  return (neighbours + (upper ? NEAR : 0)) * channels;
}

/** Pixels of the input, by number, whose mean is the first guess at a pixel of the patch. */
function nearest({ patch: { height, width }, upper }: PatchModelOptions, pixel: number): number[] {
  const P = height * width;
  const [y, x] = [Math.floor(pixel / width), pixel % width];
  // The input: the neighbours in the order of `NEIGHBOURS`, what is known in that of `near`, the patch.
  if (upper) {
    // Three by three known pixels, the patch's own first one in the middle: those at its corners.
    const known = (row: number, column: number) => 4 * P + 3 * (1 + row) + 1 + column;
    const rows = y === 0 ? [0] : [0, 1];
    const columns = x === 0 ? [0] : [0, 1];
    return rows.flatMap((row) => columns.map((column) => known(row, column)));
  }
  const [left, above, own] = [0, 2 * P, 4 * P];
  return [
    x > 0 ? own + pixel - 1 : left + pixel + width - 1,
    y > 0 ? own + pixel - width : above + pixel + P - width,
  ];
}

/** The mean of the nearest pixels: [G + P·C, P·C]. */
function initGuess(options: PatchModelOptions): Linear {
  const { mixture: { channels: C }, patch: { height, width } } = options;
  const columns = height * width * C;
  const rows = givenValues(options) + columns;
  const weight = new Float32Array(rows * columns);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const sources = nearest(options, pixel);
    for (const source of sources) {
      for (let c = 0; c < C; c++) {
        weight[(source * C + c) * columns + pixel * C + c] = 1 / sources.length;
      }
    }
  }
  return { weight: tf.tensor2d(weight, [rows, columns]), bias: tf.zeros([columns]) };
}

/** Fresh parameters. */
export function initPatchModel(key: Key, options: PatchModelOptions): PatchModel {
  const { mixture, patch, width, units: V, layers } = options;
  const P = patch.height * patch.width;
  const [plain, added] = [Math.SQRT1_2, Math.SQRT1_2 / Math.sqrt(Math.max(1, layers))];
  return {
    told: initLinear(fold(key, "told"), { in: width, out: P * V, scale: plain }),
    first: initLinear(fold(key, "first"), {
      in: givenValues(options) + P * mixture.channels,
      out: P * V,
      scale: plain,
    }),
    guess: initGuess(options),
    layers: Array.from(
      { length: layers },
      (_, i) => initLinear(fold(key, `layer ${i}`), { in: P * V, out: P * V, scale: added }),
    ),
    out: initLinear(fold(key, "out"), { in: V, out: mixtureOutputs(mixture), scale: OUT_SCALE }),
  };
}

/**
 * 1 where group i of the output may see group j of the input, P groups each; what the input holds
 * before its groups is seen by all. [before + P·from, P·to]
 */
function groupMask(mask: Mask, { pixels: P, before, from, to }: {
  pixels: number;
  before: number;
  from: number;
  to: number;
}): tf.Tensor2D {
  const at = tf.range(0, P, 1, "int32");
  const j = tf.reshape(at, [P, 1, 1, 1]);
  const i = tf.reshape(at, [1, 1, P, 1]);
  const seen = tf.cast(mask === "A" ? tf.less(j, i) : tf.lessEqual(j, i), "float32");
  const groups = tf.reshape(tf.mul(seen, tf.ones([1, from, 1, to])), [P * from, P * to]);
  return (before === 0 ? groups : tf.concat([tf.ones([before, P * to]), groups])) as tf.Tensor2D;
}

/** A map from groups to groups with its mask; the last P groups of `from` values are the pixels'. */
function masked(p: Linear, mask: Mask, { pixels, from }: { pixels: number; from: number }): Linear {
  const [rows, columns] = p.weight.shape;
  const size = { pixels, from, before: rows - pixels * from, to: columns / pixels };
  return { ...p, weight: tf.mul(p.weight, groupMask(mask, size)) };
}

/** All maps with their masks. */
function maskModel(
  p: PatchModel,
  { pixels, channels }: { pixels: number; channels: number },
): PatchModel {
  const size = { pixels, from: channels };
  return {
    ...p,
    first: masked(p.first, "A", size),
    guess: masked(p.guess, "A", size),
    layers: p.layers.map((layer) =>
      masked(layer, "B", { pixels, from: layer.weight.shape[0] / pixels })
    ),
  };
}

/** The guess, from centred values to values in [0, 1]. */
function asPixels(guess: tf.Tensor2D): tf.Tensor2D {
  return tf.div(tf.add(guess, 1), 2);
}

/** What a head is given of patches. */
export interface PatchModelInput {
  /** The patches, centred; pixel i's mixture depends on pixels before i alone. */
  readonly x_NPC: tf.Tensor3D;
  /** Pixels near the patch that are known before it. */
  readonly given_NG: tf.Tensor2D;
  /** What the trunk says. */
  readonly state_NW: tf.Tensor2D;
}

/** The mixtures of all pixels: [N·P, Q] and [N·P, C]. */
export function patchMixtures(
  p: PatchModel,
  { x_NPC, given_NG, state_NW }: PatchModelInput,
): MixtureNumbers {
  const [N, P, C] = x_NPC.shape;
  const { told, first, guess, layers, out } = maskModel(p, { pixels: P, channels: C });
  const seen = tf.concat([given_NG, tf.reshape(x_NPC, [N, P * C])], 1) as tf.Tensor2D;
  let u_NU = tf.add(linear(told, state_NW), linear(first, seen)) as tf.Tensor2D;
  for (const layer of layers) u_NU = tf.add(u_NU, linear(layer, silu(u_NU)));
  return {
    raw_NQ: linear(out, silu(tf.reshape(u_NU, [N * P, -1])) as tf.Tensor2D),
    guess_NC: asPixels(tf.reshape(linear(guess, seen), [N * P, C])),
  };
}

/** A masked map as decoding wants it: by output pixel, [P, rows, to] and [P, to]. */
export type PixelMap = { readonly weight: tf.Tensor3D; readonly bias: tf.Tensor2D };

/** A head for decoding pixel by pixel. */
export type PixelwiseModel = {
  readonly told: PixelMap;
  readonly first: PixelMap;
  readonly guess: PixelMap;
  readonly layers: readonly PixelMap[];
  readonly out: Linear;
};

function byPixel(p: Linear, pixels: number): PixelMap {
  const [from, to] = p.weight.shape;
  const groups = tf.reshape(p.weight, [from, pixels, to / pixels]) as tf.Tensor3D;
  return {
    weight: tf.transpose(groups, [1, 0, 2]),
    bias: tf.reshape(p.bias, [pixels, to / pixels]),
  };
}

/** Masks and rearranges a head's weights, once for all pixels. */
export function pixelwise(
  p: PatchModel,
  size: { pixels: number; channels: number },
): PixelwiseModel {
  const { told, first, guess, layers, out } = maskModel(p, size);
  const { pixels } = size;
  return {
    told: byPixel(told, pixels),
    first: byPixel(first, pixels),
    guess: byPixel(guess, pixels),
    layers: layers.map((layer) => byPixel(layer, pixels)),
    out,
  };
}

/** What is known of patches that are being drawn: activations of each layer, [B, P, V]. */
export type PatchCache = readonly tf.Tensor3D[];

/** A cache for `batch` patches; what it holds of pixels not yet drawn is never seen. */
export function emptyPatch(batch: number, { patch, units, layers }: PatchModelOptions): PatchCache {
  const shape: [number, number, number] = [batch, patch.height * patch.width, units];
  return Array.from({ length: layers }, () => tf.zeros(shape) as tf.Tensor3D);
}

function mapTo(p: PixelMap, x_BF: tf.Tensor2D, pixel: tf.Scalar): tf.Tensor2D {
  const at = tf.reshape(pixel, [1]) as tf.Tensor1D;
  const [, from, to] = p.weight.shape;
  const weight = tf.reshape(tf.gather(p.weight, at), [from, to]) as tf.Tensor2D;
  return addBias(tf.matMul(x_BF, weight), tf.reshape(tf.gather(p.bias, at), [to]));
}

/**
 * The mixtures of one pixel of each patch: `patchMixtures` at `pixel` (int32 scalar), with the
 * activations of those before from the cache. What `x_NPC` holds from `pixel` on is never seen.
 * @returns [N, Q] and [N, C], and the cache with this pixel in it
 */
export function pixelMixture(
  p: PixelwiseModel,
  cache: PatchCache,
  { x_NPC, given_NG, state_NW, pixel }: PatchModelInput & { readonly pixel: tf.Scalar },
): { readonly numbers: MixtureNumbers; readonly cache: PatchCache } {
  const N = x_NPC.shape[0];
  const seen = tf.concat([given_NG, tf.reshape(x_NPC, [N, -1])], 1) as tf.Tensor2D;
  let u_NV = tf.add(mapTo(p.told, state_NW, pixel), mapTo(p.first, seen, pixel)) as tf.Tensor2D;
  const next = p.layers.map((layer, l) => {
    const active_N1V = tf.reshape(silu(u_NV), [N, 1, -1]) as tf.Tensor3D;
    const active_NPV = writeRow(cache[l], active_N1V, pixel);
    u_NV = tf.add(u_NV, mapTo(layer, tf.reshape(active_NPV, [N, -1]), pixel));
    return active_NPV;
  });
  const numbers = {
    raw_NQ: linear(p.out, silu(u_NV)),
    guess_NC: asPixels(mapTo(p.guess, seen, pixel)),
  };
  return { numbers, cache: next };
}
