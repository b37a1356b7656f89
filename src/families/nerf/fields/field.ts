/**
 * What a network says of points of the box.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";

/** At N points. */
export interface Field {
  /** σ ≥ 0, a half side of the box. [N] */
  readonly density_N: tf.Tensor1D;
  /** Red, green, blue, 0 to 1. [N, 3] */
  readonly colour_N3: tf.Tensor2D;
}
