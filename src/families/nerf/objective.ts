/**
 * The objective: how far the colours of rays are from those of the pictures.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Rendered } from "./forms/form.ts";

/** Mean square of differences of colours [R, 3]. Scalar. */
export function squaredError(colour_R3: tf.Tensor2D, wanted_R3: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.squaredDifference(colour_R3, wanted_R3)) as tf.Scalar;
}

/**
 * The mean squared error of what is rendered, and of what coarse networks render beside it: Mildenhall
 * et al. 2020, eq. 6, a mean in place of a sum. A proposal network's own loss is added (Barron et al. 2022,
 * arXiv:2111.12077, eq. 13): the two share no parameter.
 */
export function rayLoss(
  { colour_R3, beside, proposed }: Pick<Rendered, "colour_R3" | "beside" | "proposed">,
  wanted_R3: tf.Tensor2D,
): { readonly loss: tf.Scalar; readonly error: tf.Scalar } {
  const error = squaredError(colour_R3, wanted_R3);
  const others = beside.map((colour) => squaredError(colour, wanted_R3));
  if (proposed !== undefined) others.push(proposed);
  return { loss: others.reduce((sum, other) => tf.add(sum, other), error), error };
}
