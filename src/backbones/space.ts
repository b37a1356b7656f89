/**
 * Rearrangements between space and channels: exact, without arithmetic, and with gradients (tfjs's
 * own DepthToSpace has none).
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * 2×2 squares into channels: [B, H, W, C] → [B, ⌈H/2⌉, ⌈W/2⌉, 4C], channels ordered (row, column, C).
 * Odd sizes are first padded with zeros below and to the right.
 */
export function spaceToDepth(x_BHWC: tf.Tensor4D): tf.Tensor4D {
  const [B, H, W, C] = x_BHWC.shape;
  const [h, w] = [Math.ceil(H / 2), Math.ceil(W / 2)];
  const even = H % 2 === 0 && W % 2 === 0
    ? x_BHWC
    : tf.pad(x_BHWC, [[0, 0], [0, 2 * h - H], [0, 2 * w - W], [0, 0]]);
  const rows = tf.reshape(even, [B * h, 2, w, 2 * C]);
  return tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), [B, h, w, 4 * C]);
}

/** The inverse of `spaceToDepth`: [B, h, w, 4C] → [B, 2h, 2w, C]. */
export function depthToSpace(x_BhwD: tf.Tensor4D): tf.Tensor4D {
  const [B, h, w, D] = x_BhwD.shape;
  const cells = tf.reshape(x_BhwD, [B * h, w, 2, D / 2]);
  return tf.reshape(tf.transpose(cells, [0, 2, 1, 3]), [B, 2 * h, 2 * w, D / 4]);
}

/**
 * Squares of p×p pixels as rows of numbers: [B, H, W, C] → [B, ⌈H/p⌉·⌈W/p⌉, p·p·C], each ordered (row,
 * column, C). Sides that p doesn't divide are first padded with zeros below and to the right.
 */
export function toPatches(x_BHWC: tf.Tensor4D, p: number): tf.Tensor3D {
  const [B, H, W, C] = x_BHWC.shape;
  const [rows, columns] = [Math.ceil(H / p), Math.ceil(W / p)];
  const whole = H % p === 0 && W % p === 0
    ? x_BHWC
    : tf.pad(x_BHWC, [[0, 0], [0, rows * p - H], [0, columns * p - W], [0, 0]]);
  const lines = tf.reshape(whole, [B * rows, p, columns, p * C]);
  return tf.reshape(tf.transpose(lines, [0, 2, 1, 3]), [B, rows * columns, p * p * C]);
}

/** The inverse of `toPatches`, the padding left on: [B, T, p·p·C] → [B, rows·p, T/rows·p, C]. */
export function fromPatches(
  x_BTP: tf.Tensor3D,
  { rows, patch: p, channels }: { rows: number; patch: number; channels: number },
): tf.Tensor4D {
  const [B, T] = x_BTP.shape;
  const columns = T / rows;
  const cells = tf.reshape(x_BTP, [B * rows, columns, p, p * channels]);
  return tf.reshape(tf.transpose(cells, [0, 2, 1, 3]), [B, rows * p, columns * p, channels]);
}

/** The top left [height, width] of pictures; what padding to even sizes added goes away again. */
export function crop(
  x_BHWC: tf.Tensor4D,
  { height, width }: { height: number; width: number },
): tf.Tensor4D {
  const [B, H, W, C] = x_BHWC.shape;
  if (H === height && W === width) return x_BHWC;
  return tf.slice(x_BHWC, [0, 0, 0, 0], [B, height, width, C]);
}
