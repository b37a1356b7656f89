/**
 * A picture told from coarse to fine: first every second pixel of every second row of …, then what
 * lies between them, level by level. Each level is a picture of its own, of which the last level's
 * pixels are known; its new pixels are told in the order of `patches.ts`. Kolesnikov & Lampert 2017
 * (arXiv:1612.08185) and Reed et al. 2017 (arXiv:1703.03664); the coarse pixels are pixels of the
 * picture itself, so that the likelihood stays exact.
 *
 *   p(x) = p(x₀) Π_ℓ p(x_ℓ | x_{ℓ−1}),   x_{ℓ−1} the pixels of x_ℓ in even rows and columns.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { spaceToDepth } from "../../../backbones/mod.ts";
import type { Grid } from "../../../kinds/mod.ts";
import { countsOf, insidePicture, type Patches, patchesOf } from "./patches.ts";

/** One level. */
export interface Level {
  readonly patches: Patches;
  /** Whether the pixels in even rows and columns are known from the level before. */
  readonly upper: boolean;
  /** Channels: at the finest of several levels half of the others', whose grids are smaller. */
  readonly width: number;
}

/** Sides of the patches of all levels but the first: each has one known pixel, its first. */
const UPPER_PATCH = 2;
/** No level's picture has a shorter side, unless the whole picture has. */
const LEAST_SIDE = 4;

/** What levels are made from. */
export interface LevelOptions {
  /** How many at most. */
  readonly levels: number;
  /** Side of the first level's patches. */
  readonly patch: number;
  /** Channels of the finest level. */
  readonly width: number;
}

/** Levels from coarse to fine: as many as asked for, unless the coarsest would be too small. */
export function levelsOf(sample: Grid, { levels, patch, width }: LevelOptions): Level[] {
  const pictures = [sample];
  for (let [finer] = pictures; pictures.length < levels; [finer] = pictures) {
    const [height, across] = [Math.ceil(finer.height / 2), Math.ceil(finer.width / 2)];
    if (Math.min(height, across) < LEAST_SIDE) break;
    pictures.unshift({ ...finer, height, width: across });
  }
  return pictures.map((picture, l) => ({
    patches: patchesOf(picture, l === 0 ? patch : UPPER_PATCH),
    upper: l > 0,
    width: l === pictures.length - 1 ? width : 2 * width,
  }));
}

/** The pixels in even rows and columns: [B, ⌈H/2⌉, ⌈W/2⌉, C]. */
export function coarser(x_BHWC: tf.Tensor4D): tf.Tensor4D {
  const cells = spaceToDepth(x_BHWC);
  const [B, height, width] = cells.shape;
  return tf.slice(cells, [0, 0, 0, 0], [B, height, width, x_BHWC.shape[3]]);
}

/** The pictures of all levels, coarse first, of the finest. */
export function pyramid(x_BHWC: tf.Tensor4D, levels: readonly Level[]): tf.Tensor4D[] {
  const pictures = [x_BHWC];
  while (pictures.length < levels.length) pictures.unshift(coarser(pictures[0]));
  return pictures;
}

/**
 * Which pixels of a level are told there: [T, P] of 1 for a new pixel of the picture, 0 for a known
 * one or one beyond its edge.
 */
export function toldPixels({ patches, upper }: Level): number[][] {
  const { sample, height, width, columns } = patches;
  const { T, P } = countsOf(patches);
  return Array.from({ length: T }, (_, t) =>
    Array.from({ length: P }, (_, i) => {
      const y = Math.floor(t / columns) * height + Math.floor(i / width);
      const x = (t % columns) * width + i % width;
      const known = upper && y % 2 === 0 && x % 2 === 0;
      return y < sample.height && x < sample.width && !known ? 1 : 0;
    }));
}

/** `toldPixels` as a tensor; undefined where it is 1 everywhere. */
export function toldMask(level: Level): tf.Tensor2D | undefined {
  const { P } = countsOf(level.patches);
  const inside = insidePicture(level.patches);
  if (!level.upper) return inside;
  // The known one is each patch's first.
  const fresh_1P = tf.cast(tf.greater(tf.range(0, P), 0), "float32");
  const fresh = tf.reshape(fresh_1P, [1, P]) as tf.Tensor2D;
  return inside === undefined ? fresh : tf.mul(inside, fresh);
}

/** Values of the known pixels about a patch. */
export const NEAR = 9;

/**
 * The known pixels about each patch of an upper level, three by three with its own in the middle;
 * beyond the edge the nearest is taken. [B, h, w, C] → [B, T, 9C]
 */
export function near(known_BhwC: tf.Tensor4D): tf.Tensor3D {
  const [B, height, width, C] = known_BhwC.shape;
  const edged = (x: tf.Tensor4D, axis: 1 | 2) => {
    const one = (at: number) => {
      const begin = [0, 0, 0, 0];
      begin[axis] = at;
      return tf.slice(
        x,
        begin as [number, number, number, number],
        x.shape.map((n, i) => i === axis ? 1 : n) as tf.Tensor4D["shape"],
      );
    };
    return tf.concat([one(0), x, one(x.shape[axis] - 1)], axis);
  };
  const framed = edged(edged(known_BhwC, 1), 2);
  const about = Array.from(
    { length: NEAR },
    (_, n) => tf.slice(framed, [0, Math.floor(n / 3), n % 3, 0], [B, height, width, C]),
  );
  return tf.reshape(tf.concat(about, 3), [B, height * width, NEAR * C]);
}
