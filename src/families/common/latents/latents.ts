/**
 * Walks through a continuous latent space: what a family's `decode` turns into traversals and
 * interpolations. Codes are float64, row-major [count, Z], as `encode` gives them to the host.
 * @module
 */
import { acos, sin } from "../../../numeric/mod.ts";
import type { Features } from "../../../algebra/mod.ts";

/** A dimension of the code with the variance of its mean over some pictures. */
export interface Activity {
  readonly dimension: number;
  readonly mean: number;
  readonly variance: number;
}

/**
 * The dimensions of `codes` by falling variance over its rows: Burda et al. 2016, section 4.1.2,
 * call one active where its posterior mean varies by more than 0.01.
 */
export function activities(codes: Features): Activity[] {
  const { count, dimension: Z, data } = codes;
  const found = Array.from({ length: Z }, (_, dimension): Activity => {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += data[i * Z + dimension];
    mean /= count;
    let variance = 0;
    for (let i = 0; i < count; i++) variance += (data[i * Z + dimension] - mean) ** 2;
    return { dimension, mean, variance: variance / count };
  });
  return found.sort((a, b) => b.variance - a.variance || a.dimension - b.dimension);
}

/** What a traversal grid shows. */
export interface TraversalOptions {
  /** Row of `codes` from which the walk starts. Default 0. */
  readonly row?: number;
  /** How many dimensions, most active first. Default 8. */
  readonly dimensions?: number;
  /** Points a dimension. Default 7. */
  readonly steps?: number;
  /** How far to go on either side of the dimension's mean, in its standard deviations. Default 2.5. */
  readonly range?: number;
}

/**
 * One code moved along one dimension at a time: row-major, a row of `steps` codes for each of the
 * most active dimensions. The standard deviations are those of `codes` over its rows, so that an
 * autoencoder's space, which has no unit scale, is walked as far as a VAE's.
 * @returns the codes [dimensions × steps, Z] and the dimensions in the order of their rows.
 */
export function traversal(
  codes: Features,
  { row = 0, dimensions = 8, steps = 7, range = 2.5 }: TraversalOptions = {},
): { codes: Features; dimensions: readonly Activity[] } {
  const Z = codes.dimension;
  const walked = activities(codes).slice(0, dimensions);
  const data = new Float64Array(walked.length * steps * Z);
  const start = codes.data.subarray(row * Z, (row + 1) * Z);
  walked.forEach(({ dimension, mean, variance }, line) => {
    for (let step = 0; step < steps; step++) {
      const at = (line * steps + step) * Z;
      data.set(start, at);
      const along = steps === 1 ? 0 : 2 * step / (steps - 1) - 1;
      data[at + dimension] = mean + along * range * Math.sqrt(variance);
    }
  });
  return { codes: { count: walked.length * steps, dimension: Z, data }, dimensions: walked };
}

/** How to go from one code to another. */
export interface InterpolationOptions {
  /** Points, both ends included. Default 9. */
  readonly steps?: number;
  /**
   * `linear`; or `spherical`, along the great circle of the directions with lengths going linearly,
   * for spaces with a Gaussian prior, whose mass lies in a shell (White 2016, arXiv:1609.04468).
   */
  readonly path?: "linear" | "spherical";
}

/** Codes from row `from` to row `to` of `codes`: [steps, Z], the ends exactly the rows. */
export function interpolation(
  codes: Features,
  { from, to, steps = 9, path = "linear" }: InterpolationOptions & { from: number; to: number },
): Features {
  const Z = codes.dimension;
  const a = codes.data.subarray(from * Z, (from + 1) * Z);
  const b = codes.data.subarray(to * Z, (to + 1) * Z);
  const length = (v: Float64Array) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
  const [lengthA, lengthB] = [length(a), length(b)];
  const cosine = a.reduce((sum, x, d) => sum + x * b[d], 0) / (lengthA * lengthB);
  const angle = acos(Math.min(1, Math.max(-1, cosine)));
  // Parallel, opposite or zero codes span no single great circle: the straight line then.
  const straight = path === "linear" || !(sin(angle) > 1e-6);
  const data = new Float64Array(steps * Z);
  for (let step = 0; step < steps; step++) {
    const t = steps === 1 ? 0 : step / (steps - 1);
    const radius = (1 - t) * lengthA + t * lengthB;
    const ofA = straight ? 1 - t : radius / lengthA * sin((1 - t) * angle) / sin(angle);
    const ofB = straight ? t : radius / lengthB * sin(t * angle) / sin(angle);
    for (let d = 0; d < Z; d++) {
      data[step * Z + d] = t === 0 ? a[d] : t === 1 ? b[d] : ofA * a[d] + ofB * b[d];
    }
  }
  return { count: steps, dimension: Z, data };
}
