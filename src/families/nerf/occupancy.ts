/**
 * Which cells of the box hold anything, so that samples aren't spent on the others. Müller et al. 2022
 * (arXiv:2201.05989), appendix E.2.
 *
 * Shapes: G cells along a side, x fastest.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Key, uniform } from "../../random/mod.ts";

/** What is known of the cells. */
export type Occupancy = {
  /** The largest density met there, falling with time. [G³] */
  readonly density_G: tf.Tensor1D;
  /** 1 where something may be, 0 elsewhere. [G³] */
  readonly occupied_G: tf.Tensor1D;
};

/** Share of a cell's density that is left after an update. */
const KEEP = 0.95;
/** Steps from update to update, and before the first. */
const EVERY = 16;
const FIRST = 64;
/**
 * A cell is empty below the optical thickness 0.01 of a 1024th of the box's diagonal, 2√3 half sides;
 * and below half the mean, so that a fresh field's fog is not all taken away.
 */
const EMPTY = 0.01 * 1024 / (2 * Math.sqrt(3));

/** Nothing known: all may be occupied. */
export function initOccupancy(cells: number): Occupancy {
  return { density_G: tf.zeros([cells ** 3]), occupied_G: tf.ones([cells ** 3]) };
}

/** Whether the step updates the cells. */
export function updatesOccupancy(step: number): boolean {
  return step >= FIRST && step % EVERY === 0;
}

/** The cells that points of [−1, 1]³ are in, int32 [N]. */
export function cellsOf(place_N3: tf.Tensor2D, cells: number): tf.Tensor1D {
  const scaled = tf.floor(tf.mul(tf.add(place_N3, 1), cells / 2));
  // Whole numbers below 2²⁴: the product is exact.
  const strides = tf.tensor2d([1, cells, cells * cells], [3, 1]);
  const at_N1 = tf.matMul(tf.clipByValue(scaled, 0, cells - 1), strides);
  return tf.cast(tf.reshape(at_N1, [-1]), "int32");
}

/** A point in each cell, evenly drawn: [G³, 3] in [−1, 1]. */
export function pointsOfCells(key: Key, cells: number): tf.Tensor2D {
  const corners = new Float32Array(3 * cells ** 3);
  for (let i = 0; i < cells ** 3; i++) {
    corners.set([i % cells, Math.floor(i / cells) % cells, Math.floor(i / cells ** 2)], 3 * i);
  }
  const corner_G3 = tf.tensor2d(corners, [cells ** 3, 3]);
  const drawn = tf.add(corner_G3, uniform(key, [cells ** 3, 3]));
  return tf.sub(tf.mul(drawn, 2 / cells), 1) as tf.Tensor2D;
}

/** The cells after densities were met at a point of each. */
export function met({ density_G }: Occupancy, found_G: tf.Tensor1D): Occupancy {
  const next_G = tf.maximum(tf.mul(density_G, KEEP), found_G) as tf.Tensor1D;
  const least = tf.minimum(tf.mul(tf.mean(next_G), 0.5), EMPTY);
  return { density_G: next_G, occupied_G: tf.cast(tf.greater(next_G, least), "float32") };
}
