/**
 * Where energies live: 8-bit pictures as vectors in [−1, 1), each value spread over its bin.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../../kinds/mod.ts";

const LEVELS = 256;

/** Pictures k/255 [B, H, W, C] to (k + u)/128 − 1, vectors [B, D]. */
export function toVectors(x_BHWC: tf.Tensor4D, noise: tf.Tensor): tf.Tensor2D {
  const k_BHWC = tf.mul(x_BHWC, LEVELS - 1);
  const v_BHWC = tf.sub(tf.mul(tf.add(k_BHWC, noise), 2 / LEVELS), 1);
  return tf.reshape(v_BHWC, [x_BHWC.shape[0], -1]);
}

/** Vectors to the pictures in whose bins they lie; those beyond the ends are clamped. */
export function toPictures(v_BD: tf.Tensor2D, { height, width, channels }: Grid): tf.Tensor4D {
  const k_BD = tf.floor(tf.mul(tf.add(v_BD, 1), LEVELS / 2));
  return tf.reshape(
    tf.div(tf.clipByValue(k_BD, 0, LEVELS - 1), LEVELS - 1),
    [-1, height, width, channels],
  );
}
