/**
 * Spectral normalisation: every weight divided by its largest singular value, which one power
 * iteration a step keeps track of. Miyato et al. 2018 (arXiv:1802.05957), algorithm 1.
 *
 * A weight [..., in, out] is taken as the matrix W [fan in, out]; u is a unit vector [out, 1], v one
 * of [fan in, 1]. Directions of a tree are listed in the canonical order of its weights.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key, normal } from "../../../random/mod.ts";
import { leaves, mapTree, type TensorTree } from "../../../engine/mod.ts";
import { isWeight } from "./equalised_rate.ts";

/** Right singular directions, one a weight. */
export type Directions = readonly tf.Tensor2D[];

/** Left and right singular directions of a weight. */
export interface Pair {
  readonly u: tf.Tensor2D;
  readonly v: tf.Tensor2D;
}

/** Below this a length or a singular value counts as zero: nothing is divided by less. */
const SMALLEST = 1e-8;

function matrix(weight: tf.Tensor): tf.Tensor2D {
  return tf.reshape(weight, [-1, weight.shape[weight.rank - 1]]);
}

function unit(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.maximum(tf.sqrt(tf.sum(tf.square(x))), SMALLEST));
}

function weightsOf(tree: TensorTree): tf.Tensor[] {
  return leaves(tree).filter(([path, leaf]) => isWeight(leaf, path)).map(([, leaf]) => leaf);
}

/** Random directions to start from. */
export function initDirections(key: Key, params: TensorTree): Directions {
  return weightsOf(params).map((weight, i) => {
    const out = weight.shape[weight.rank - 1];
    return unit(normal(fold(key, i), [out, 1]) as tf.Tensor2D);
  });
}

/** One power iteration: v = Wu/‖Wu‖, u ← Wᵀv/‖Wᵀv‖. No gradient is meant to flow through it. */
export function iterate(params: TensorTree, directions: Directions): Pair[] {
  return weightsOf(params).map((weight, i) => {
    const W = matrix(weight);
    const v = unit(tf.matMul(W, directions[i]));
    return { v, u: unit(tf.matMul(W, v, true, false)) };
  });
}

/** The largest singular value as vᵀWu; its gradient is vuᵀ. */
export function singularValue(weight: tf.Tensor, { u, v }: Pair): tf.Scalar {
  return tf.sum(tf.mul(v, tf.matMul(matrix(weight), u))) as tf.Scalar;
}

/** The tree with every weight W/σ(W); a zero weight stays zero. */
export function spectrallyNormal<P extends TensorTree>(params: P, pairs: readonly Pair[]): P {
  let next = 0;
  return mapTree(params, (leaf, path) => {
    if (!isWeight(leaf, path)) return leaf;
    return tf.div(leaf, tf.maximum(singularValue(leaf, pairs[next++]), SMALLEST));
  }) as P;
}
