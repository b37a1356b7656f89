/**
 * Where along rays samples are taken: in equal parts, or where weights say that something is.
 *
 * Shapes: R rays, K bins, S samples, all from near to far.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** u is kept below 1 by this, so that it never leaves the last bin that has a weight. */
const BELOW = 2 ** -22;

/** Stratified numbers in [0, 1), rising: (j + noise)/S. [R, S] */
export function stratified(noise_RS: tf.Tensor2D): tf.Tensor2D {
  const S = noise_RS.shape[1];
  const j_1S = tf.reshape(tf.range(0, S, 1, "float32"), [1, S]);
  return tf.div(tf.add(noise_RS, j_1S), S);
}

/** The middles of `samples` equal parts for each of `rays`, where nothing is drawn. [R, S] */
export function middles(rays: number, samples: number): tf.Tensor2D {
  return stratified(tf.fill([rays, samples], 0.5));
}

/** from + (to − from)·u. [R, S] */
export function between(
  { from_R1, to_R1 }: { readonly from_R1: tf.Tensor; readonly to_R1: tf.Tensor },
  u_RS: tf.Tensor2D,
): tf.Tensor2D {
  return tf.add(from_R1, tf.mul(tf.sub(to_R1, from_R1), u_RS));
}

/** Rows of [R, K] at places in [0, K): [R, S]. */
function at(x_RK: tf.Tensor, place_RS: tf.Tensor): tf.Tensor {
  const [R, K] = x_RK.shape as [number, number];
  const first_R1 = tf.mul(tf.reshape(tf.range(0, R, 1, "int32"), [R, 1]), tf.scalar(K, "int32"));
  const index = tf.reshape(tf.add(place_RS, first_R1), [-1]) as tf.Tensor1D;
  return tf.reshape(tf.gather(tf.reshape(x_RK, [-1]), index), place_RS.shape);
}

/**
 * The inverse of the distribution function whose density is even within each bin and in proportion to
 * its weight over all: Mildenhall et al. 2020, section 5.2. Rising where u rises. Where no bin has
 * any weight, the start of the last. No gradient flows through it: weights and edges are to be detached.
 * @param edges_RE rising, [R, K + 1]
 * @param weight_RK ≥ 0
 * @param u_RS in [0, 1]
 */
export function drawAlong(
  edges_RE: tf.Tensor2D,
  weight_RK: tf.Tensor2D,
  u_RS: tf.Tensor2D,
): tf.Tensor2D {
  const [R, K] = weight_RK.shape;
  const until_RK = tf.cumsum(weight_RK, 1);
  const total_R1 = tf.slice(until_RK, [0, K - 1], [R, 1]);
  const target_RS = tf.mul(tf.minimum(u_RS, 1 - BELOW), total_R1);
  // How many bins end at or before it.
  const count_RS = tf.upperBound(until_RK, target_RS);
  const bin_RS = tf.minimum(count_RS, tf.scalar(K - 1, "int32"));
  const weight_RS = at(weight_RK, bin_RS);
  const before_RS = tf.sub(at(until_RK, bin_RS), weight_RS);
  const share_RS = tf.div(tf.sub(target_RS, before_RS), tf.maximum(weight_RS, 1e-12));
  const low_RS = at(edges_RE, bin_RS);
  const high_RS = at(edges_RE, tf.add(bin_RS, tf.scalar(1, "int32")));
  const within_RS = tf.mul(tf.clipByValue(share_RS, 0, 1), tf.sub(high_RS, low_RS));
  // Never past the bin, so that the order of samples survives rounding.
  return tf.minimum(tf.add(low_RS, within_RS), high_RS) as tf.Tensor2D;
}

/** Two rising rows as one, [R, A + B]: a number's place is how many of both stand before it. */
export function merged(a_RA: tf.Tensor2D, b_RB: tf.Tensor2D): tf.Tensor2D {
  const [R, A] = a_RA.shape, B = b_RB.shape[1], all = A + B;
  const ranks = (n: number) => tf.reshape(tf.range(0, n, 1, "int32"), [1, n]);
  // Of equal ones a stands first.
  const placeA_RA = tf.add(tf.lowerBound(b_RB, a_RA), ranks(A));
  const placeB_RB = tf.add(tf.upperBound(a_RA, b_RB), ranks(B));
  const place = tf.concat([placeA_RA, placeB_RB], 1);
  const first_R1 = tf.mul(tf.reshape(tf.range(0, R, 1, "int32"), [R, 1]), tf.scalar(all, "int32"));
  const flat = tf.reshape(tf.add(place, first_R1), [-1]) as tf.Tensor1D;
  // Every place is met once, so that the sum is a permutation.
  const values = tf.reshape(tf.concat([a_RA, b_RB], 1), [-1]);
  return tf.reshape(tf.unsortedSegmentSum(values, flat, R * all), [R, all]);
}

/** Edges of bins around samples: from, the middles between neighbours, to. [R, S + 1] */
export function edgesAround(
  t_RS: tf.Tensor2D,
  { from_R1, to_R1 }: { readonly from_R1: tf.Tensor; readonly to_R1: tf.Tensor },
): tf.Tensor2D {
  const [R, S] = t_RS.shape, none_R1 = tf.zeros([R, 1]);
  const [left, right] = [0, 1].map((from) => tf.slice(t_RS, [0, from], [R, S - 1]));
  const middle = tf.mul(tf.add(left, right), 0.5);
  return tf.concat([tf.add(none_R1, from_R1), middle, tf.add(none_R1, to_R1)], 1) as tf.Tensor2D;
}
