/**
 * Exponential moving averages of parameters.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { leaves, mapTree, type TensorTree } from "../../engine/mod.ts";

/** The average before any step: a copy of the parameters. */
export function emaInit<P extends TensorTree>(params: P): P {
  return mapTree(params, (t) => tf.clone(t)) as P;
}

/**
 * decay·average + (1 − decay)·params. Decay 0 gives the live weights, bit for bit.
 * @param decay a number, or a scalar tensor where it changes with the step
 */
export function emaUpdate<P extends TensorTree>(
  average: P,
  params: P,
  decay: number | tf.Scalar,
): P {
  return tf.tidy(() => {
    const live = new Map(leaves(params));
    const rest = tf.sub(1, decay);
    return mapTree(average, (a, path) => {
      const p = live.get(path);
      if (p === undefined) throw new Error(`emaUpdate: parameters have no ${path}`);
      return tf.add(tf.mul(a, decay), tf.mul(p, rest));
    }) as unknown as tf.TensorContainer;
  }) as unknown as P;
}
