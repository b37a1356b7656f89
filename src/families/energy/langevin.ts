/**
 * Langevin dynamics: the chains that contrastive training moves and samples are drawn by.
 *
 * Shapes: B or N vectors, D numbers each.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Key, uniform } from "../../random/mod.ts";

/**
 * One step of Langevin dynamics at a temperature: v + (a/2)s + √(aτ)ε. With a small it leaves
 * exp(−E/τ) as it is; a normal of variance V, τ = 1, becomes V/(1 − a/4V) in the long run. Welling &
 * Teh 2011, eq. 3.
 */
export function langevinStep(
  v_BD: tf.Tensor2D,
  score_BD: tf.Tensor2D,
  { step, temperature, noise_BD }: {
    step: tf.Scalar | number;
    temperature: tf.Scalar | number;
    noise_BD: tf.Tensor;
  },
): tf.Tensor2D {
  const drift = tf.mul(score_BD, tf.div(step, 2));
  const kick = tf.mul(noise_BD, tf.sqrt(tf.mul(step, temperature)));
  return tf.add(v_BD, tf.add(drift, kick));
}

/** Chains begin even in a cube a little larger than the data's. */
const CUBE = 1.2;

/** Where chains begin: [N, D], even in the cube. */
export function freshChains(
  key: Key,
  shape: readonly [number, number],
  rows_B?: tf.Tensor1D,
): tf.Tensor2D {
  return tf.sub(tf.mul(uniform(key, shape, { rows_B }), 2 * CUBE), CUBE) as tf.Tensor2D;
}
