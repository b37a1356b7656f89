/**
 * Couplings: the second half of the channels is changed, number by number, in a way that a network
 * reads off the first half, which stays; so the inverse needs no inverse of the network. Dinh et al.
 * 2017 (arXiv:1605.08803), section 3.2.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { initMlp, type Mlp, mlp } from "../../backbones/mod.ts";
import { fold, type Key } from "../../random/mod.ts";
import { type Conv, conv, initConv, silu, tanh } from "../../nn/mod.ts";
import type { Config } from "./config.ts";
import { perRow } from "./dequantise.ts";
import { spline, splineSize, unspline } from "./spline.ts";

/** The network in a coupling: convolutions, or a perceptron where there is one place only. */
export type CouplingNet =
  | { readonly stem: Conv; readonly middle: Conv; readonly head: Conv }
  | Mlp;

/** Sizes of a coupling. */
export interface CouplingSize {
  readonly channels: number;
  /** Whether it works on one place. */
  readonly point: boolean;
  readonly config: Pick<Config, "coupling" | "bins" | "width">;
}

/** How N numbers are changed, each by P parameters of its own. */
interface Change {
  /** P. */
  parameters(bins: number): number;
  apply(x_N: tf.Tensor1D, raw_NP: tf.Tensor2D): { y_N: tf.Tensor1D; logSlope_N: tf.Tensor1D };
  invert(y_N: tf.Tensor1D, raw_NP: tf.Tensor2D): tf.Tensor1D;
}

/** ln of an affine coupling's scale stays within ±2. */
const LOG_SCALE_BOUND = 2;

/** Shift t and log scale 2·tanh(raw/2): the identity's slope near 0. */
function shiftAndScale(raw_N2: tf.Tensor2D): [shift: tf.Tensor1D, logScale: tf.Tensor1D] {
  const [shift_N1, raw_N1] = tf.split(raw_N2, 2, 1);
  const logScale = tf.mul(tanh(tf.div(raw_N1, LOG_SCALE_BOUND)), LOG_SCALE_BOUND);
  return [tf.reshape(shift_N1, [-1]), tf.reshape(logScale, [-1])];
}

const changes: Readonly<Record<Config["coupling"], Change>> = {
  affine: {
    parameters: () => 2,
    apply: (x_N, raw_NP) => {
      const [shift, logScale] = shiftAndScale(raw_NP);
      return { y_N: tf.add(tf.mul(x_N, tf.exp(logScale)), shift), logSlope_N: logScale };
    },
    invert: (y_N, raw_NP) => {
      const [shift, logScale] = shiftAndScale(raw_NP);
      return tf.mul(tf.sub(y_N, shift), tf.exp(tf.neg(logScale)));
    },
  },
  spline: { parameters: splineSize, apply: spline, invert: unspline },
};

/** Channels that stay. */
function keptOf(channels: number): number {
  return channels >> 1;
}

/** Fresh parameters, whose coupling is the identity. */
export function initCoupling(key: Key, { channels, point, config }: CouplingSize): CouplingNet {
  const { width } = config;
  const kept = keptOf(channels);
  const out = (channels - kept) * changes[config.coupling].parameters(config.bins);
  if (point) return initMlp(key, { in: kept, out, width });
  return {
    stem: initConv(fold(key, "stem"), { in: kept, out: width }),
    middle: initConv(fold(key, "middle"), { in: width, out: width, kernel: 1 }),
    head: initConv(fold(key, "head"), { in: width, out, scale: 0 }),
  };
}

/**
 * 1/√(numbers that an output is summed over), on what the head sees. Adam's first steps move every
 * weight by the whole learning rate in the same direction: without it the sum grows by as many times,
 * and scales that two dozen couplings multiply run away in ten steps.
 */
function headScale({ weight }: Conv): number {
  const [height, width, channels] = weight.shape;
  return 1 / Math.sqrt(height * width * channels);
}

/** What the network says of the half that is changed: [B·H·W·C₂, P]. */
function parameters(
  p: CouplingNet,
  kept_BHWC: tf.Tensor4D,
  { coupling, bins }: CouplingSize["config"],
): tf.Tensor2D {
  const raw = "layers" in p
    ? mlp(p, tf.reshape(kept_BHWC, [kept_BHWC.shape[0], -1]))
    : conv(p.head, tf.mul(silu(conv(p.middle, silu(conv(p.stem, kept_BHWC)))), headScale(p.head)));
  return tf.reshape(raw, [-1, changes[coupling].parameters(bins)]) as tf.Tensor2D;
}

function halves(x_BHWC: tf.Tensor4D): [kept: tf.Tensor4D, changed: tf.Tensor4D] {
  const kept = keptOf(x_BHWC.shape[3]);
  return tf.split(x_BHWC, [kept, x_BHWC.shape[3] - kept], 3) as [tf.Tensor4D, tf.Tensor4D];
}

/** Applies a coupling; also ln|det| a row. */
export function couple(
  p: CouplingNet,
  x_BHWC: tf.Tensor4D,
  config: CouplingSize["config"],
): { y_BHWC: tf.Tensor4D; logDet_B: tf.Tensor1D } {
  const [kept, changed] = halves(x_BHWC);
  const { y_N, logSlope_N } = changes[config.coupling].apply(
    tf.reshape(changed, [-1]),
    parameters(p, kept, config),
  );
  return {
    y_BHWC: tf.concat([kept, tf.reshape(y_N, changed.shape)], 3),
    logDet_B: perRow(tf.reshape(logSlope_N, [x_BHWC.shape[0], -1])),
  };
}

/** The inverse of `couple`. */
export function uncouple(
  p: CouplingNet,
  y_BHWC: tf.Tensor4D,
  config: CouplingSize["config"],
): tf.Tensor4D {
  const [kept, changed] = halves(y_BHWC);
  const x_N = changes[config.coupling].invert(
    tf.reshape(changed, [-1]),
    parameters(p, kept, config),
  );
  return tf.concat([kept, tf.reshape(x_N, changed.shape)], 3);
}
