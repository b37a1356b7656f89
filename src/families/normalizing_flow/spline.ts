/**
 * Monotone splines of rational quadratics on [−4, 4], the identity outside. Durkan et al. 2019
 * (arXiv:1906.04032), section 3.1; equations 4 to 6 and 29 to 31 there.
 *
 * Shapes: N numbers, each with a spline of its own of K pieces.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { expm1, log } from "../../numeric/mod.ts";
import { softplus } from "../../nn/mod.ts";

/** Half the range in which splines bend. */
const TAIL = 4;
/** Smallest width and height of a piece, as a share of the range; smallest slope at a knot. */
const SMALLEST = 1e-3;
/** Where softplus is 1 − SMALLEST, so that raw slopes of 0 are slopes of 1. */
const UNIT = log(expm1(1 - SMALLEST));

/** Numbers that a network gives for a spline of K pieces: widths, heights, slopes at inner knots. */
export function splineSize(pieces: number): number {
  return 3 * pieces - 1;
}

/** A spline a number: where pieces begin, how large they are, and slopes at both their ends. */
interface Knots {
  readonly widths_NK: tf.Tensor2D;
  readonly lefts_NK: tf.Tensor2D;
  readonly heights_NK: tf.Tensor2D;
  readonly bottoms_NK: tf.Tensor2D;
  readonly slopes_NK: tf.Tensor2D;
  readonly nextSlopes_NK: tf.Tensor2D;
}

/** Sizes that sum to the range, none below its smallest share, and where each begins. */
function pieces(raw_NK: tf.Tensor2D): [sizes: tf.Tensor2D, starts: tf.Tensor2D] {
  const K = raw_NK.shape[1];
  const share_NK = tf.add(tf.mul(tf.softmax(raw_NK), 1 - K * SMALLEST), SMALLEST);
  const sizes_NK = tf.mul(share_NK, 2 * TAIL) as tf.Tensor2D;
  // Sums of all before: a product with ones above the diagonal, whose gradient is a product too.
  const before = Array.from({ length: K * K }, (_, i) => Math.floor(i / K) < i % K ? 1 : 0);
  const starts_NK = tf.sub(tf.matMul(sizes_NK, tf.tensor2d(before, [K, K])), TAIL);
  return [sizes_NK, starts_NK as tf.Tensor2D];
}

function knotsOf(raw_NP: tf.Tensor2D): Knots {
  const [N, P] = raw_NP.shape;
  const K = (P + 1) / 3;
  const [width, height, slope] = tf.split(raw_NP, [K, K, K - 1], 1) as tf.Tensor2D[];
  const [widths_NK, lefts_NK] = pieces(width);
  const [heights_NK, bottoms_NK] = pieces(height);
  const inner = tf.add(softplus(tf.add(slope, UNIT)), SMALLEST);
  const one_N1 = tf.ones([N, 1]);
  return {
    widths_NK,
    lefts_NK,
    heights_NK,
    bottoms_NK,
    slopes_NK: tf.concat([one_N1, inner], 1) as tf.Tensor2D,
    nextSlopes_NK: tf.concat([inner, one_N1], 1) as tf.Tensor2D,
  };
}

/** The piece that each number lies in, from where pieces start. All [N]. */
function pieceOf(at_N: tf.Tensor1D, starts_NK: tf.Tensor2D, knots: Knots) {
  const [N, K] = starts_NK.shape;
  const reached_NK = tf.cast(tf.greaterEqual(tf.expandDims(at_N, 1), starts_NK), "float32");
  // The last start that is reached; the first piece where rounding leaves none.
  const first_N1 = tf.ones([N, 1]);
  const from_NK = tf.concat([first_N1, tf.slice(reached_NK, [0, 1], [N, K - 1])], 1);
  const past_NK = tf.concat([tf.slice(reached_NK, [0, 1], [N, K - 1]), tf.zeros([N, 1])], 1);
  const here_NK = tf.sub(from_NK, past_NK);
  const take = (of_NK: tf.Tensor2D) => tf.sum(tf.mul(here_NK, of_NK), 1) as tf.Tensor1D;
  return {
    width: take(knots.widths_NK),
    left: take(knots.lefts_NK),
    height: take(knots.heights_NK),
    bottom: take(knots.bottoms_NK),
    slope: take(knots.slopes_NK),
    next: take(knots.nextSlopes_NK),
  };
}

/** |x| < TAIL, as a mask, and x brought inside. */
function inside(x_N: tf.Tensor1D): [bends: tf.Tensor1D, clamped: tf.Tensor1D] {
  return [tf.less(tf.abs(x_N), TAIL) as tf.Tensor1D, tf.clipByValue(x_N, -TAIL, TAIL)];
}

/**
 * With ξ = (x − left)/width and m = height/width:
 * y = bottom + height·(mξ² + δ₀ξ(1−ξ))/den, den = m + (δ₁ + δ₀ − 2m)ξ(1−ξ),
 * dy/dx = m²(δ₁ξ² + 2mξ(1−ξ) + δ₀(1−ξ)²)/den².
 */
export function spline(
  x_N: tf.Tensor1D,
  raw_NP: tf.Tensor2D,
): { y_N: tf.Tensor1D; logSlope_N: tf.Tensor1D } {
  const knots = knotsOf(raw_NP);
  const [bends, clamped] = inside(x_N);
  const p = pieceOf(clamped, knots.lefts_NK, knots);
  const xi = tf.div(tf.sub(clamped, p.left), p.width);
  const rest = tf.sub(1, xi);
  const both = tf.mul(xi, rest);
  const m = tf.div(p.height, p.width);
  const den = tf.add(m, tf.mul(tf.sub(tf.add(p.next, p.slope), tf.mul(m, 2)), both));
  const rise = tf.div(tf.add(tf.mul(m, tf.square(xi)), tf.mul(p.slope, both)), den);
  const slope = tf.addN([
    tf.mul(p.next, tf.square(xi)),
    tf.mul(tf.mul(m, 2), both),
    tf.mul(p.slope, tf.square(rest)),
  ]);
  const logSlope = tf.add(tf.mul(tf.sub(tf.log(m), tf.log(den)), 2), tf.log(slope));
  return {
    y_N: tf.where(bends, tf.add(p.bottom, tf.mul(p.height, rise)), x_N) as tf.Tensor1D,
    logSlope_N: tf.where(bends, logSlope, tf.zerosLike(x_N)) as tf.Tensor1D,
  };
}

/**
 * The inverse: with r = y − bottom and q = δ₁ + δ₀ − 2m, ξ is the root of aξ² + bξ + c,
 * a = height(m − δ₀) + rq, b = height·δ₀ − rq, c = −mr, in the form 2c/(−b − √(b² − 4ac)), which
 * loses nothing where a is near 0.
 */
export function unspline(y_N: tf.Tensor1D, raw_NP: tf.Tensor2D): tf.Tensor1D {
  const knots = knotsOf(raw_NP);
  const [bends, clamped] = inside(y_N);
  const p = pieceOf(clamped, knots.bottoms_NK, knots);
  const m = tf.div(p.height, p.width);
  const r = tf.sub(clamped, p.bottom);
  const rq = tf.mul(r, tf.sub(tf.add(p.next, p.slope), tf.mul(m, 2)));
  const a = tf.add(tf.mul(p.height, tf.sub(m, p.slope)), rq);
  const b = tf.sub(tf.mul(p.height, p.slope), rq);
  const c = tf.neg(tf.mul(m, r));
  const root = tf.sqrt(tf.maximum(tf.sub(tf.square(b), tf.mul(tf.mul(a, c), 4)), 0));
  const xi = tf.div(tf.mul(c, 2), tf.sub(tf.neg(b), root));
  const x = tf.add(p.left, tf.mul(xi, p.width));
  return tf.where(bends, x, y_N) as tf.Tensor1D;
}
