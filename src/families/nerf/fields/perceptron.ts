/**
 * The original's network: a perceptron from a place to density and features, and from features and a
 * direction to colour. Mildenhall et al. 2020, figure 7.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { initLinear, type Linear, linear, relu, softplus } from "../../../nn/mod.ts";
import { fold, type Key } from "../../../random/mod.ts";
import { type Field, linearOfTwo } from "./field.ts";

/** Sizes. */
export interface PerceptronSize {
  /** Numbers of an encoded place. */
  readonly place: number;
  /** Numbers of an encoded direction. */
  readonly direction: number;
  readonly width: number;
  readonly depth: number;
}

/** Parameters of what says a density alone. */
export type Trunk = {
  readonly trunk: readonly Linear[];
  readonly density: Linear;
};

/** Parameters. */
export type Perceptron = Trunk & {
  readonly features: Linear;
  readonly side: Linear;
  readonly colour: Linear;
};

/**
 * Densities in a half side of the box are of this order, so that a network's numbers stay of the order
 * of 1: what is 1/10 of a half side thick is nearly opaque.
 */
const DENSITY = 10;

/** Layer of the trunk that is told the place again. */
function toldAgain(depth: number): number {
  return Math.floor(depth / 2);
}

/** Fresh parameters of a trunk and its density. */
export function initTrunk(
  key: Key,
  { place, width, depth }: Omit<PerceptronSize, "direction">,
): Trunk {
  const trunk = Array.from({ length: depth }, (_, i) => {
    const from = i === 0 ? place : i === toldAgain(depth) ? width + place : width;
    return initLinear(fold(fold(key, "trunk"), i), { in: from, out: width });
  });
  return {
    trunk,
    density: initLinear(fold(key, "density"), { in: width, out: 1, scale: 0.5 }),
  };
}

/** Fresh parameters. */
export function initPerceptron(key: Key, size: PerceptronSize): Perceptron {
  const { direction, width } = size, half = Math.ceil(width / 2);
  return {
    ...initTrunk(key, size),
    features: initLinear(fold(key, "features"), { in: width, out: width, scale: Math.sqrt(0.5) }),
    side: initLinear(fold(key, "side"), { in: width + direction, out: half }),
    colour: initLinear(fold(key, "colour"), { in: half, out: 3, scale: 0.5 }),
  };
}

/** What the trunk makes of an encoded place. [N, width] */
function trunkOf(p: Trunk, place: tf.Tensor2D): tf.Tensor2D {
  const told = toldAgain(p.trunk.length);
  let h = place;
  p.trunk.forEach((layer, i) => {
    const again = i === told && i > 0;
    h = relu(again ? linearOfTwo(layer, { first: h, second: place }) : linear(layer, h));
  });
  return h;
}

/**
 * Density softplus(· − 1) (Barron et al. 2021, arXiv:2103.13415, appendix A: the paper's rectifier can
 * stop learning at 0 everywhere). [N]
 */
function densityOf(p: Trunk, h: tf.Tensor2D): tf.Tensor1D {
  const density_N1 = softplus(tf.sub(linear(p.density, h), 1));
  return tf.mul(tf.reshape(density_N1, [-1]), DENSITY);
}

/** Density at encoded places. [N] */
export function trunkDensity(p: Trunk, place: tf.Tensor2D): tf.Tensor1D {
  return densityOf(p, trunkOf(p, place));
}

/** Density and colour at encoded places, seen along encoded directions. */
export function perceptron(
  p: Perceptron,
  { place, direction }: { readonly place: tf.Tensor2D; readonly direction: tf.Tensor2D },
): Field {
  const h = trunkOf(p, place), density_N = densityOf(p, h);
  const features = linear(p.features, h);
  const side = relu(linearOfTwo(p.side, { first: features, second: direction }));
  return {
    density_N,
    colour_N3: tf.sigmoid(linear(p.colour, side)),
  };
}
