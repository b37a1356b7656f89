/**
 * Muon: momentum whose matrices are replaced by the nearest orthogonal ones. Jordan et al. 2024;
 * scaled to Adam's size of step as in Liu et al. 2025 (arXiv:2502.16982), so that both take one
 * learning rate.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { leaves, mapTree, type TensorTree } from "../../engine/mod.ts";
import {
  type Adam,
  adam,
  type AdamOptions,
  type AdamUpdate,
  clipByGlobalNorm,
} from "./optimiser.ts";
import { fanOf } from "../init.ts";

/** Settings of Muon; those of Adam are for the leaves that it leaves alone. */
export interface MuonOptions extends AdamOptions {
  /** Decay of the momentum. Default 0.95. */
  readonly momentum?: number;
  /** Which leaves are matrices to it. Default: those of rank 2 and more. */
  readonly matrices?: (path: string, leaf: tf.Tensor) => boolean;
  /**
   * Linear maps that lie side by side in the outputs of a kernel: each is a matrix of its own, as one
   * that learns much would take the others' share of a step. Default: 1.
   */
  readonly maps?: (path: string) => number;
}

/** Coefficients of the quintic whose iteration drives singular values into (0.7, 1.2). Jordan 2024. */
const QUINTIC = [3.4445, -4.775, 2.0315] as const;
const ROUNDS = 5;
/** Columns a row from which the rounds are cheaper on A: 20r + 10 > 12r + 22. */
const LONG = 1.5;
/** Root mean square of Adam's steps in units of the learning rate. Liu et al. 2025, 2.2. */
const ADAM_RMS = 0.2;

/**
 * Nearly U Vᵀ of g = U S Vᵀ: Newton–Schulz iteration X ← QX, Q = aI + bA + cA², A = XXᵀ, from g over
 * its norm. [rows, columns]
 *
 * Every Q is a polynomial of the first A and commutes with it, so the rounds can be done on the
 * shorter side: A ← Q²A, and X multiplied by a product of Qs. With m rows and n ≥ m columns that is
 * 22m³ + 12m²n operations, against 10m³ + 20m²n when each round multiplies X.
 */
export function orthogonalised(g: tf.Tensor2D): tf.Tensor2D {
  const [rows, columns] = g.shape;
  const tall = rows > columns;
  const start = tall ? tf.transpose(g) : g;
  const norm = tf.sqrt(tf.sum(tf.square(start)));
  const x = tf.div(start, tf.add(norm, 1e-7)) as tf.Tensor2D;
  const found = Math.max(rows, columns) > LONG * Math.min(rows, columns) ? byGram(x) : byRounds(x);
  return tall ? tf.transpose(found) : found;
}

/** XXᵀ. */
function gramOf(x: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(x, x, false, true);
}

/** bA + cA². */
function inner(gram: tf.Tensor2D): tf.Tensor2D {
  const [, b, c] = QUINTIC;
  return tf.add(tf.mul(gram, b), tf.mul(tf.matMul(gram, gram), c));
}

/** The iteration as it is written, each round on the whole of X. */
function byRounds(x: tf.Tensor2D): tf.Tensor2D {
  for (let round = 0; round < ROUNDS; round++) {
    x = tf.add(tf.mul(x, QUINTIC[0]), tf.matMul(inner(gramOf(x)), x));
  }
  return x;
}

/**
 * The same, two rounds at a time on A and on the product of their polynomials. A's smallest
 * eigenvalues are rounding, some of it negative, and each Q² makes those 12 times larger: five rounds
 * from one A diverge in bfloat16. Dao AI Lab 2026, "Gram Newton–Schulz", starts again from X
 * for this reason.
 */
function byGram(x: tf.Tensor2D): tf.Tensor2D {
  const identity = tf.mul(tf.eye(x.shape[0]), QUINTIC[0]);
  const factor = (gram: tf.Tensor2D): tf.Tensor2D => tf.add(identity, inner(gram));
  for (let left = ROUNDS; left > 0; left -= 2) {
    const gram = gramOf(x), first = factor(gram);
    x = tf.matMul(
      left === 1 ? first : tf.matMul(factor(tf.matMul(first, tf.matMul(first, gram))), first),
      x,
    );
  }
  return x;
}

/** A kernel [..., in, out] as the matrix [window·in, out]. */
function asMatrix(leaf: tf.Tensor): tf.Tensor2D {
  return tf.reshape(leaf, [fanOf(leaf.shape).in, leaf.shape[leaf.rank - 1]]);
}

/**
 * m ← μm + g, u = g + μm (Nesterov), p ← (1 − ηλ)p − η·0.2·√max(rows, columns)·orthogonalised(u) on
 * matrices, λ the weight decay; Adam on what is left. Its slots are Adam's; a matrix has no second moment.
 */
export function muon(options: MuonOptions = {}): Adam {
  const {
    momentum = 0.95,
    matrices = (_path, leaf) => leaf.rank >= 2,
    maps = () => 1,
    clipNorm,
    ...rest
  } = options;
  const others = adam(rest);
  const { weightDecay = 0, decays = () => true } = rest;
  return {
    init: <P extends TensorTree>(params: P) => {
      const slots = others.init(params);
      return {
        ...slots,
        second: mapTree(
          slots.second,
          (leaf, path) => matrices(path, leaf) ? tf.scalar(0) : leaf,
        ) as P,
      };
    },
    update: <P extends TensorTree>({ grads, slots, params, learningRate }: AdamUpdate<P>) => {
      const clipped = clipNorm === undefined ? grads : clipByGlobalNorm(grads, clipNorm);
      const gradients = new Map(leaves(clipped));
      const firsts = new Map(leaves(slots.first));
      // Adam sees the other leaves alone, by their paths.
      const apart = (tree: TensorTree): TensorTree =>
        Object.fromEntries(
          leaves(tree).filter(([path]) => !matrices(path, gradients.get(path)!)),
        );
      const done = others.update({
        grads: apart(clipped),
        slots: { ...slots, first: apart(slots.first), second: apart(slots.second) },
        params: apart(params),
        learningRate,
      });
      const moved = new Map(leaves(done.params));
      const moments = new Map(leaves(done.slots.first));
      const squares = new Map(leaves(done.slots.second));
      const next = mapTree(params, (p, path) => {
        if (!matrices(path, p)) return moved.get(path)!;
        const g = gradients.get(path)!;
        const m = tf.add(tf.mul(firsts.get(path)!, momentum), g);
        moments.set(path, m);
        const whole = asMatrix(tf.add(g, tf.mul(m, momentum)));
        const each = tf.split(whole, maps(path), 1) as tf.Tensor2D[];
        const size = ADAM_RMS * Math.sqrt(Math.max(...each[0].shape));
        const step = tf.reshape(tf.concat(each.map(orthogonalised), 1), p.shape);
        const kept = weightDecay !== 0 && decays(path, p)
          ? tf.mul(p, tf.sub(1, tf.mul(learningRate, weightDecay)))
          : p;
        return tf.sub(kept, tf.mul(step, tf.mul(learningRate, size)));
      }) as P;
      const first = mapTree(slots.first, (_, path) => moments.get(path)!) as P;
      const second = mapTree(slots.second, (old, path) => squares.get(path) ?? old) as P;
      return { params: next, slots: { ...done.slots, first, second } };
    },
  };
}
