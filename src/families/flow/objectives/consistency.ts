/**
 * Consistency training: one network tells the picture at the end of the path that a noisy picture
 * lies on, learnt from nothing but neighbouring noise levels agreeing. Song et al. 2023
 * (arXiv:2303.01469), improved by Song & Dhariwal 2023 (arXiv:2310.14189).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { pow } from "../../../numeric/mod.ts";
import { fold } from "../../../random/mod.ts";
import { logNormalSigma, type SigmaRange } from "../../common/denoising/edm.ts";
import { noisy } from "../../common/denoising/levels.ts";
import { type Denoising, predict } from "../../common/denoising/model.ts";
import type { Learns } from "../../common/denoising/objective.ts";
import type { Config } from "../config.ts";

/** Pseudo-Huber's constant a value: below it the loss is a square. Song & Dhariwal 2023, 3.3. */
const HUBER = 0.00054;

/** What consistency training needs of a config. */
type Settings =
  & SigmaRange
  & Pick<Config, "noiseMean" | "noiseDeviation" | "firstIntervals" | "lastIntervals">;

/**
 * Intervals between noise levels, doubling from `firstIntervals` to `lastIntervals` at equal
 * distances over the training. Song & Dhariwal 2023, 3.4.
 * @param step int32; @returns float32 scalar
 */
export function intervalsAt(
  step: tf.Scalar,
  { firstIntervals, lastIntervals, steps }: {
    firstIntervals: number;
    lastIntervals: number;
    steps: number;
  },
): tf.Scalar {
  const counts = [firstIntervals];
  while (counts[counts.length - 1] < lastIntervals) {
    counts.push(Math.min(2 * counts[counts.length - 1], lastIntervals));
  }
  const each = Math.max(1, Math.floor(steps / counts.length));
  const t = tf.cast(step, "float32");
  let intervals: tf.Scalar = tf.scalar(counts[0]);
  for (let i = 1; i < counts.length; i++) {
    const reached = tf.cast(tf.greaterEqual(t, i * each), "float32");
    intervals = tf.add(intervals, tf.mul(reached, counts[i] - counts[i - 1]));
  }
  return intervals;
}

/**
 * Neighbouring noise levels around a noise σ, of a grid of so many intervals from σ_min to σ_max,
 * even in σ^{1/ρ}: the interval that σ lies in. So intervals are drawn as the law of σ weighs them
 * (Song & Dhariwal 2023, eq. 7), the first and last with what lies beyond.
 */
export function neighbours(
  sigma_B: tf.Tensor1D,
  { sigmaMin, sigmaMax, rho, intervals }: SigmaRange & { intervals: tf.Scalar },
): { readonly near_B: tf.Tensor1D; readonly far_B: tf.Tensor1D } {
  const [bottom, top] = [pow(sigmaMin, 1 / rho), pow(sigmaMax, 1 / rho)];
  const share_B = tf.div(tf.sub(tf.pow(sigma_B, 1 / rho), bottom), top - bottom);
  const place_B = tf.clipByValue(tf.floor(tf.mul(share_B, intervals)), 0, 1e6);
  const from_B = tf.minimum(place_B, tf.sub(intervals, 1));
  const level = (index: tf.Tensor) =>
    tf.pow(tf.add(tf.mul(tf.div(index, intervals), top - bottom), bottom), rho);
  // Roundings of powers must not put the first level below the noise that counts as none.
  return {
    near_B: tf.maximum(level(from_B), sigmaMin) as tf.Tensor1D,
    far_B: level(tf.add(from_B, 1)) as tf.Tensor1D,
  };
}

/**
 * Mean over pictures of 1/(σ′ − σ)·(√(mean Δ² + c²) − c), Δ = f(x₀ + σ′ε, σ′) − sg f(x₀ + σε, σ): the
 * same noise at both levels, the nearer one's answer held constant, without an average of weights.
 */
export function consistency(
  denoising: Denoising,
  { settings, steps }: { settings: Settings; steps: number },
): Learns {
  const law = logNormalSigma(settings);
  return (present, { data_BHWC, noise_BHWC, labels, rows_B, key, step }) => {
    const intervals = intervalsAt(step, { ...settings, steps });
    const sigma_B = law(fold(key, "time"), rows_B);
    const { near_B, far_B } = neighbours(sigma_B, { ...settings, intervals });
    const seen = (time_B: tf.Tensor1D) => ({
      x_BHWC: noisy(denoising.level(time_B), { data_BHWC, noise_BHWC }),
      time_B,
      labels,
    });
    const wanted_BHWC = predict(present, seen(near_B), denoising).data_BHWC;
    const weight_B = tf.div(1, tf.sub(far_B, near_B));
    return (params) => {
      const { data_BHWC: said_BHWC } = predict(params, seen(far_B), denoising);
      const square_B = tf.mean(tf.squaredDifference(said_BHWC, wanted_BHWC), [1, 2, 3]);
      const error_B = tf.sub(tf.sqrt(tf.add(square_B, HUBER * HUBER)), HUBER);
      return {
        loss: tf.mean(tf.mul(weight_B, error_B)) as tf.Scalar,
        aux: {
          picture_error: tf.mean(
            tf.mean(tf.squaredDifference(said_BHWC, data_BHWC), [1, 2, 3]),
          ) as tf.Scalar,
          intervals,
        },
      };
    };
  };
}
