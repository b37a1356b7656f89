/**
 * Logistic regression on sparse vectors: ½λ|w|² + mean of log(1 + exp(−y(w·x + b))), by stochastic
 * gradient descent with a rate that falls as 1/√(1 + t/n). The same vectors give the same bits.
 * @module
 */
import { sigmoid } from "../../numeric/mod.ts";
import { hostKey, hostPermutation } from "../../random/host/mod.ts";
import type { Features } from "./features.ts";

/** A trained model. */
export interface Logistic {
  readonly weights: Float64Array;
  readonly bias: number;
}

/** How it is trained. */
export interface LogisticOptions {
  readonly bits: number;
  readonly epochs: number;
  readonly rate: number;
  /** λ */
  readonly decay: number;
  readonly seed: number;
}

/** A vector and whether it is of the first class. */
export interface Labelled {
  readonly features: Features;
  readonly positive: boolean;
}

function product(weights: Float64Array, { places, values }: Features): number {
  let sum = 0;
  for (let i = 0; i < places.length; i++) sum += weights[places[i]] * values[i];
  return sum;
}

/** The probability of the first class. */
export const probability = ({ weights, bias }: Logistic, features: Features): number =>
  sigmoid(product(weights, features) + bias);

/** Trains on examples in an order drawn anew each epoch; both classes weigh the same in all. */
export function trainLogistic(
  examples: readonly Labelled[],
  { bits, epochs, rate, decay, seed }: LogisticOptions,
): Logistic {
  const n = examples.length;
  const positives = examples.filter(({ positive }) => positive).length;
  const weightOf = (positive: boolean) => n / (2 * (positive ? positives : n - positives));
  // w = scale · direction, so that decay touches one number a step.
  const direction = new Float64Array(1 << bits);
  let scale = 1, bias = 0, step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const at of hostPermutation(hostKey(seed, "classifier", "epoch", epoch), n)) {
      const { features, positive } = examples[at];
      const size = rate / Math.sqrt(1 + step++ / n);
      const score = scale * product(direction, features) + bias;
      const slope = (sigmoid(score) - (positive ? 1 : 0)) * weightOf(positive);
      scale *= 1 - size * decay;
      const { places, values } = features;
      for (let i = 0; i < places.length; i++) {
        direction[places[i]] -= size * slope * values[i] / scale;
      }
      bias -= size * slope;
    }
  }
  return { weights: direction.map((value) => value * scale), bias };
}
