/**
 * Laws of the times, or noise levels, that denoisers are trained at.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Key, normal, uniform } from "../../../random/mod.ts";

/** Draws a time a picture. */
export type TimeLaw = (key: Key, rows_B: tf.Tensor1D) => tf.Tensor1D;

/** The golden ratio's fractional part. */
const GOLDEN = 0.6180339887498949;

/** Rows after which the sequence repeats: float32 keeps 16 bits of the fraction until then. */
const PERIOD = 256;

/**
 * A uniform in [0, 1) a row, spread evenly over rows that follow one another: one draw, shifted by
 * multiples of the golden ratio. Each row's depends on its number and the key alone, and is uniform;
 * together they cover the interval, as Kingma et al. 2021 (arXiv:2107.00630, appendix I.1) do to
 * make losses vary less.
 */
export function spreadUniform(key: Key, rows_B: tf.Tensor1D): tf.Tensor1D {
  const row_B = tf.cast(rows_B, "float32");
  const place_B = tf.sub(row_B, tf.mul(tf.floor(tf.div(row_B, PERIOD)), PERIOD));
  const turned_B = tf.add(tf.mul(place_B, GOLDEN), uniform(key, [1]));
  return tf.sub(turned_B, tf.floor(turned_B)) as tf.Tensor1D;
}

/** One standard normal a row. */
export function normalPerRow(key: Key, rows_B: tf.Tensor1D): tf.Tensor1D {
  return tf.reshape(normal(key, [rows_B.shape[0], 1], { rows_B }), [-1]) as tf.Tensor1D;
}
