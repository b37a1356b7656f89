/**
 * A grid of vectors as a sum of ever finer grids, each quantised on what the coarser ones left over:
 * the multi-scale residual quantisation of Tian et al. 2024, VAR (arXiv:2404.02905), algorithm 1,
 * with means for going down and nearest neighbours for going up.
 *
 * Shapes: B batch, S scales, T_s = h_s·w_s places of scale s, T all of them, M places of the finest
 * grid, D length of a vector, K codes of a scale.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { nearest } from "../../vqvae/quantisers/codebook.ts";

/** A scale's sides. */
export interface Scale {
  readonly height: number;
  readonly width: number;
}

/** `count` scales up to the finest, coarse first, each with sides half the next one's, rounded up. */
export function scalesOf({ height, width }: Scale, count: number): Scale[] {
  return Array.from({ length: count }, (_, s) => {
    const share = 1 << (count - 1 - s);
    return { height: Math.ceil(height / share), width: Math.ceil(width / share) };
  });
}

/** Places of a scale. */
export function placesOf({ height, width }: Scale): number {
  return height * width;
}

/** The first place of a scale among those of all, and the number of those before the next scale. */
export function spanOf(scales: readonly Scale[], s: number): { from: number; to: number } {
  const before = (n: number) => scales.slice(0, n).reduce((sum, scale) => sum + placesOf(scale), 0);
  return { from: before(s), to: before(s + 1) };
}

/** Which of `to` cells each of `from` places of a side falls into. */
function cellOf(place: number, from: number, to: number): number {
  return Math.floor(place * to / from);
}

/** Shares of the finest grid's places in a scale's: [T_s, M], of mean value or, transposed, of one. */
function cells(scale: Scale, finest: Scale, value: (places: number) => number): tf.Tensor2D {
  const [from, to] = [placesOf(finest), placesOf(scale)];
  const shares = new Float32Array(to * from);
  const counts = new Int32Array(to);
  const cell = (m: number) => {
    const y = cellOf(Math.floor(m / finest.width), finest.height, scale.height);
    return y * scale.width + cellOf(m % finest.width, finest.width, scale.width);
  };
  for (let m = 0; m < from; m++) counts[cell(m)]++;
  for (let m = 0; m < from; m++) shares[cell(m) * from + m] = value(counts[cell(m)]);
  return tf.tensor2d(shares, [to, from]);
}

/** A map of places: [B, from, D] → [B, to, D] by a matrix [to, from]. */
function across(matrix: tf.Tensor2D, x_BPD: tf.Tensor3D): tf.Tensor3D {
  const [B, from, D] = x_BPD.shape;
  const columns = tf.reshape(tf.transpose(x_BPD, [1, 0, 2]), [from, B * D]) as tf.Tensor2D;
  const to = matrix.shape[0];
  return tf.transpose(tf.reshape(tf.matMul(matrix, columns), [to, B, D]), [1, 0, 2]);
}

/** Means of the finest grid's places in each of a scale's: [B, M, D] → [B, T_s, D]. */
export function down(x_BMD: tf.Tensor3D, scale: Scale, finest: Scale): tf.Tensor3D {
  return across(cells(scale, finest, (places) => 1 / places), x_BMD);
}

/** Each of the finest grid's places gets its cell's vector: [B, T_s, D] → [B, M, D]. */
export function up(x_BPD: tf.Tensor3D, scale: Scale, finest: Scale): tf.Tensor3D {
  return across(tf.transpose(cells(scale, finest, () => 1)), x_BPD);
}

/** What quantising a grid gives. */
export interface Decomposed {
  /** What each scale saw, [B·T_s, D], and chose, int32 [B·T_s]. */
  readonly assigned: readonly { readonly z_ND: tf.Tensor2D; readonly index_N: tf.Tensor1D }[];
  /** Sum of the scales' vectors at the finest grid: [B, M, D]. */
  readonly sum_BMD: tf.Tensor3D;
}

/** What a scale adds to the sum: its codes' vectors, brought up. [B, M, D] */
export function addition(
  index_N: tf.Tensor1D,
  table_KD: tf.Tensor2D,
  { scale, finest }: { scale: Scale; finest: Scale },
): tf.Tensor3D {
  const vectors = tf.reshape(tf.gather(table_KD, index_N), [
    -1,
    placesOf(scale),
    table_KD.shape[1],
  ]) as tf.Tensor3D;
  return up(vectors, scale, finest);
}

/** Quantises scale after scale what is left over of [B, M, D]; a table [K, D] a scale. */
export function decompose(
  z_BMD: tf.Tensor3D,
  tables: readonly tf.Tensor2D[],
  scales: readonly Scale[],
): Decomposed {
  const finest = scales[scales.length - 1];
  const D = z_BMD.shape[2];
  let sum_BMD = tf.zerosLike(z_BMD);
  const assigned = scales.map((scale, s) => {
    const left_BMD = tf.sub(z_BMD, sum_BMD) as tf.Tensor3D;
    const z_ND = tf.reshape(down(left_BMD, scale, finest), [-1, D]) as tf.Tensor2D;
    const index_N = nearest(tables[s], z_ND);
    sum_BMD = tf.add(sum_BMD, addition(index_N, tables[s], { scale, finest }));
    return { z_ND, index_N };
  });
  return { assigned, sum_BMD };
}

/** Codes of all scales as one row a picture: int32 [B, T]. */
export function codesOf({ assigned }: Decomposed, batch: number): tf.Tensor2D {
  return tf.concat(
    assigned.map(({ index_N }) => tf.reshape(index_N, [batch, -1])),
    1,
  ) as tf.Tensor2D;
}

/**
 * Sums of the scales up to each, from their codes: S tensors [B, M, D], the last one the whole.
 * @param codes_BT of the first scales, in order; the sums end where they do
 */
export function sumsOf(
  codes_BT: tf.Tensor2D,
  tables: readonly tf.Tensor2D[],
  scales: readonly Scale[],
): tf.Tensor3D[] {
  const finest = scales[scales.length - 1];
  const [B, T] = codes_BT.shape;
  const sums: tf.Tensor3D[] = [];
  scales.forEach((scale, s) => {
    const { from, to } = spanOf(scales, s);
    if (to > T) return;
    const index_N = tf.reshape(tf.slice(codes_BT, [0, from], [B, to - from]), [-1]) as tf.Tensor1D;
    const added = addition(index_N, tables[s], { scale, finest });
    sums.push(s === 0 ? added : tf.add(sums[s - 1], added));
  });
  return sums;
}
