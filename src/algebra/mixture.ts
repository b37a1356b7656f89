/**
 * A mixture of Gaussians, one around each sample, whose widths are fitted to training data. The
 * feature likelihood divergence scores held-out data with it (Jiralerspong et al. 2023, §3).
 * @module
 */
import { exp, log } from "../numeric/mod.ts";
import type { LinearAlgebra } from "./linear_algebra.ts";
import { columnMeans } from "./linear.ts";
import type { Features } from "./features.ts";
import { eachRow } from "./neighbours.ts";

/** Centres with a log variance each. */
export interface FeatureMixture {
  readonly centres: Features;
  /** ln σ²ⱼ. [centres.count] */
  readonly logVariances: Float64Array;
}

/** As the authors' code has them: Adam's step, rounds at most, and when to stop. */
const [stepSize, rounds, settled] = [0.5, 50, 5e-4];
/** How far the broad component about the data's mean sees it: 0.9 of the distance. */
const shrunk = 0.9 * 0.9;
/** Bounds of ln σ², without which a copied sample's width runs away. */
const widest = 40;

const LOG_TWO_PI = log(2 * Math.PI);

/** Rough distances may come out below 0. */
const nonNegative = (row: Float64Array) => row.map((d) => Math.max(0, d));

/** Squared distances of all rows to all centres. @returns row-major [x.count, centres.count] */
function distancesOf(
  x: Features,
  centres: Features,
  algebra: LinearAlgebra | null,
): Float64Array {
  const out = new Float64Array(x.count * centres.count);
  eachRow(x, centres, (i, row) => out.set(nonNegative(row), i * centres.count), algebra);
  return out;
}

/** Adam of Kingma & Ba 2015, in place, with PyTorch's defaults. */
class Adam {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  #decay1 = 1;
  #decay2 = 1;
  constructor(size: number) {
    this.#first = new Float64Array(size);
    this.#second = new Float64Array(size);
  }
  step(point: Float64Array, gradient: Float64Array): void {
    this.#decay1 *= 0.9;
    this.#decay2 *= 0.999;
    const root = Math.sqrt(1 - this.#decay2), size = stepSize / (1 - this.#decay1);
    for (let j = 0; j < point.length; j++) {
      const g = gradient[j];
      this.#first[j] = 0.9 * this.#first[j] + 0.1 * g;
      this.#second[j] = 0.999 * this.#second[j] + 0.001 * g * g;
      point[j] -= size * this.#first[j] / (Math.sqrt(this.#second[j]) / root + 1e-8);
    }
  }
}

/** Whether the last loss hardly differs from the four before it, of more than six. */
function isSettled(losses: readonly number[]): boolean {
  const last = losses.length - 1;
  if (last <= 5) return false;
  return [1, 2, 3, 4].every((back) => Math.abs(losses[last] - losses[last - back]) < settled);
}

/**
 * Fits the variances to `x` by Adam on the mean log-likelihood a dimension. While it fits, a broad
 * component about the mean of `x` gives every row some likelihood; it is no part of what is returned.
 * Both sets are standardised by the caller. Memory: 8 bytes times both counts.
 */
export function fitMixture(
  centres: Features,
  x: Features,
  algebra: LinearAlgebra | null = null,
): FeatureMixture {
  const m = centres.count, n = x.count, d = x.dimension;
  const distances = distancesOf(x, centres, algebra);
  const mean = { count: 1, dimension: d, data: columnMeans(x) };
  const toMean = distancesOf(x, mean, null);
  // The last one is the broad component's; the others begin where the nearest row likes them best.
  const point = new Float64Array(m + 1);
  for (let j = 0; j < m; j++) {
    let least = Infinity;
    for (let i = 0; i < n; i++) least = Math.min(least, distances[i * m + j]);
    point[j] = log((least + 1e-3) / d);
  }
  const adam = new Adam(m + 1), losses: number[] = [];
  const gradient = new Float64Array(m + 1), terms = new Float64Array(m + 1);
  const inverse = new Float64Array(m + 1), constant = new Float64Array(m + 1);
  for (let round = 0; round < rounds; round++) {
    for (let j = 0; j <= m; j++) {
      inverse[j] = 0.5 * exp(-point[j]);
      constant[j] = -(d / 2) * (point[j] + LOG_TWO_PI) - (j < m ? log(m) : 0);
    }
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < n; i++) {
      let largest = -Infinity;
      for (let j = 0; j <= m; j++) {
        const distance = j < m ? distances[i * m + j] : shrunk * toMean[i];
        terms[j] = constant[j] - distance * inverse[j];
        largest = Math.max(largest, terms[j]);
      }
      let sum = 0;
      for (let j = 0; j <= m; j++) {
        // A term e⁻⁵⁰ of the largest is below the sum's rounding.
        terms[j] = terms[j] < largest - 50 ? 0 : exp(terms[j] - largest);
        sum += terms[j];
      }
      loss -= (largest + log(sum)) / (n * d);
      for (let j = 0; j <= m; j++) {
        if (terms[j] === 0) continue;
        const distance = j < m ? distances[i * m + j] : shrunk * toMean[i];
        gradient[j] -= terms[j] / sum * (distance * inverse[j] - d / 2) / (n * d);
      }
    }
    adam.step(point, gradient);
    for (let j = 0; j < m; j++) point[j] = Math.min(widest, Math.max(-widest, point[j]));
    losses.push(loss);
    if (isSettled(losses)) break;
  }
  return { centres, logVariances: point.slice(0, m) };
}

/** Mean of −ln p(x)/d over the rows of `x`, nats a dimension. */
export function mixtureLoss(
  { centres, logVariances }: FeatureMixture,
  x: Features,
  algebra: LinearAlgebra | null = null,
): number {
  const m = centres.count, d = x.dimension;
  const inverse = logVariances.map((v) => 0.5 * exp(-v));
  const constant = logVariances.map((v) => -(d / 2) * (v + LOG_TWO_PI) - log(m));
  const terms = new Float64Array(m);
  let total = 0;
  eachRow(x, centres, (_, distances) => {
    let largest = -Infinity;
    for (let j = 0; j < m; j++) {
      terms[j] = constant[j] - Math.max(0, distances[j]) * inverse[j];
      largest = Math.max(largest, terms[j]);
    }
    let sum = 0;
    for (let j = 0; j < m; j++) if (terms[j] > largest - 50) sum += exp(terms[j] - largest);
    total -= largest + log(sum);
  }, algebra);
  return total / (x.count * d);
}
