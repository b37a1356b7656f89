/**
 * Finite scalar quantisation: each of a few numbers is bounded and rounded to one of L levels, so
 * that the codebook is a grid and nothing of it is learnt. Mentzer et al. 2023 (arXiv:2309.15505).
 *
 * Shapes: N vectors of D numbers, with L₁ … L_D levels; K = ∏ L.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { tanh } from "../../../nn/mod.ts";
import { log } from "../../../numeric/mod.ts";

/** How far short of the outermost level's edge a bounded number stays, as a share. */
const MARGIN = 1e-3;

/** K = ∏ L. */
export function gridSize(levels: readonly number[]): number {
  return levels.reduce((product, level) => product * level, 1);
}

function row(values: readonly number[]): tf.Tensor2D {
  return tf.tensor2d(Float32Array.from(values), [1, values.length]);
}

/** 0 for an odd number of levels, which has a middle one; ½ for an even one. */
function offsets(levels: readonly number[]): number[] {
  return levels.map((L) => L % 2 === 0 ? 0.5 : 0);
}

/**
 * z squeezed between the outermost levels, 0 staying at 0: h·tanh(z + s) − o with h ≈ (L − 1)/2, o
 * the offset and tanh s = o/h. [N, D], in steps of one level.
 */
export function bounded(z_ND: tf.Tensor2D, levels: readonly number[]): tf.Tensor2D {
  const half = levels.map((L) => (L - 1) / 2 * (1 - MARGIN));
  const offset = offsets(levels);
  // artanh(o/h)
  const shift = half.map((h, i) => 0.5 * log((1 + offset[i] / h) / (1 - offset[i] / h)));
  const squeezed = tf.mul(tanh(tf.add(z_ND, row(shift))), row(half));
  return tf.sub(squeezed, row(offset)) as tf.Tensor2D;
}

/** Nearest whole level of bounded numbers, −⌊L/2⌋ … ⌈L/2⌉ − 1: [N, D]. */
export function rounded(bounded_ND: tf.Tensor2D): tf.Tensor2D {
  return tf.floor(tf.add(bounded_ND, 0.5)) as tf.Tensor2D;
}

/** Whole levels in [−1, 1], as the decoder gets them: divided by ⌊L/2⌋. */
export function scaled(level_ND: tf.Tensor2D, levels: readonly number[]): tf.Tensor2D {
  return tf.div(level_ND, row(levels.map((L) => Math.floor(L / 2)))) as tf.Tensor2D;
}

/** What one step in each place adds to the number of a code: 1, L₁, L₁L₂, … */
function strides(levels: readonly number[]): number[] {
  let stride = 1;
  return levels.map((L) => {
    const own = stride;
    stride *= L;
    return own;
  });
}

/** The number of the code that whole levels stand for: Σ (level + ⌊L/2⌋)·stride. int32 [N] */
export function codeOf(level_ND: tf.Tensor2D, levels: readonly number[]): tf.Tensor1D {
  const digit_ND = tf.add(level_ND, row(levels.map((L) => Math.floor(L / 2))));
  return tf.cast(tf.sum(tf.mul(digit_ND, row(strides(levels))), 1), "int32") as tf.Tensor1D;
}

/** The vectors of all codes in the order of their numbers, scaled: [K, D]. */
export function gridVectors(levels: readonly number[]): tf.Tensor2D {
  const size = gridSize(levels);
  const stride = strides(levels);
  const values = new Float32Array(size * levels.length);
  for (let code = 0; code < size; code++) {
    levels.forEach((L, d) => {
      const digit = Math.floor(code / stride[d]) % L;
      const middle = Math.floor(L / 2);
      values[code * levels.length + d] = (digit - middle) / middle;
    });
  }
  return tf.tensor2d(values, [size, levels.length]);
}
