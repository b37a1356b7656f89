/**
 * The ways to turn vectors into codes and back, as one table: by a codebook, by several codebooks one
 * after the other, or by rounding.
 *
 * Shapes: N vectors of D numbers, S codes a vector (stages), K codes to choose from.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../../../random/mod.ts";
import {
  type Assigned,
  type Codebook,
  initCodebook,
  nearest,
  resetDead,
  type ResetOptions,
  updateCodebook,
} from "./codebook.ts";
import type { Config } from "../config.ts";
import { bounded, codeOf, gridSize, gridVectors, rounded, scaled } from "./finite_scalar.ts";
import { commitment, fadedThrough, stopped } from "../objective.ts";

/** The codebooks of one grid, one a stage; none where codes are a fixed grid. */
export type Books = readonly Codebook[];

/** What a training step passes on. */
export interface Passed {
  /** What the decoder gets, with a gradient that reaches the encoder. */
  readonly q_ND: tf.Tensor2D;
  /** Scalar, 0 where there is nothing to commit to. */
  readonly commitment: tf.Scalar;
}

/** See the module. */
export interface Quantiser {
  /** K */
  readonly size: number;
  /** S */
  readonly stages: number;
  /** D */
  readonly dimensions: number;
  /** Fresh codebooks. */
  init(key: Key): Books;
  /** `share`: how much of the quantised vectors the decoder gets, in [0, 1]; see `fadedThrough`. */
  pass(books: Books, z_ND: tf.Tensor2D, share: tf.Scalar): Passed;
  /** int32 [N, S] */
  codes(books: Books, z_ND: tf.Tensor2D): tf.Tensor2D;
  /** What each stage chooses from, [K, D] each. */
  tables(books: Books): readonly tf.Tensor2D[];
  /** The codebooks after a batch. */
  follow(
    books: Books,
    z_ND: tf.Tensor2D,
    options: ResetOptions & { decay: number | tf.Scalar; key: Key },
  ): Books;
}

/** Sum over stages of the vectors of codes [N, S]: [N, D]. */
export function lookUp(tables: readonly tf.Tensor2D[], codes_NS: tf.Tensor2D): tf.Tensor2D {
  const parts = tables.map((table_KD, s) => {
    const index_N = tables.length === 1
      ? tf.reshape(codes_NS, [-1])
      : tf.reshape(tf.slice(codes_NS, [0, s], [codes_NS.shape[0], 1]), [-1]);
    return tf.gather(table_KD, index_N as tf.Tensor1D);
  });
  return parts.length === 1 ? parts[0] : tf.addN(parts);
}

/**
 * What each stage sees and chooses: the first the vectors, each later one what the ones before it
 * left over. Zeghidour et al. 2021 (arXiv:2107.03312), algorithm 1.
 */
export function assignStages(books: Books, z_ND: tf.Tensor2D): Assigned[] {
  let left_ND = z_ND;
  return books.map(({ vectors_KD }) => {
    const assigned = { z_ND: left_ND, index_N: nearest(vectors_KD, left_ND) };
    left_ND = tf.sub(left_ND, tf.gather(vectors_KD, assigned.index_N));
    return assigned;
  });
}

/** One codebook, or `stages` of them on what is left over. */
function learnt({ codes: size, dimensions }: Config, stages: number): Quantiser {
  const tables = (books: Books) => books.map(({ vectors_KD }) => vectors_KD);
  const codes = (books: Books, z_ND: tf.Tensor2D) =>
    tf.stack(assignStages(books, z_ND).map(({ index_N }) => index_N), 1) as tf.Tensor2D;
  return {
    size,
    stages,
    dimensions,
    init: (key) =>
      Array.from(
        { length: stages },
        (_, s) => initCodebook(fold(key, `stage ${s}`), { size, dimensions }),
      ),
    codes,
    tables,
    pass(books, z_ND, share) {
      const chosen_ND = stopped((z) => lookUp(tables(books), codes(books, z)), z_ND) as tf.Tensor2D;
      return {
        q_ND: fadedThrough(z_ND, chosen_ND, share),
        commitment: commitment(z_ND, chosen_ND),
      };
    },
    follow: (books, z_ND, { decay, key, ...reset }) =>
      assignStages(books, z_ND).map((assigned, s) =>
        resetDead(updateCodebook(books[s], assigned, decay), {
          z_ND: assigned.z_ND,
          key: fold(key, `stage ${s}`),
        }, reset)
      ),
  };
}

/** Rounding: Mentzer et al. 2023. */
function finite({ bins }: Config): Quantiser {
  const level = (z_ND: tf.Tensor2D) => rounded(bounded(z_ND, bins));
  return {
    size: gridSize(bins),
    stages: 1,
    dimensions: bins.length,
    init: () => [],
    pass(_, z_ND, share) {
      const bounded_ND = bounded(z_ND, bins);
      const level_ND = stopped(rounded, bounded_ND) as tf.Tensor2D;
      return {
        q_ND: scaled(fadedThrough(bounded_ND, level_ND, share), bins),
        commitment: tf.scalar(0),
      };
    },
    codes: (_, z_ND) => tf.reshape(codeOf(level(z_ND), bins), [-1, 1]),
    tables: () => [gridVectors(bins)],
    follow: (books) => books,
  };
}

/** By the setting `quantiser`. */
export const quantisers: Readonly<Record<Config["quantiser"], (config: Config) => Quantiser>> = {
  vector: (config) => learnt(config, 1),
  residual: (config) => learnt(config, config.stages),
  finite,
};
