/**
 * The order in which a picture is told: patch after patch, row by row, and within a patch pixel
 * after pixel, row by row. With patches of one pixel it is the raster order.
 *
 * Shapes: T patches, P pixels a patch, C channels. Pictures whose sides the patch doesn't divide are
 * continued below and to the right with pixels that are always grey and belong to no likelihood.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { crop } from "../../../backbones/mod.ts";
import type { Grid } from "../../../kinds/mod.ts";

/** A picture as a grid of patches. */
export interface Patches {
  readonly sample: Grid;
  /** Pixels of a patch; no side is longer than the picture's. */
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
}

/** The grid of patches with sides of at most `side` pixels. */
export function patchesOf(sample: Grid, side: number): Patches {
  const [height, width] = [Math.min(side, sample.height), Math.min(side, sample.width)];
  return {
    sample,
    height,
    width,
    rows: Math.ceil(sample.height / height),
    columns: Math.ceil(sample.width / width),
  };
}

/** T and P. */
export function countsOf({ height, width, rows, columns }: Patches): { T: number; P: number } {
  return { T: rows * columns, P: height * width };
}

function whole({ sample, height, width, rows, columns }: Patches): boolean {
  return rows * height === sample.height && columns * width === sample.width;
}

/** [B, H, W, C] → [B·T, P, C]; what lies outside the picture is 0. */
export function toPatches(x_BHWC: tf.Tensor4D, patches: Patches): tf.Tensor3D {
  const { sample, height, width, rows, columns } = patches;
  const [B, H, W, C] = x_BHWC.shape;
  const full = whole(patches)
    ? x_BHWC
    : tf.pad(x_BHWC, [[0, 0], [0, rows * height - H], [0, columns * width - W], [0, 0]]);
  const cells = tf.reshape(full, [B * rows, height, columns, width * C]);
  return tf.reshape(tf.transpose(cells, [0, 2, 1, 3]), [-1, height * width, sample.channels]);
}

/** The inverse of `toPatches`. */
export function fromPatches(x_NPC: tf.Tensor3D, patches: Patches): tf.Tensor4D {
  const { sample, height, width, rows, columns } = patches;
  const C = sample.channels;
  const cells = tf.reshape(x_NPC, [-1, columns, height, width * C]);
  const full = tf.reshape(tf.transpose(cells, [0, 2, 1, 3]), [
    -1,
    rows * height,
    columns * width,
    C,
  ]);
  return crop(full as tf.Tensor4D, sample);
}

/** 1 for pixels of the picture, 0 for those beyond it: [T, P]; undefined where there are none. */
export function insidePicture(patches: Patches): tf.Tensor2D | undefined {
  if (whole(patches)) return undefined;
  const { height, width } = patches.sample;
  const one: Patches = { ...patches, sample: { height, width, channels: 1 } };
  return tf.reshape(toPatches(tf.ones([1, height, width, 1]), one), [
    -1,
    patches.height * patches.width,
  ]);
}
