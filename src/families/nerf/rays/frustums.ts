/**
 * Pieces of a ray's cone as Gaussians: Barron et al. 2021 (arXiv:2103.13415), section 3.1. A pixel sees a
 * cone and not a line; between two depths it is a frustum, of which mean and variance are known.
 *
 * Shapes: R rays, S intervals a ray of S + 1 edges, from near to far.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Rays } from "./rays.ts";

/** Gaussians, in the box's coordinates: means, and variances along x, y and z. */
export interface Gaussians {
  /** [R·S, 3], ray after ray. */
  readonly mean_N3: tf.Tensor2D;
  /** The diagonal of the covariance. [R·S, 3] */
  readonly variance_N3: tf.Tensor2D;
}

/** Both ends of intervals: edges 0 … S − 1 and 1 … S, [R, S] each. */
export function endsOf(
  edges_RE: tf.Tensor2D,
): { readonly from_RS: tf.Tensor2D; readonly to_RS: tf.Tensor2D } {
  const [R, E] = edges_RE.shape;
  const [from_RS, to_RS] = [0, 1].map((first) => tf.slice(edges_RE, [0, first], [R, E - 1]));
  return { from_RS, to_RS };
}

/** A frustum by its moments. */
export interface Moments {
  /** Mean depth, μₜ. */
  readonly mean_RS: tf.Tensor2D;
  /** Variance of depth, σₜ². */
  readonly along_RS: tf.Tensor2D;
  /** Variance across the ray for a cone of radius 1 at depth 1: σᵣ²/ṙ². */
  readonly across_RS: tf.Tensor2D;
}

/**
 * Mean and variances of a point that is evenly spread over a frustum, by the middle and half the length of
 * its interval, tμ and tδ, so that nothing cancels: eq. 7. With D = 3tμ² + tδ²
 *
 * μₜ = tμ + 2 tμ tδ²/D, σₜ² = tδ²/3 − 4/15·tδ⁴(12 tμ² − tδ²)/D²,
 * σᵣ² = ṙ²(tμ²/4 + 5/12·tδ² − 4/15·tδ⁴/D).
 */
export function frustumMoments(edges_RE: tf.Tensor2D): Moments {
  const { from_RS, to_RS } = endsOf(edges_RE);
  const middle = tf.mul(tf.add(from_RS, to_RS), 0.5), half = tf.mul(tf.sub(to_RS, from_RS), 0.5);
  const mm = tf.square(middle), hh = tf.square(half), hhhh = tf.square(hh);
  // Where near is 0 an interval of no length may begin there.
  const D = tf.maximum(tf.add(tf.mul(mm, 3), hh), 1e-12);
  const mean_RS = tf.add(middle, tf.div(tf.mul(tf.mul(middle, hh), 2), D));
  const less = tf.div(tf.mul(hhhh, tf.sub(tf.mul(mm, 12), hh)), tf.square(D));
  const along_RS = tf.sub(tf.div(hh, 3), tf.mul(less, 4 / 15));
  const across_RS = tf.sub(
    tf.add(tf.mul(mm, 1 / 4), tf.mul(hh, 5 / 12)),
    tf.mul(tf.div(hhhh, D), 4 / 15),
  );
  return { mean_RS, along_RS, across_RS } as Moments;
}

/**
 * The frustums between edges as Gaussians: mean o + μₜ d, variances σₜ² d∘d + σᵣ² (1 − d∘d/|d|²): eq. 8
 * and 16.
 */
export function frustums(
  { origin_R3, direction_R3, unit_R3, radius_R1 }: Rays,
  edges_RE: tf.Tensor2D,
): Gaussians {
  const { mean_RS, along_RS, across_RS } = frustumMoments(edges_RE);
  const round_RS = tf.mul(across_RS, tf.square(radius_R1));
  const each = (x_RS: tf.Tensor, by_R3: tf.Tensor) =>
    tf.mul(tf.expandDims(x_RS, 2), tf.expandDims(by_R3, 1));
  const mean = tf.add(tf.expandDims(origin_R3, 1), each(mean_RS, direction_R3));
  const variance = tf.add(
    each(along_RS, tf.square(direction_R3)),
    each(round_RS, tf.sub(1, tf.square(unit_R3))),
  );
  return {
    mean_N3: tf.reshape(mean, [-1, 3]),
    // float32's rounding may take 1 − d²/|d|² below 0.
    variance_N3: tf.maximum(tf.reshape(variance, [-1, 3]), 0) as tf.Tensor2D,
  };
}
