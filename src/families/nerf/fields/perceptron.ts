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

/** Parameters. */
export type Perceptron = {
  readonly trunk: readonly Linear[];
  readonly density: Linear;
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

/** Fresh parameters. */
export function initPerceptron(
  key: Key,
  { place, direction, width, depth }: PerceptronSize,
): Perceptron {
  const trunk = Array.from({ length: depth }, (_, i) => {
    const from = i === 0 ? place : i === toldAgain(depth) ? width + place : width;
    return initLinear(fold(fold(key, "trunk"), i), { in: from, out: width });
  });
  const half = Math.ceil(width / 2);
  return {
    trunk,
    density: initLinear(fold(key, "density"), { in: width, out: 1, scale: 0.5 }),
    features: initLinear(fold(key, "features"), { in: width, out: width, scale: Math.sqrt(0.5) }),
    side: initLinear(fold(key, "side"), { in: width + direction, out: half }),
    colour: initLinear(fold(key, "colour"), { in: half, out: 3, scale: 0.5 }),
  };
}

/**
 * Density softplus(· − 1) (Barron et al. 2021, arXiv:2103.13415, appendix A: the paper's rectifier can
 * stop learning at 0 everywhere) and colour.
 */
export function perceptron(
  p: Perceptron,
  { place, direction }: { readonly place: tf.Tensor2D; readonly direction: tf.Tensor2D },
): Field {
  const told = toldAgain(p.trunk.length);
  let h = place;
  p.trunk.forEach((layer, i) => {
    const again = i === told && i > 0;
    h = relu(again ? linearOfTwo(layer, { first: h, second: place }) : linear(layer, h));
  });
  const density_N1 = softplus(tf.sub(linear(p.density, h), 1));
  const features = linear(p.features, h);
  const side = relu(linearOfTwo(p.side, { first: features, second: direction }));
  return {
    density_N: tf.mul(tf.reshape(density_N1, [-1]), DENSITY),
    colour_N3: tf.sigmoid(linear(p.colour, side)),
  };
}
