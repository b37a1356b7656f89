/**
 * Mixtures of logistic distributions over the levels of a pixel, with linear dependence among its
 * channels: the pixel model of PixelCNN++. Salimans et al. 2017 (arXiv:1701.05517), sections 2.1
 * and 2.2, without its clamps, so that the probabilities of all pixels sum to exactly one.
 *
 * Shapes: N pixels, C channels, K components, Q numbers that a network gives for each pixel; values
 * are k/(L − 1) for whole k, with L levels.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { categorical, fold, type Key, uniform } from "../random/mod.ts";
import { logSoftmax, softplus, tanh } from "./activations.ts";
import { customOp } from "./custom.ts";

/** What fixes a mixture. */
export interface MixtureShape {
  /** K, at least 1. */
  readonly components: number;
  /** C, at least 1. */
  readonly channels: number;
  /** L, at least 2. Default 256. */
  readonly levels?: number;
  /**
   * How far apart the components' locations start, of the range of values: alike they would stay
   * alike, having the same gradients. Default 1.
   */
  readonly spread?: number;
}

/** Numbers that mean a mixture a pixel. */
export interface MixtureNumbers {
  /** [N, Q]; any numbers make a distribution. */
  readonly raw_NQ: tf.Tensor2D;
  /** What locations are measured from, a guess at the pixel, [N, C]; default ½. */
  readonly guess_NC?: tf.Tensor2D;
}

/** Numbers that a network gives for a pixel: a weight, C locations, C scales, C(C − 1)/2 slopes for each component. */
export function mixtureOutputs({ components, channels }: MixtureShape): number {
  return components * (1 + 2 * channels + channels * (channels - 1) / 2);
}

/**
 * Adam moves all numbers alike, by about the learning rate a step; weights, scales and slopes have
 * further to go than locations, whose whole range is 1: a unit of theirs is worth this many.
 */
const GAIN = 4;

/**
 * ln s = −7 + 10 σ(0.4·4r − 0.405): it starts at −3 (13 of 256 levels), moves there about as fast as
 * 4r, and whatever r is, stays between −7, where all mass is in one of 256 bins, and 3.
 */
function logScaleOf(raw: tf.Tensor2D): tf.Tensor2D {
  const share = tf.sigmoid(tf.sub(tf.mul(raw, 0.4 * GAIN), 0.4054651));
  return tf.sub(tf.mul(share, 10), 7);
}

/** Half the distance of two levels. */
function halfBin({ levels = 256 }: Pick<MixtureShape, "levels">): number {
  return 0.5 / (levels - 1);
}

/** 1 where the value is not the highest level, or not the lowest. */
function inside(x: tf.Tensor, half: number): { notTop: tf.Tensor; notBottom: tf.Tensor } {
  return {
    notTop: tf.cast(tf.less(x, 1 - half), "float32"),
    notBottom: tf.cast(tf.greater(x, half), "float32"),
  };
}

/**
 * With z = (x − μ)/s and h = ½/((L − 1)s), a bin's logits are z ± h:
 *
 *   P = σ(z + h) σ(h − z) (1 − e^{−2h}),
 *
 * without the first factor at the top, the second at the bottom and the third at both, since the
 * outer bins reach to ±∞. Derivatives:
 *
 *   ∂z: σ(−z − h) − σ(z − h);   ∂h: σ(−z − h) + σ(z − h) + 2/(e^{2h} − 1).
 */
function binOp(half: number) {
  const places = (x: tf.Tensor, location: tf.Tensor, logScale: tf.Tensor) => {
    const rate = tf.exp(tf.neg(logScale));
    return { rate, z: tf.mul(tf.sub(x, location), rate), h: tf.mul(rate, half) };
  };
  return customOp({
    forward: (x, location, logScale) => {
      const { z, h } = places(x, location, logScale);
      const { notTop, notBottom } = inside(x, half);
      const above = tf.mul(notTop, softplus(tf.neg(tf.add(z, h))));
      const below = tf.mul(notBottom, softplus(tf.sub(z, h)));
      const logBin = tf.log(tf.neg(tf.expm1(tf.mul(h, -2))));
      return tf.sub(tf.mul(tf.mul(notTop, notBottom), logBin), tf.add(above, below));
    },
    backward: (dy, [x, location, logScale]) => {
      const { rate, z, h } = places(x, location, logScale);
      const { notTop, notBottom } = inside(x, half);
      const above = tf.mul(notTop, tf.sigmoid(tf.neg(tf.add(z, h))));
      const below = tf.mul(notBottom, tf.sigmoid(tf.sub(z, h)));
      const byBin = tf.div(tf.mul(tf.mul(notTop, notBottom), 2), tf.expm1(tf.mul(h, 2)));
      const byZ = tf.mul(dy, tf.sub(above, below));
      const byH = tf.mul(dy, tf.add(tf.add(above, below), byBin));
      const byX = tf.mul(byZ, rate);
      return [
        tf.sum(byX, 1, true),
        tf.neg(byX),
        tf.neg(tf.add(tf.mul(byZ, z), tf.mul(byH, h))),
      ];
    },
  });
}

/**
 * Log of the mass that logistic distributions put on the bin of a level; over the L levels the
 * masses sum to one.
 * @param x_N1 k/(L − 1)
 * @returns [N, K]
 */
export function logBinMass(
  x_N1: tf.Tensor2D,
  { location_NK, logScale_NK, levels }: {
    location_NK: tf.Tensor2D;
    logScale_NK: tf.Tensor2D;
    levels?: number;
  },
): tf.Tensor2D {
  return binOp(halfBin({ levels }))(x_N1, location_NK, logScale_NK) as tf.Tensor2D;
}

/** The columns of [N, C], each [N, 1]. */
function channelsOf(x_NC: tf.Tensor2D): tf.Tensor2D[] {
  return x_NC.shape[1] === 1 ? [x_NC] : tf.split(x_NC, x_NC.shape[1], 1) as tf.Tensor2D[];
}

/** What the network's numbers mean, by component: each [N, K]. */
interface Parts {
  readonly logits: tf.Tensor2D;
  /** By channel. */
  readonly locations: readonly tf.Tensor2D[];
  /** By channel. */
  readonly logScales: readonly tf.Tensor2D[];
  /** Of channel c by channel b < c: `slopes[c][b]`. */
  readonly slopes: readonly (readonly tf.Tensor2D[])[];
}

function partsOf({ raw_NQ, guess_NC }: MixtureNumbers, shape: MixtureShape): Parts {
  const { components: K, channels: C, spread = 1 } = shape;
  const pieces = tf.split(raw_NQ, raw_NQ.shape[1] / K, 1) as tf.Tensor2D[];
  const apart_K = tf.mul(tf.sub(tf.div(tf.add(tf.range(0, K), 0.5), K), 0.5), spread);
  const from = guess_NC === undefined ? undefined : channelsOf(guess_NC);
  const slopes = Array.from(
    { length: C },
    (_, c) =>
      Array.from(
        { length: c },
        (_, b) => tanh(tf.mul(pieces[1 + 2 * C + c * (c - 1) / 2 + b], GAIN) as tf.Tensor2D),
      ),
  );
  return {
    logits: tf.mul(pieces[0], GAIN),
    locations: pieces.slice(1, 1 + C).map((raw, c) =>
      tf.add(tf.add(raw, apart_K), from?.[c] ?? 0.5) as tf.Tensor2D
    ),
    logScales: pieces.slice(1 + C, 1 + 2 * C).map(logScaleOf),
    slopes,
  };
}

/** Where a channel's components lie, given the channels before it: μ + Σ_b slope_b·(x_b − ½). */
function given(
  location: tf.Tensor2D,
  slopes: readonly tf.Tensor2D[],
  before: readonly tf.Tensor2D[],
): tf.Tensor2D {
  return slopes.reduce(
    (sum, slope, b) => tf.add(sum, tf.mul(slope, tf.sub(before[b], 0.5))) as tf.Tensor2D,
    location,
  );
}

/**
 * log p of pixels, nats: ln Σ_k π_k Π_c P(x_c | x_{<c}, k). [N]
 * @param x_NC k/(L − 1)
 */
export function logMixture(
  x_NC: tf.Tensor2D,
  numbers: MixtureNumbers,
  shape: MixtureShape,
): tf.Tensor1D {
  const { logits, locations, logScales, slopes } = partsOf(numbers, shape);
  const x = channelsOf(x_NC);
  const terms = x.map((x_N1, c) =>
    logBinMass(x_N1, {
      location_NK: given(locations[c], slopes[c], x),
      logScale_NK: logScales[c],
      levels: shape.levels,
    })
  );
  return tf.logSumExp(tf.addN([logSoftmax(logits), ...terms]), 1) as tf.Tensor1D;
}

/** How a pixel is drawn. */
export interface MixtureDraw {
  readonly key: Key;
  /** int32 [N]: pixel i's draw depends on the key, rows_B[i] and its parameters alone. */
  readonly rows_B: tf.Tensor1D;
  /** Logits are divided by it and scales multiplied; 1 draws from the distribution itself. Default 1. */
  readonly temperature?: number;
}

/**
 * Draws pixels: a component, then channel after channel by the quantile function μ + s ln(u/(1−u)),
 * rounded to the nearest level and cut off at the ends, which is exactly the mass of `logMixture`.
 * @returns k/(L − 1): [N, C]
 */
export function drawMixture(
  numbers: MixtureNumbers,
  shape: MixtureShape,
  { key, rows_B, temperature = 1 }: MixtureDraw,
): tf.Tensor2D {
  const { components: K, channels: C, levels = 256 } = shape;
  const { logits, locations, logScales, slopes } = partsOf(numbers, shape);
  const component_N = categorical(fold(key, "component"), tf.div(logits, temperature), { rows_B });
  // On wasm a float32 one-hot holds an integer's bits: cast.
  const chosen_NK = tf.cast(tf.oneHot(component_N, K), "float32");
  const ofChosen = (value_NK: tf.Tensor) =>
    tf.sum(tf.mul(value_NK, chosen_NK), 1, true) as tf.Tensor2D;
  // Kept off 0 and 1 by 2⁻²³.
  const u_NC = tf.add(
    tf.mul(uniform(fold(key, "quantile"), [rows_B.shape[0], C], { rows_B }), 1 - 2 ** -22),
    2 ** -23,
  );
  const logit_NC = tf.sub(tf.log(u_NC), tf.log1p(tf.neg(u_NC)));
  const logit = channelsOf(logit_NC as tf.Tensor2D);
  const x: tf.Tensor2D[] = [];
  for (let c = 0; c < C; c++) {
    const location = ofChosen(given(locations[c], slopes[c], x));
    const scale = tf.mul(tf.exp(ofChosen(logScales[c])), temperature);
    const value = tf.add(location, tf.mul(scale, logit[c]));
    const level = tf.round(tf.mul(tf.clipByValue(value, 0, 1), levels - 1));
    x.push(tf.div(level, levels - 1) as tf.Tensor2D);
  }
  return C === 1 ? x[0] : tf.concat(x, 1);
}
