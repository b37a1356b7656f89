/**
 * What the decoder says of a picture: log p(x|z), independent over pixel values given z.
 *
 * Shapes: x_B1D pixel values in [0, 1] (k/255 for whole k), D = H·W·C of them a picture; output_BKD
 * what the network gave for K draws of z; logScale the log of the one scale, in pixel units.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { HALF_LOG_TWO_PI } from "../../numeric/mod.ts";
import { type Key, normal, uniform } from "../../random/mod.ts";
import { softplus } from "../../nn/mod.ts";

/** Names of the likelihoods. */
export type LikelihoodName = "bernoulli" | "gaussian" | "discretised-logistic";

/** What a noisy picture is drawn from. */
export interface Draw {
  readonly output_BHWC: tf.Tensor4D;
  readonly logScale: tf.Scalar;
  readonly rows_B: tf.Tensor1D;
}

/** One likelihood. */
export interface Likelihood {
  /** What its numbers are over; only like may be compared with like. */
  readonly measure: "discrete-256" | "density" | "bernoulli";
  /** log p(x|z) a picture, nats: [B, K]. */
  logProbability(x_B1D: tf.Tensor, output_BKD: tf.Tensor, logScale: tf.Scalar): tf.Tensor2D;
  /** The centre of p(x|z) in pixel units, not clipped; any shape. */
  location(output: tf.Tensor): tf.Tensor;
  /** One picture from p(x|z) an output, [B, H, W, C] in [0, 1]. */
  draw(key: Key, from: Draw): tf.Tensor4D;
}

/** Half the distance of two pixel values. */
const HALF_BIN = 0.5 / 255;

/** A network that gives 0 says mid grey. */
function aroundGrey(output: tf.Tensor): tf.Tensor {
  return tf.add(output, 0.5);
}

/** Sum over pixel values: [B, K, D] → [B, K]. */
function perPicture(value_BKD: tf.Tensor): tf.Tensor2D {
  return tf.sum(value_BKD, 2) as tf.Tensor2D;
}

/** White where a pixel is at least ½: the binary picture that the Bernoulli likelihood is of. */
export function binarise<T extends tf.Tensor>(x: T): T {
  return tf.cast(tf.greaterEqual(x, 0.5), "float32") as T;
}

/**
 * Bernoulli on the binary picture: x·a − softplus(a), a the logit. A proper likelihood because the
 * data are made binary first; the grey picture under a Bernoulli would have none. Kingma & Welling
 * 2014, appendix C.1.
 */
const bernoulli: Likelihood = {
  measure: "bernoulli",
  logProbability: (x_B1D, output_BKD) =>
    perPicture(tf.sub(tf.mul(binarise(x_B1D), output_BKD), softplus(output_BKD))),
  location: (output) => tf.sigmoid(output),
  draw: (key, { output_BHWC, rows_B }) =>
    tf.cast(
      tf.less(uniform(key, output_BHWC.shape, { rows_B }), tf.sigmoid(output_BHWC)),
      "float32",
    ) as tf.Tensor4D,
};

/** N(x; μ, σ²), a density over [0, 1] pixel values: −½((x−μ)/σ)² − ln σ − ½ ln 2π. */
const gaussian: Likelihood = {
  measure: "density",
  logProbability: (x_B1D, output_BKD, logScale) => {
    const error_BKD = tf.mul(
      tf.sub(x_B1D, aroundGrey(output_BKD)),
      tf.exp(tf.neg(logScale)),
    );
    return perPicture(
      tf.sub(tf.mul(tf.square(error_BKD), -0.5), tf.add(logScale, HALF_LOG_TWO_PI)),
    );
  },
  location: aroundGrey,
  draw: (key, { output_BHWC, logScale, rows_B }) =>
    tf.clipByValue(
      tf.add(
        aroundGrey(output_BHWC),
        tf.mul(tf.exp(logScale), normal(key, output_BHWC.shape, { rows_B })),
      ),
      0,
      1,
    ) as tf.Tensor4D,
};

/**
 * The logistic distribution of location μ and scale s integrated over the 256 bins, the outer two
 * reaching to ±∞: with a = (x + ½/255 − μ)/s and b = (x − ½/255 − μ)/s,
 *
 *   P(0) = σ(a),  P(255) = σ(−b),  else P = σ(a) − σ(b) = σ(a) σ(−b) (1 − e^{b−a}),
 *
 * and b − a = −1/(255 s) is the same for every pixel. In this form no bin underflows, so no clamp
 * is needed and the 256 probabilities sum to one. Kingma et al. 2016 (arXiv:1606.04934); Salimans
 * et al. 2017 (arXiv:1701.05517), whose clamps this avoids.
 */
const discretisedLogistic: Likelihood = {
  measure: "discrete-256",
  logProbability: (x_B1D, output_BKD, logScale) => {
    const rate = tf.exp(tf.neg(logScale));
    const centre_BKD = tf.mul(tf.sub(x_B1D, aroundGrey(output_BKD)), rate);
    const half = tf.mul(rate, HALF_BIN);
    const notTop_B1D = tf.cast(tf.less(x_B1D, 1 - HALF_BIN), "float32");
    const notBottom_B1D = tf.cast(tf.greater(x_B1D, HALF_BIN), "float32");
    // −ln σ(a) = softplus(−a); −ln σ(−b) = softplus(b).
    const above_BKD = tf.mul(notTop_B1D, softplus(tf.neg(tf.add(centre_BKD, half))));
    const below_BKD = tf.mul(notBottom_B1D, softplus(tf.sub(centre_BKD, half)));
    const logBin = tf.log(tf.neg(tf.expm1(tf.mul(rate, -2 * HALF_BIN))));
    const inner_B1D = tf.mul(tf.mul(notTop_B1D, notBottom_B1D), logBin);
    return tf.sub(
      perPicture(inner_B1D),
      perPicture(tf.add(above_BKD, below_BKD)),
    ) as tf.Tensor2D;
  },
  location: aroundGrey,
  draw: (key, { output_BHWC, logScale, rows_B }) => {
    // The quantile function, μ + s ln(u/(1−u)), with u kept off 0 and 1.
    const u = tf.add(tf.mul(uniform(key, output_BHWC.shape, { rows_B }), 1 - 2 ** -22), 2 ** -23);
    const logit = tf.sub(tf.log(u), tf.log1p(tf.neg(u)));
    const x = tf.add(aroundGrey(output_BHWC), tf.mul(tf.exp(logScale), logit));
    return tf.clipByValue(x, 0, 1) as tf.Tensor4D;
  },
};

/** All likelihoods by name. */
export const likelihoods: Readonly<Record<LikelihoodName, Likelihood>> = {
  "bernoulli": bernoulli,
  "gaussian": gaussian,
  "discretised-logistic": discretisedLogistic,
};
