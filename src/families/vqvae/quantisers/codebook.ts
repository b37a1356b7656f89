/**
 * A codebook of K vectors: which is nearest, and how the vectors follow what is assigned to them by
 * moving averages instead of gradients. Van den Oord et al. 2017 (arXiv:1711.00937), appendix A.1;
 * codes that nothing uses start again from the batch (Dhariwal et al. 2020, arXiv:2005.00341, B.1).
 *
 * Shapes: N vectors, K codes, D numbers a vector.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { emaUpdate } from "../../../nn/mod.ts";
import { fold, type Key, normal, uniform } from "../../../random/mod.ts";

/** Code vectors with the averages that they are the quotient of. */
export type Codebook = {
  readonly vectors_KD: tf.Tensor2D;
  /** Vectors of a batch assigned to each code, averaged over steps. */
  readonly counts_K: tf.Tensor1D;
  /** Their sum, averaged likewise. */
  readonly sums_KD: tf.Tensor2D;
};

/** Vectors with the codes they are assigned to. */
export interface Assigned {
  readonly z_ND: tf.Tensor2D;
  /** int32 in [0, K) */
  readonly index_N: tf.Tensor1D;
}

/** A count below this is no use at all: the vector stays where it was. */
const NO_USE = 1e-6;
/** What a code that starts again is counted as, as a share of the mean use: it soon follows its own. */
const FRESH_USE = 0.25;

/** Fresh codes: standard normals that nothing uses, so that the first batch replaces them. */
export function initCodebook(
  key: Key,
  { size, dimensions }: { size: number; dimensions: number },
): Codebook {
  return {
    vectors_KD: normal(fold(key, "vectors"), [size, dimensions]) as tf.Tensor2D,
    counts_K: tf.zeros([size]),
    sums_KD: tf.zeros([size, dimensions]),
  };
}

/**
 * The code nearest to each vector, int32 [N]; the first on a tie. ‖z − e‖² is least where
 * z·e − ‖e‖²/2 is most.
 */
export function nearest(vectors_KD: tf.Tensor2D, z_ND: tf.Tensor2D): tf.Tensor1D {
  const half_K = tf.mul(tf.sum(tf.square(vectors_KD), 1), 0.5);
  return tf.argMax(tf.sub(tf.matMul(z_ND, vectors_KD, false, true), half_K), 1);
}

/** Ones where vector n has code k: float32 [N, K]. */
function rowsOf(index_N: tf.Tensor1D, size: number): tf.Tensor2D {
  // Cast: tfjs-wasm's float32 oneHot holds an integer's bits.
  return tf.cast(tf.oneHot(index_N, size), "float32") as tf.Tensor2D;
}

/** How many vectors each code has: float32 [K]. Whole numbers, so that no order of adding changes them. */
export function countCodes(index_N: tf.Tensor1D, size: number): tf.Tensor1D {
  return tf.unsortedSegmentSum(tf.ones(index_N.shape), index_N, size) as tf.Tensor1D;
}

/**
 * One step of the moving averages: N ← γN + (1−γ)n, m ← γm + (1−γ)Σz, e ← m/N, with n and Σz those
 * of the vectors assigned to the code. At γ = 0 a used code is the mean of its vectors. Codes without
 * any use stay where they are. Van den Oord et al. 2017, eq. 8 and what follows it.
 */
export function updateCodebook(
  { vectors_KD, counts_K, sums_KD }: Codebook,
  { z_ND, index_N }: Assigned,
  decay: number | tf.Scalar,
): Codebook {
  const [size] = vectors_KD.shape;
  const counts = emaUpdate(counts_K, countCodes(index_N, size), decay);
  // A product with ones and zeros, whose bits don't hang on an order, as those of a scatter may.
  const added_KD = tf.matMul(rowsOf(index_N, size), z_ND, true) as tf.Tensor2D;
  const sums = emaUpdate(sums_KD, added_KD, decay);
  const counts_K1 = tf.reshape(counts, [size, 1]);
  const means_KD = tf.div(sums, tf.maximum(counts_K1, NO_USE));
  return {
    counts_K: counts,
    sums_KD: sums,
    vectors_KD: tf.where(tf.greater(counts_K1, NO_USE), means_KD, vectors_KD) as tf.Tensor2D,
  };
}

/** When a code starts again. */
export interface ResetOptions {
  /** Codes used less than this share of the mean use (N/K vectors a batch) are dead; 0: none is. */
  readonly below: number;
  /** bool scalar: whether all start again, as from the first batch. */
  readonly all: tf.Scalar;
}

/**
 * Dead codes replaced by vectors of the batch drawn at random; the others stay as they are, bit for
 * bit.
 */
export function resetDead(
  book: Codebook,
  { z_ND, key }: { z_ND: tf.Tensor2D; key: Key },
  { below, all }: ResetOptions,
): Codebook {
  const [size] = book.vectors_KD.shape;
  const [count] = z_ND.shape;
  const meanUse = count / size;
  // Uniforms below 1 in float32 may round up to `count` once multiplied.
  const drawn_K = tf.minimum(tf.floor(tf.mul(uniform(key, [size]), count)), count - 1);
  const fresh_KD = tf.gather(z_ND, tf.cast(drawn_K, "int32") as tf.Tensor1D);
  const dead_K = tf.logicalOr(tf.less(book.counts_K, below * meanUse), all);
  const dead_K1 = tf.reshape(dead_K, [size, 1]);
  const use = FRESH_USE * meanUse;
  return {
    vectors_KD: tf.where(dead_K1, fresh_KD, book.vectors_KD) as tf.Tensor2D,
    counts_K: tf.where(dead_K, tf.fill([size], use), book.counts_K) as tf.Tensor1D,
    sums_KD: tf.where(dead_K1, tf.mul(fresh_KD, use), book.sums_KD) as tf.Tensor2D,
  };
}
