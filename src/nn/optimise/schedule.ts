/**
 * Learning rates as functions of the step number, a tensor.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** The same rate at every step. */
export function constant(rate: number): tf.Scalar {
  return tf.scalar(rate);
}

/** Settings of `warmupCosine`. */
export interface WarmupCosine {
  /** Highest rate, reached after the warm-up. */
  readonly peak: number;
  /** Steps of linear warm-up; the first step already has peak/warmup. 0: none. */
  readonly warmup: number;
  /** Total steps; from there on the rate is `final`. */
  readonly steps: number;
  /** Rate at the end. Default 0. */
  readonly final?: number;
}

/**
 * Linear warm-up, then half a cosine from `peak` to `final`. Loshchilov & Hutter 2017.
 * @param step from 0; int32 or float32 scalar
 */
export function warmupCosine(
  step: tf.Scalar,
  { peak, warmup, steps, final = 0 }: WarmupCosine,
): tf.Scalar {
  if (warmup < 0 || steps <= warmup) {
    throw new RangeError(`warmupCosine: warm-up of ${warmup} steps must be shorter than ${steps}`);
  }
  return tf.tidy(() => {
    const t = tf.cast(step, "float32");
    const rising = tf.mul(tf.add(t, 1), peak / Math.max(1, warmup));
    const done = tf.clipByValue(tf.div(tf.sub(t, warmup), steps - warmup), 0, 1);
    const wave = tf.add(1, tf.cos(tf.mul(done, Math.PI)));
    const falling = tf.add(final, tf.mul(wave, (peak - final) / 2));
    return (warmup === 0 ? falling : tf.where(tf.less(t, warmup), rising, falling)) as tf.Scalar;
  });
}
