/** References for laws of denoisers, in float64: Gaussians and mixtures whose denoiser is known. */
import { erf } from "../../../src/numeric/elementary.ts";
import { follow } from "../../../src/families/common/denoising/follow_steps.ts";
import type { Point, Step } from "../../../src/families/common/denoising/solvers.ts";

/** Data in one dimension: Σ weight N(mean, deviation²). */
export type Mixture = readonly { weight: number; mean: number; deviation: number }[];

const TWO_PI = 2 * Math.PI;

/** Of each component: responsibility for x and posterior mean of x₀. */
function components(data: Mixture, x: number, { alpha, sigma }: Point) {
  const parts = data.map(({ weight, mean, deviation }) => {
    const variance = alpha ** 2 * deviation ** 2 + sigma ** 2;
    const away = x - alpha * mean;
    return {
      mass: weight * Math.exp(-0.5 * away ** 2 / variance) / Math.sqrt(TWO_PI * variance),
      mean: mean + alpha * deviation ** 2 / variance * away,
    };
  });
  const total = parts.reduce((sum, { mass }) => sum + mass, 0);
  return { parts, total };
}

/** E[x₀ | x]. */
export function oracle(data: Mixture, x: number, at: Point): number {
  const { parts, total } = components(data, x, at);
  return parts.reduce((sum, { mass, mean }) => sum + mass * mean, 0) / total;
}

/** P(X ≤ x) at a noise level. */
export function cdf(data: Mixture, x: number, { alpha, sigma }: Point): number {
  return data.reduce((sum, { weight, mean, deviation }) => {
    const scale = Math.sqrt(alpha ** 2 * deviation ** 2 + sigma ** 2);
    return sum + weight * 0.5 * (1 + erf((x - alpha * mean) / scale / Math.SQRT2));
  }, 0);
}

/** The x with that probability below it, by halving. */
export function quantile(data: Mixture, probability: number, at: Point): number {
  let [low, high] = [-1e3, 1e3];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (cdf(data, middle, at) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Where the probability flow of N(m, s²) takes x from one level to another: its standard score stays. */
export function gaussianFlow(
  x: number,
  { mean, deviation, at, to }: { mean: number; deviation: number; at: Point; to: Point },
): number {
  const scale = (p: Point) => Math.sqrt(p.alpha ** 2 * deviation ** 2 + p.sigma ** 2);
  return to.alpha * mean + scale(to) / scale(at) * (x - at.alpha * mean);
}

/** The sampler's own loop on plain numbers, one a state. */
export function sampleNumber(
  first: number,
  steps: readonly Step[],
  { denoise, noise = () => 0 }: {
    denoise: (x: number, at: Point, to: Point) => number;
    noise?: (index: number) => number;
  },
): number {
  return follow(first, steps, {
    denoise: (x, { at, to }) => denoise(x, at, to),
    noise,
    combine: (terms) => terms.reduce((sum, [coefficient, value]) => sum + coefficient * value, 0),
    release: () => {},
  });
}

/** log₂ of how much smaller an error gets when steps are halved. */
export function order(error: (steps: number) => number, steps: number): number {
  return Math.log2(error(steps) / error(2 * steps));
}
