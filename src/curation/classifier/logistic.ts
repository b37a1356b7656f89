/**
 * Logistic regression on sparse vectors x of length 1: minimises
 * ½λ|w|² + Σᵢ cᵢ log(1 + exp(−yᵢ(w·xᵢ + b)))/n, the cᵢ such that both classes weigh the same, by
 * Nesterov's accelerated gradient (1983). The slope changes by at most ¼(|x|² + 1) = ½ and λ, so that
 * its inverse is a step that never overshoots. The same vectors give the same bits.
 * @module
 */
import { sigmoid } from "../../numeric/mod.ts";
import type { Features } from "./features.ts";

/** A trained model. */
export interface Logistic {
  readonly weights: Float64Array;
  readonly bias: number;
}

/** How it is trained. */
export interface LogisticOptions {
  readonly bits: number;
  readonly steps: number;
  /** λ */
  readonly decay: number;
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

/** Takes a step down the slope at a point; gives the change of the bias. */
function descend(
  examples: readonly Labelled[],
  at: Logistic,
  { into, weightOf, step }: {
    readonly into: Float64Array;
    readonly weightOf: (positive: boolean) => number;
    readonly step: number;
  },
): number {
  let slopeOfBias = 0;
  for (const { features, positive } of examples) {
    const error = probability(at, features) - (positive ? 1 : 0);
    const slope = error * weightOf(positive) / examples.length;
    const { places, values } = features;
    for (let i = 0; i < places.length; i++) into[places[i]] -= step * slope * values[i];
    slopeOfBias += slope;
  }
  return -step * slopeOfBias;
}

/** Trains on examples of both classes. */
export function trainLogistic(
  examples: readonly Labelled[],
  { bits, steps, decay }: LogisticOptions,
): Logistic {
  const n = examples.length, size = 1 << bits, step = 1 / (0.5 + decay);
  const positives = examples.filter(({ positive }) => positive).length;
  const weightOf = (positive: boolean) => n / (2 * (positive ? positives : n - positives));
  let now = { weights: new Float64Array(size), bias: 0 }, before = now;
  for (let t = 1; t <= steps; t++) {
    const momentum = (t - 1) / (t + 2);
    const ahead = {
      weights: now.weights.map((weight, i) => weight + momentum * (weight - before.weights[i])),
      bias: now.bias + momentum * (now.bias - before.bias),
    };
    const weights = ahead.weights.map((weight) => weight * (1 - step * decay));
    const change = descend(examples, ahead, { into: weights, weightOf, step });
    before = now;
    now = { weights, bias: ahead.bias + change };
  }
  return now;
}
