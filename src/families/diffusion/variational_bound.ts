/**
 * Variational bounds of log p(x) over 256 pixel values, in nats a picture.
 *
 * −log p(x) ≤ KL(q(x_T|x) ‖ p(x_T)) + Σ_t KL(q(x_{t−1}|x_t, x) ‖ p(x_{t−1}|x_t)) − log p(x|x_first),
 * where each middle term is a constant and a weight times ‖x − D(x_t)‖². One draw takes one t from a
 * law q(t) and divides by q(t): an unbiased estimate of the bound, not an importance weight. Values
 * are in [−1, 1].
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log } from "../../numeric/mod.ts";
import { spreadUniform } from "../common/denoising/time_laws.ts";
import { fold, type Key, normal } from "../../random/mod.ts";
import { ddpmPoint } from "./noise_schedule.ts";

/** Distance of two pixel values in [−1, 1]. */
const BIN = 2 / 255;
/** Beyond so many standard deviations a normal's density is below float32's rounding of its peak. */
const REACH = 8.5;

/** Σ over all but the first axis: [B]. */
function perPicture(x: tf.Tensor): tf.Tensor1D {
  return tf.sum(x, [1, 2, 3]) as tf.Tensor1D;
}

/**
 * log p(x|m), p over the 256 pixel values v ∝ exp(−(v − m)²/(2s²)): normalised exactly. [B]
 *
 * Relative to the value n nearest to m, (v − m)² − (n − m)² = (v − n)(v + n − 2m); only values within
 * reach of n have any weight.
 * @param deviation s, in units of [−1, 1]
 */
export function logLattice(
  x_BHWC: tf.Tensor4D,
  mean_BHWC: tf.Tensor4D,
  deviation: number,
): tf.Tensor1D {
  const place = tf.clipByValue(tf.round(tf.div(tf.add(mean_BHWC, 1), BIN)), 0, 255);
  const nearest = tf.sub(tf.mul(place, BIN), 1);
  const rate = -1 / (2 * deviation * deviation);
  const twice = tf.sub(nearest, tf.mul(mean_BHWC, 2));
  const logit = (v: tf.Tensor) => tf.mul(tf.mul(tf.sub(v, nearest), tf.add(v, twice)), rate);
  const reach = Math.min(255, Math.ceil(REACH * deviation / BIN) + 1);
  let sum: tf.Tensor = tf.onesLike(nearest);
  for (let j = -reach; j <= reach; j++) {
    if (j === 0) continue;
    const at = tf.add(place, j);
    const inside = tf.cast(
      j < 0 ? tf.greaterEqual(at, 0) : tf.lessEqual(at, 255),
      "float32",
    );
    // Values outside may lie nearer to m than n does: kept from overflowing.
    const weight = tf.exp(tf.minimum(logit(tf.add(nearest, j * BIN)), 0));
    sum = tf.add(sum, tf.mul(inside, weight));
  }
  return perPicture(tf.sub(logit(x_BHWC), tf.log(sum)));
}

/** KL(N(a·x, σ²) ‖ N(0, τ²)) of each picture, nats: ½ Σ ((σ² + a²x²)/τ² − 1 − ln(σ²/τ²)). [B] */
export function priorKl(
  x_BHWC: tf.Tensor4D,
  { alpha, sigma, prior }: { alpha: number; sigma: number; prior: number },
): tf.Tensor1D {
  const ratio = (sigma / prior) ** 2;
  const squares = tf.mul(tf.square(x_BHWC), (alpha / prior) ** 2);
  return tf.mul(perPicture(tf.add(squares, ratio - 1 - log(ratio))), 0.5);
}

/** The picture behind noisy ones, at times [B]. */
export type Denoise = (x_BHWC: tf.Tensor4D, time_B: tf.Tensor1D) => tf.Tensor4D;

/** What one draw is made from. */
export interface BoundInputs {
  /** In [−1, 1]. */
  readonly x_BHWC: tf.Tensor4D;
  readonly rows_B: tf.Tensor1D;
  readonly key: Key;
}

/** SNR = α²/σ² of step t. */
function snr(alphaBar: Float64Array, t: number): number {
  return alphaBar[t] / (1 - alphaBar[t]);
}

/** The terms of t = 2 … T, by t − 2. */
export interface MiddleTerms {
  /** Σ_t of what doesn't depend on the picture, nats a value. */
  readonly constant: number;
  /** What ‖x − D‖² weighs, nats. */
  readonly weight: Float64Array;
}

/**
 * KL(q(x_{t−1}|x_t, x) ‖ N(μ(x_t, D), β_t)), q's variance being β̃ = r·β_t with
 * r = (1 − ᾱ_{t−1})/(1 − ᾱ_t): ½(r − 1 − ln r) a value and ½(SNR_{t−1} − SNR_t)·r·‖x − D‖². Ho et al.
 * 2020, 3.2: β_t is the better of their two variances where data are as unpredictable as noise, as
 * pixels are at the first steps, where most of the bound is.
 */
export function middleTerms(alphaBar: Float64Array): MiddleTerms {
  const T = alphaBar.length - 1;
  const weight = new Float64Array(T - 1);
  let constant = 0;
  for (let t = 2; t <= T; t++) {
    const ratio = (1 - alphaBar[t - 1]) / (1 - alphaBar[t]);
    constant += 0.5 * (ratio - 1 - log(ratio));
    weight[t - 2] = 0.5 * (snr(alphaBar, t - 1) - snr(alphaBar, t)) * ratio;
  }
  return { constant, weight };
}

/** Entries of the table of times for each step, on average. */
const ENTRIES = 16;

/**
 * The law of t = 2 … T that a draw takes, as a table that is entered at random: in proportion to what
 * a term is about, its weight times the error of the best guess for data of variance 1, and every t at
 * least once. A power of two of entries, so that a uniform of whole bits hits each equally often.
 * @returns entries t − 2, and q by t − 2
 */
export function timeTable(
  alphaBar: Float64Array,
  { weight }: MiddleTerms,
): { readonly entries: Int32Array; readonly share: Float64Array } {
  let size = 1;
  while (size < ENTRIES * weight.length) size *= 2;
  const wanted = weight.map((w, i) => w / (snr(alphaBar, i + 2) + 1));
  const total = wanted.reduce((sum, w) => sum + w, 0);
  const entries = new Int32Array(size);
  const share = new Float64Array(weight.length);
  let [sum, from] = [0, 0];
  wanted.forEach((w, i) => {
    sum += w;
    const to = i + 1 + Math.round((size - weight.length) * Math.min(1, sum / total));
    entries.fill(i, from, to);
    share[i] = (to - from) / size;
    from = to;
  });
  return { entries, share };
}

/**
 * A draw of the bound of the discrete form. Ho et al. 2020 (arXiv:2006.11239), eq. 5 and 13, with
 * N(D(x₁), β₁) over the pixel values at the first step. [B]
 */
export function discreteBound(
  denoise: Denoise,
  { x_BHWC, rows_B, key }: BoundInputs,
  alphaBar: Float64Array,
): tf.Tensor1D {
  const T = alphaBar.length - 1;
  const points = Array.from(alphaBar, (_, t) => ddpmPoint(alphaBar, t));
  const terms = middleTerms(alphaBar);
  const { entries, share } = timeTable(alphaBar, terms);
  const u_B = spreadUniform(fold(key, "time"), rows_B);
  const entry_B = tf.cast(tf.floor(tf.mul(u_B, entries.length)), "int32");
  const chosen_B = tf.gather(tf.tensor1d(entries, "int32"), entry_B) as tf.Tensor1D;
  const pick = (values: readonly number[]) =>
    tf.reshape(tf.gather(tf.tensor1d(values as number[]), chosen_B), [-1, 1, 1, 1]);
  const noise = (name: string) => normal(fold(key, name), x_BHWC.shape, { rows_B });
  const late = tf.add(
    tf.mul(pick(points.slice(2).map((p) => p.alpha)), x_BHWC),
    tf.mul(pick(points.slice(2).map((p) => p.sigma)), noise("late")),
  ) as tf.Tensor4D;
  const first = points[1];
  const early = tf.add(tf.mul(x_BHWC, first.alpha), tf.mul(noise("early"), first.sigma));
  // Both levels in one call.
  const time_B = tf.add(tf.cast(chosen_B, "float32"), 2) as tf.Tensor1D;
  const both = denoise(
    tf.concat([late, early as tf.Tensor4D], 0),
    tf.concat([time_B, tf.onesLike(time_B)]) as tf.Tensor1D,
  );
  const [lateData, earlyData] = tf.split(both, 2, 0) as tf.Tensor4D[];
  const error_B = perPicture(tf.squaredDifference(x_BHWC, lateData));
  const weights = Array.from(terms.weight, (weight, i) => weight / share[i]);
  const values = x_BHWC.size / x_BHWC.shape[0];
  const middle_B = tf.add(
    tf.mul(error_B, tf.reshape(pick(weights), [-1])),
    terms.constant * values,
  );
  const { alpha, sigma } = points[T];
  const prior_B = priorKl(x_BHWC, { alpha, sigma, prior: 1 });
  const decoded_B = logLattice(x_BHWC, earlyData, first.sigma);
  return tf.sub(tf.sub(decoded_B, middle_B), prior_B) as tf.Tensor1D;
}

/** The noise levels of a continuous bound. */
export interface ContinuousRange {
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  /** Standard deviation of the data: what p(x_max) adds to the noise's. */
  readonly sigmaData: number;
}

/**
 * A draw of the bound of infinitely many steps: the middle terms become ∫ ‖x − D(x + σε)‖²/σ³ dσ from
 * σ_min to σ_max, here with ln σ uniform; p(x|x_min) is N(x_min, σ_min²) over the pixel values, without
 * a network. Kingma et al. 2021 (arXiv:2107.00630), eq. 8, 11 and 14. [B]
 */
export function continuousBound(
  denoise: Denoise,
  { x_BHWC, rows_B, key }: BoundInputs,
  { sigmaMin, sigmaMax, sigmaData }: ContinuousRange,
): tf.Tensor1D {
  const range = log(sigmaMax / sigmaMin);
  const u_B = spreadUniform(fold(key, "time"), rows_B);
  const sigma_B = tf.mul(tf.exp(tf.mul(u_B, range)), sigmaMin) as tf.Tensor1D;
  const sigma = tf.reshape(sigma_B, [-1, 1, 1, 1]);
  const noise = (name: string) => normal(fold(key, name), x_BHWC.shape, { rows_B });
  const late = tf.add(x_BHWC, tf.mul(sigma, noise("late"))) as tf.Tensor4D;
  const error_B = perPicture(
    tf.square(tf.div(tf.sub(x_BHWC, denoise(late, sigma_B)), sigma)),
  );
  const early = tf.add(x_BHWC, tf.mul(noise("early"), sigmaMin)) as tf.Tensor4D;
  const prior = Math.sqrt(sigmaMax * sigmaMax + sigmaData * sigmaData);
  const prior_B = priorKl(x_BHWC, { alpha: 1, sigma: sigmaMax, prior });
  const decoded_B = logLattice(x_BHWC, early, sigmaMin);
  return tf.sub(tf.sub(decoded_B, tf.mul(error_B, range)), prior_B) as tf.Tensor1D;
}
