/**
 * Learning rates as functions of the step number, a tensor.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log } from "../../numeric/mod.ts";

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
  return warmed(step, { peak, warmup, steps, final }, (done) => {
    const wave = tf.add(1, tf.cos(tf.mul(done, Math.PI)));
    return tf.add(final, tf.mul(wave, (peak - final) / 2));
  });
}

/**
 * Linear warm-up, then a straight line from `peak` to `final`.
 * @param step from 0; int32 or float32 scalar
 */
export function warmupLinear(
  step: tf.Scalar,
  { peak, warmup, steps, final = 0 }: WarmupCosine,
): tf.Scalar {
  return warmed(
    step,
    { peak, warmup, steps, final },
    (done) => tf.add(peak, tf.mul(done, final - peak)),
  );
}

/**
 * peak·decayᵗ, t the share of the steps that is done: from `peak` to peak·decay, by the same factor each
 * step.
 * @param step from 0; int32 or float32 scalar
 * @throws RangeError for a decay that isn't above 0
 */
export function exponential(
  step: tf.Scalar,
  { peak, decay, steps }: {
    readonly peak: number;
    /** Rate at the end, as a share of the peak. */
    readonly decay: number;
    readonly steps: number;
  },
): tf.Scalar {
  if (!(decay > 0)) throw new RangeError(`a rate can't decay to ${decay} of its peak`);
  return tf.tidy(() => {
    const done = tf.mul(tf.cast(step, "float32"), log(decay) / Math.max(1, steps));
    return tf.mul(tf.exp(done), peak) as tf.Scalar;
  });
}

/** The warm-up, and what follows it as a function of the share of it that is done, 0 to 1. */
function warmed(
  step: tf.Scalar,
  { peak, warmup, steps }: WarmupCosine,
  falling: (done: tf.Tensor) => tf.Tensor,
): tf.Scalar {
  if (warmup < 0 || steps <= warmup) {
    throw new RangeError(`a warm-up of ${warmup} steps must be shorter than ${steps}`);
  }
  return tf.tidy(() => {
    const t = tf.cast(step, "float32");
    const rising = tf.mul(tf.add(t, 1), peak / Math.max(1, warmup));
    const rate = falling(tf.clipByValue(tf.div(tf.sub(t, warmup), steps - warmup), 0, 1));
    return (warmup === 0 ? rate : tf.where(tf.less(t, warmup), rising, rate)) as tf.Scalar;
  });
}
