/**
 * What is trained and what the layers see: weights are kept at unit variance and multiplied by He's
 * scale on their way into a layer, so that one learning rate moves every layer by the same share.
 * Karras et al. 2018 (arXiv:1710.10196), section 4.1.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../../engine/mod.ts";
import { fanOf } from "../../../nn/mod.ts";

/** Whether a leaf is a matrix, filter or table; biases and gains are not. */
export function isWeight(leaf: tf.Tensor, path: string): boolean {
  return leaf.rank >= 2 && /(^|\/)weight$/.test(path);
}

/** He's √(2/fan in); the rows of a table of labels, which no sum runs over, are 1/√width instead. */
function scaleOf(leaf: tf.Tensor, path: string): number {
  if (/(^|\/)classes\//.test(path)) return 1 / Math.sqrt(leaf.shape[leaf.rank - 1]);
  return Math.sqrt(2 / fanOf(leaf.shape).in);
}

/** Freshly initialised layers, as they are kept. */
export function atUnitScale<P extends TensorTree>(fresh: P): P {
  return mapTree(
    fresh,
    (leaf, path) => isWeight(leaf, path) ? tf.div(leaf, scaleOf(leaf, path)) : leaf,
  ) as P;
}

/** What is kept, as layers take it; the inverse of `atUnitScale`. */
export function atHeScale<P extends TensorTree>(kept: P): P {
  return mapTree(
    kept,
    (leaf, path) => isWeight(leaf, path) ? tf.mul(leaf, scaleOf(leaf, path)) : leaf,
  ) as P;
}
