/**
 * Normalisations with hand gradients: sums per channel, then one multiply-add a number. The
 * gradients are themselves differentiable.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { sumToLast } from "./broadcast.ts";
import { customOp } from "./custom.ts";
import { after } from "./order.ts";

/** Gain (ones at first) and bias (zeros) a channel. */
export type Norm = { readonly gain: tf.Tensor1D; readonly bias: tf.Tensor1D };

/** Parameters of a normalisation over `channels`. */
export function initNorm(channels: number): Norm {
  return { gain: tf.ones([channels]), bias: tf.zeros([channels]) };
}

const EPSILON = 1e-5;

/** Means over height and width: [B, 1, 1, C]. */
function spatialMean(x: tf.Tensor4D): tf.Tensor4D {
  const [, h, w] = x.shape;
  const mean = customOp({
    forward: (x) => tf.avgPool(x as tf.Tensor4D, [h, w], 1, "valid"),
    backward: (dy) => [tf.mul(dy, tf.fill([1, h, w, 1], 1 / (h * w)))],
    needsInputs: false,
  });
  return mean(x) as tf.Tensor4D;
}

/** Averages the channels of each group and gives every channel its group's: [B, 1, 1, C]. */
function groupMean(x_B11C: tf.Tensor4D, groups: number): tf.Tensor4D {
  const [b, , , c] = x_B11C.shape;
  const width = c / groups;
  if (width === 1) return x_B11C;
  const mean = tf.mean(tf.reshape(x_B11C, [b * groups, width]), 1, true);
  return tf.reshape(tf.mul(mean, tf.ones([1, width])), [b, 1, 1, c]);
}

/** Two stages of a mean: over some axes, and from there to all that are normalised together. */
interface Averaging {
  /** [B or 1, 1, 1, C] */
  readonly first: (x: tf.Tensor4D) => tf.Tensor4D;
  /** The same shape. */
  readonly rest: (x: tf.Tensor4D) => tf.Tensor4D;
}

/** x less its mean, and one over its standard deviation [B or 1, 1, 1, C]. */
function centre(
  x: tf.Tensor4D,
  { first, rest }: Averaging,
): { c: tf.Tensor4D; rstd: tf.Tensor4D } {
  const c = tf.sub(x, rest(first(x))) as tf.Tensor4D;
  const variance = rest(first(tf.square(c)));
  return { c, rstd: tf.rsqrt(tf.add(variance, EPSILON)) as tf.Tensor4D };
}

/**
 * With x̂ = c·r: dx = r·(g − ⟨g⟩ − x̂⟨g·x̂⟩), g = dy·gain, ⟨⟩ the mean of what is normalised together;
 * dgain = Σ dy·x̂, dbias = Σ dy.
 */
function normOf(averaging: Averaging) {
  const { first, rest } = averaging;
  return customOp({
    forward: (x, gain, bias) => {
      const { c, rstd } = centre(x as tf.Tensor4D, averaging);
      return tf.add(tf.mul(c, tf.mul(rstd, gain)), bias);
    },
    backward: (dy, [x, gain]) => {
      const { c, rstd } = centre(x as tf.Tensor4D, averaging);
      const mean = first(dy as tf.Tensor4D);
      const averaged = x.size / mean.size;
      const meanWithX = tf.mul(first(tf.mul(dy, c)), rstd) as tf.Tensor4D;
      const slope = tf.mul(tf.square(rstd), rest(tf.mul(meanWithX, gain)));
      const offset = tf.mul(rstd, rest(tf.mul(mean, gain)));
      const dx = tf.sub(tf.sub(tf.mul(dy, tf.mul(rstd, gain)), tf.mul(c, slope)), offset);
      return [dx, tf.mul(sumToLast(meanWithX), averaged), tf.mul(sumToLast(mean), averaged)];
    },
  });
}

/** The most groups up to `wanted` that divide the channels. */
function dividing(channels: number, wanted: number): number {
  let groups = Math.min(wanted, channels);
  while (channels % groups !== 0) groups--;
  return groups;
}

/**
 * Group normalisation with gain and bias, ε = 1e-5. Wu & He 2018.
 * `groups` (default 8) is lowered to the nearest that divides the channels.
 */
export function groupNorm(
  p: Norm,
  x_BHWC: tf.Tensor4D,
  { groups = 8 }: { readonly groups?: number } = {},
): tf.Tensor4D {
  const count = dividing(x_BHWC.shape[3], groups);
  const norm = normOf({ first: spatialMean, rest: (x) => groupMean(x, count) });
  return norm(x_BHWC, p.gain, p.bias) as tf.Tensor4D;
}

/** Means over batch, height and width: [1, 1, 1, C]. */
function channelMean(x: tf.Tensor4D): tf.Tensor4D {
  return tf.mean(spatialMean(x), 0, true);
}

/** Mean and variance (of n, not n − 1) of each channel. */
export type Moments = { readonly mean: tf.Tensor1D; readonly variance: tf.Tensor1D };

/** A batch's moments over batch, height and width. */
export function batchMoments(x_BHWC: tf.Tensor4D): Moments {
  const mean = channelMean(x_BHWC);
  const variance = channelMean(tf.square(tf.sub(x_BHWC, mean)));
  return {
    mean: tf.reshape(mean, [-1]) as tf.Tensor1D,
    variance: tf.reshape(variance, [-1]) as tf.Tensor1D,
  };
}

const batchNormOp = normOf({ first: channelMean, rest: (x) => x });

/**
 * Batch normalisation with gain and bias, ε = 1e-5: by the batch's own moments, as in training, or by
 * `moments` that were kept, and then each picture for itself. Ioffe & Szegedy 2015 (arXiv:1502.03167).
 */
export function batchNorm(p: Norm, x_BHWC: tf.Tensor4D, moments?: Moments): tf.Tensor4D {
  if (moments === undefined) return batchNormOp(x_BHWC, p.gain, p.bias) as tf.Tensor4D;
  const { mean, variance } = moments;
  const factor = tf.mul(p.gain, tf.rsqrt(tf.add(variance, EPSILON)));
  return tf.add(tf.mul(tf.sub(x_BHWC, mean), factor), p.bias);
}

function centreRows(
  x: tf.Tensor2D,
  epsilon = EPSILON,
): { c: tf.Tensor2D; rstd: tf.Tensor2D } {
  const c = tf.sub(x, tf.mean(x, 1, true)) as tf.Tensor2D;
  const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(c), 1, true), epsilon)) as tf.Tensor2D;
  return { c, rstd };
}

const layerNormOf = (epsilon: number) =>
  customOp({
    forward: (x, gain, bias) => {
      const { c, rstd } = centreRows(x as tf.Tensor2D, epsilon);
      return tf.add(tf.mul(tf.mul(c, rstd), gain), bias);
    },
    backward: (dy, [x, gain]) => {
      const { c, rstd } = centreRows(x as tf.Tensor2D, epsilon);
      const hat = tf.mul(c, rstd);
      const g = tf.mul(dy, gain);
      const along = tf.mul(hat, tf.mean(tf.mul(g, hat), 1, true));
      const dx = tf.mul(rstd, tf.sub(tf.sub(g, tf.mean(g, 1, true)), along));
      return [dx, sumToLast(tf.mul(dy, hat)), sumToLast(dy)];
    },
  });

const normaliseRowsOp = customOp({
  forward: (x) => {
    const { c, rstd } = centreRows(x as tf.Tensor2D);
    return tf.mul(c, rstd);
  },
  backward: (dy, [x]) => {
    const { c, rstd } = centreRows(x as tf.Tensor2D);
    const hat = tf.mul(c, rstd);
    const along = tf.mul(hat, tf.mean(tf.mul(dy, hat), 1, true));
    return [tf.mul(rstd, tf.sub(tf.sub(dy, tf.mean(dy, 1, true)), along))];
  },
});

/** `layerNorm` without gain and bias, for those that come from elsewhere. */
export function normaliseRows<T extends tf.Tensor>(x: T): T {
  const width = x.shape[x.rank - 1];
  return tf.reshape(normaliseRowsOp(tf.reshape(x, [-1, width])), x.shape) as T;
}

/** What is added to a variance before its root is taken. */
export interface NormOptions {
  /** Default 1e-5. */
  readonly epsilon?: number;
}

/** Layer normalisation over the last axis with gain and bias. Ba et al. 2016. */
export function layerNorm<T extends tf.Tensor>(
  p: Norm,
  x: T,
  { epsilon = EPSILON }: NormOptions = {},
): T {
  const width = x.shape[x.rank - 1];
  const y = layerNormOf(epsilon)(tf.reshape(x, [-1, width]), p.gain, p.bias);
  return tf.reshape(y, x.shape) as T;
}

/** Gain a channel, ones at first; no mean is taken away, so there is no bias to put back. */
export type Gain = { readonly gain: tf.Tensor1D };

/** Parameters of `rmsNorm` over `channels`. */
export function initGain(channels: number): Gain {
  return { gain: tf.ones([channels]) };
}

/** One over the root mean square of each row: [rows, 1]. */
function inverseRms(x: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), epsilon));
}

/**
 * y = x̂·gain with x̂ = x·r, r = 1/√(⟨x²⟩ + ε). With g = dy·gain: dx = r·(g − x̂⟨g·x̂⟩),
 * dgain = Σ dy·x̂.
 */
const rmsNormOf = (epsilon: number, again: boolean) =>
  customOp({
    forward: (x, gain) => tf.mul(tf.mul(x, inverseRms(x, epsilon)), gain),
    backward: (dy, [kept, gain]) => {
      const x = again ? after(kept, dy) : kept;
      const rms = inverseRms(x, epsilon);
      const hat = tf.mul(x, rms);
      const dyHat = tf.mul(dy, hat);
      const along = tf.mean(tf.mul(dyHat, gain), 1, true);
      const dx = tf.mul(rms, tf.sub(tf.mul(dy, gain), tf.mul(hat, along)));
      return [dx, sumToLast(dyHat)];
    },
  });

/**
 * Root-mean-square normalisation over the last axis with gain. Zhang & Sennrich 2019.
 * @param options `again`: whether the gradient computes again what it needs of the forward pass, which
 * graph optimisers would else keep for it. Default: no
 */
export function rmsNorm<T extends tf.Tensor>(
  p: Gain,
  x: T,
  { epsilon = EPSILON, again = false }: NormOptions & { readonly again?: boolean } = {},
): T {
  const width = x.shape[x.rank - 1];
  return tf.reshape(rmsNormOf(epsilon, again)(tf.reshape(x, [-1, width]), p.gain), x.shape) as T;
}
