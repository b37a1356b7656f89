/**
 * The objective of plain and denoising autoencoders: how far the picture that comes out is from the
 * clean one, on average over pixel values. No likelihood, so no nats.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Names of the errors. */
export type ErrorName = "squared" | "absolute";

/** Mean error a pixel value: scalar. */
type PixelError = (x: tf.Tensor, output: tf.Tensor) => tf.Scalar;

/** Hinton & Salakhutdinov 2006 use the squared error; the absolute one blurs edges less. */
export const errors: Readonly<Record<ErrorName, PixelError>> = {
  squared: (x, output) => tf.mean(tf.squaredDifference(x, output)) as tf.Scalar,
  absolute: (x, output) => tf.mean(tf.abs(tf.sub(x, output))) as tf.Scalar,
};
