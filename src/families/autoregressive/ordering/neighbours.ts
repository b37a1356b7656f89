/**
 * The four patches next to a patch that come before it: left, above left, above, above right.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Patches } from "./patches.ts";
import { gatherPatches, int32, type Place } from "./places.ts";

/** Where the neighbours lie: rows up, columns to the right. */
export const NEIGHBOURS = [[0, -1], [-1, -1], [-1, 0], [-1, 1]] as const;

/** The neighbours of all patches, zeros beyond the picture: [B, T, 4F]. */
export function neighbours(x_BTF: tf.Tensor3D, patches: Patches): tf.Tensor3D {
  const { rows, columns } = patches;
  const [B, , F] = x_BTF.shape;
  const x = tf.reshape(x_BTF, [B, rows, columns, F]) as tf.Tensor4D;
  const framed = tf.pad(x, [[0, 0], [1, 0], [1, 1], [0, 0]]);
  const found = NEIGHBOURS.map(([row, column]) =>
    tf.slice(framed, [0, 1 + row, 1 + column, 0], [B, rows, columns, F])
  );
  return tf.reshape(tf.concat(found, 3), [B, rows * columns, 4 * F]);
}

/** The neighbours of one patch: [B, 4F], as `neighbours` gives them. */
export function neighboursAt(
  x_BTF: tf.Tensor3D,
  { row, column, patch }: Place,
  { columns }: Patches,
): tf.Tensor2D {
  const offsets = (axis: 0 | 1) => tf.tensor1d(NEIGHBOURS.map((n) => n[axis]), "int32");
  const [rows_N, columns_N] = [tf.add(row, offsets(0)), tf.add(column, offsets(1))];
  const isThere_N = tf.logicalAnd(
    tf.greaterEqual(rows_N, int32(0)),
    tf.logicalAnd(tf.greaterEqual(columns_N, int32(0)), tf.less(columns_N, int32(columns))),
  );
  const back_N = tf.tensor1d(NEIGHBOURS.map(([y, x]) => y * columns + x), "int32");
  const at_N = tf.add(patch, back_N) as tf.Tensor1D;
  return tf.reshape(gatherPatches(x_BTF, at_N, isThere_N as tf.Tensor1D), [x_BTF.shape[0], -1]);
}
