/**
 * Weights of intervals along rays as histograms: where a next network is asked, and how a proposal learns
 * to be no lower than what it proposed for. Barron et al. 2021 (arXiv:2103.13415) and 2022
 * (arXiv:2111.12077).
 *
 * Shapes: R rays, K and S intervals a ray of one edge more each, from near to far.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { detached } from "../../../nn/mod.ts";
import { endsOf } from "./frustums.ts";
import { drawAlong } from "./resample.ts";

/** Intervals with their weights. */
export interface Histogram {
  /** Rising. [R, K + 1] */
  readonly edges_RE: tf.Tensor2D;
  /** ≥ 0. [R, K] */
  readonly weight_RK: tf.Tensor2D;
}

/**
 * α: what every interval gets beside its weight, so that none is never looked at. Theirs is 0.01, by which
 * 64 intervals would draw two of five samples anywhere.
 */
const FLOOR = 1e-3;
/** Weights below this are divided by it: no division by 0. */
const LEAST = 1e-7;

/**
 * Weights by which the next intervals are drawn: w'ₖ = ½(max(wₖ₋₁, wₖ) + max(wₖ, wₖ₊₁)) + α. Barron et al.
 * 2021, eq. 18: an upper envelope, a little wider than the weights, so that the border of a thing is looked
 * at from both sides. At an end the neighbour is the interval itself.
 */
export function widened(weight_RK: tf.Tensor2D): tf.Tensor2D {
  const [R, K] = weight_RK.shape;
  const first_R1 = tf.slice(weight_RK, [0, 0], [R, 1]);
  const last_R1 = tf.slice(weight_RK, [0, K - 1], [R, 1]);
  const padded = tf.concat([first_R1, weight_RK, last_R1], 1);
  const larger = tf.maximum(
    tf.slice(padded, [0, 0], [R, K + 1]),
    tf.slice(padded, [0, 1], [R, K + 1]),
  ) as tf.Tensor2D;
  const [before, after] = [0, 1].map((from) => tf.slice(larger, [0, from], [R, K]));
  return tf.add(tf.mul(tf.add(before, after), 0.5), FLOOR) as tf.Tensor2D;
}

/**
 * Edges of intervals around rising depths: the middles between neighbours, and at each end as far beyond
 * the last depth as the next edge is before it, within [near, far]. Barron et al. 2022, section 4 and their
 * `sample_intervals`.
 * @param t_RS at least two a ray
 * @returns [R, S + 1]
 */
export function intervalsAround(
  t_RS: tf.Tensor2D,
  { near, far }: { readonly near: number; readonly far: number },
): tf.Tensor2D {
  const [R, S] = t_RS.shape;
  const at = (x: tf.Tensor2D, column: number) => tf.slice(x, [0, column], [R, 1]);
  const [left, right] = [0, 1].map((from) => tf.slice(t_RS, [0, from], [R, S - 1]));
  const middle = tf.mul(tf.add(left, right), 0.5) as tf.Tensor2D;
  const beyond = (end: number, edge: number) => tf.sub(tf.mul(at(t_RS, end), 2), at(middle, edge));
  const first_R1 = tf.maximum(beyond(0, 0), near), last_R1 = tf.minimum(beyond(S - 1, S - 2), far);
  return tf.concat([first_R1, middle, last_R1], 1) as tf.Tensor2D;
}

/** The next intervals, drawn by the weights of these; no gradient flows through it. */
export function nextIntervals(
  { edges_RE, weight_RK }: Histogram,
  { u_RS, near, far }: {
    /** In [0, 1), rising. */
    readonly u_RS: tf.Tensor2D;
    readonly near: number;
    readonly far: number;
  },
): tf.Tensor2D {
  const drawn = drawAlong(detached(edges_RE), widened(detached(weight_RK)), u_RS);
  return intervalsAround(drawn, { near, far });
}

/**
 * What a proposal's histogram allows each interval at most: the sum of the weights of all its intervals
 * that overlap it. Barron et al. 2022, eq. 12.
 * @param edges_RE of the intervals that are bounded, [R, S + 1]
 * @returns [R, S]
 */
export function boundOf(proposal: Histogram, edges_RE: tf.Tensor2D): tf.Tensor2D {
  const [R, S] = [edges_RE.shape[0], edges_RE.shape[1] - 1], K = proposal.weight_RK.shape[1];
  const own = endsOf(edges_RE), theirs = endsOf(proposal.edges_RE);
  const row = (x: tf.Tensor2D) => tf.reshape(x, [R, S, 1]);
  const column = (x: tf.Tensor2D) => tf.reshape(x, [R, 1, K]);
  // 1 where each begins before the other ends; intervals that only touch don't overlap.
  const overlap_RSK = tf.mul(
    tf.step(tf.sub(row(own.to_RS), column(theirs.from_RS))),
    tf.step(tf.sub(column(theirs.to_RS), row(own.from_RS))),
  );
  const sums = tf.matMul(detached(overlap_RSK), tf.reshape(proposal.weight_RK, [R, K, 1]));
  return tf.reshape(sums, [R, S]) as tf.Tensor2D;
}

/**
 * How far a proposal's histogram is below what it should bound: Σᵢ max(0, wᵢ − boundᵢ)²/wᵢ, the mean over
 * rays; 0 where the proposal could be of the same density as w. Barron et al. 2022, eq. 13. Gradients
 * reach the proposal's weights alone.
 */
export function proposalLoss(proposal: Histogram, { edges_RE, weight_RK }: Histogram): tf.Scalar {
  const weight = detached(weight_RK);
  const bound = boundOf(proposal, detached(edges_RE));
  const short = tf.square(tf.relu(tf.sub(weight, bound)));
  const each_R = tf.sum(tf.div(short, tf.maximum(weight, LEAST)), 1);
  return tf.mean(each_R) as tf.Scalar;
}
