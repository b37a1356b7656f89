/**
 * From pictures to codes and back, with the weights and codebooks of a trained model.
 *
 * Shapes: B batch, T codes a picture in the order of `code_order.ts`, Z numbers of their vectors.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  decodeGrids,
  encodeGrids,
  type Grid,
  type Networks,
  type NetworkSetting,
} from "./model.ts";
import { type Books, lookUp, type Quantiser } from "./quantisers/quantiser.ts";

/** A model's shapes and its way to quantise. */
export interface CodeSetting extends NetworkSetting {
  readonly quantiser: Quantiser;
  readonly grids: readonly Grid[];
}

/** Weights and, by grid, codebooks. */
export interface Coder {
  readonly networks: Networks;
  readonly books: readonly Books[];
}

/** What pictures become. */
export interface Coded {
  /** int32 [B, T] */
  readonly codes_BT: tf.Tensor2D;
  /** Their vectors by grid: [B, h, w, D]. */
  readonly q: readonly tf.Tensor4D[];
}

/** Pictures [B, H, W, C] to their codes and the vectors of these. */
export function toCodes(
  { networks, books }: Coder,
  x_BHWC: tf.Tensor4D,
  { quantiser }: CodeSetting,
): Coded {
  const found: tf.Tensor2D[] = [];
  const { q } = encodeGrids(networks, x_BHWC, (z_ND, grid) => {
    const codes_NS = quantiser.codes(books[grid], z_ND);
    found.push(tf.reshape(codes_NS, [x_BHWC.shape[0], -1]));
    return lookUp(quantiser.tables(books[grid]), codes_NS);
  });
  return { codes_BT: (found.length === 1 ? found[0] : tf.concat(found, 1)) as tf.Tensor2D, q };
}

/** Vectors by grid to pictures in [0, 1]: [B, H, W, C]. */
export function toPictures(
  { networks }: Coder,
  q: readonly tf.Tensor4D[],
  setting: CodeSetting,
): tf.Tensor4D {
  return tf.clipByValue(decodeGrids(networks, q, setting), 0, 1) as tf.Tensor4D;
}

/** Columns `sizes[i]` wide, one after the other. */
function columns<T extends tf.Tensor2D>(x: T, sizes: readonly number[]): tf.Tensor2D[] {
  if (sizes.length === 1) return [x];
  let from = 0;
  return sizes.map((size) => {
    const part = tf.slice(x as tf.Tensor2D, [0, from], [x.shape[0], size]);
    from += size;
    return part;
  });
}

/** The vectors of codes by grid: [B, h, w, D]. */
export function vectorsOf(
  books: readonly Books[],
  codes_BT: tf.Tensor2D,
  { quantiser, grids }: CodeSetting,
): tf.Tensor4D[] {
  const { stages, dimensions } = quantiser;
  const sizes = grids.map(({ height, width }) => height * width * stages);
  return columns(codes_BT, sizes).map((part, grid) => {
    const { height, width } = grids[grid];
    const codes_NS = tf.reshape(part, [-1, stages]) as tf.Tensor2D;
    const q_ND = lookUp(quantiser.tables(books[grid]), codes_NS);
    return tf.reshape(q_ND, [-1, height, width, dimensions]);
  });
}

/** Vectors by grid as one row a picture: [B, Z]. */
export function flattened(q: readonly tf.Tensor4D[]): tf.Tensor2D {
  const rows = q.map((q_BhwD) => tf.reshape(q_BhwD, [q_BhwD.shape[0], -1]) as tf.Tensor2D);
  return rows.length === 1 ? rows[0] : tf.concat(rows, 1) as tf.Tensor2D;
}

/** The inverse of `flattened`. */
export function unflattened(z_BZ: tf.Tensor2D, { quantiser, grids }: CodeSetting): tf.Tensor4D[] {
  const { dimensions } = quantiser;
  const sizes = grids.map(({ height, width }) => height * width * dimensions);
  return columns(z_BZ, sizes).map((part, grid) => {
    const { height, width } = grids[grid];
    return tf.reshape(part, [-1, height, width, dimensions]) as tf.Tensor4D;
  });
}
