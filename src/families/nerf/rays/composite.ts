/**
 * What a ray shows of densities and colours along it: the quadrature of the volume rendering integral.
 * Max 1995; Mildenhall et al. 2020 (arXiv:2003.08934), eq. 3.
 *
 * Shapes: R rays, S samples a ray, from near to far.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** What passes a ray's samples. */
export interface Weights {
  /** wᵢ = Tᵢ(1 − exp(−τᵢ)): the share of what is seen that sample i has. */
  readonly weight_RS: tf.Tensor2D;
  /** What passes them all: 1 − Σ w = exp(−Σ τ). */
  readonly left_R1: tf.Tensor2D;
}

/** δᵢ = tᵢ₊₁ − tᵢ, the last to `end`, none below 0. [R, S] */
export function stepsBetween(t_RS: tf.Tensor2D, end_R1: tf.Tensor): tf.Tensor2D {
  const [R, S] = t_RS.shape;
  const ends_R1 = tf.add(tf.zeros([R, 1]), end_R1);
  const next_RS = tf.concat([tf.slice(t_RS, [0, 1], [R, S - 1]), ends_R1], 1);
  return tf.maximum(tf.sub(next_RS, t_RS), 0);
}

/**
 * Weights of samples of optical thickness τ = σδ ≥ 0: Tᵢ = exp(−Σ τ before i).
 * @param tau_RS finite
 */
export function weightsOf(tau_RS: tf.Tensor2D): Weights {
  const passes_RS = tf.exp(tf.neg(tf.cumsum(tau_RS, 1, true)));
  const stopped_RS = tf.sub(1, tf.exp(tf.neg(tau_RS)));
  return {
    weight_RS: tf.mul(passes_RS, stopped_RS),
    left_R1: tf.exp(tf.neg(tf.sum(tau_RS, 1, true))) as tf.Tensor2D,
  };
}

/** What is seen along rays. */
export interface Seen {
  readonly colour_R3: tf.Tensor2D;
  /** Share that the scene covers. [R, 1] */
  readonly alpha_R1: tf.Tensor2D;
  /** Σ w·t. [R, 1] */
  readonly depth_R1: tf.Tensor2D;
}

/** Samples' colours, each by its weight, on the background by what is left. */
export function composite(
  { weight_RS, left_R1 }: Weights,
  { colour_RS3, t_RS, background }: {
    readonly colour_RS3: tf.Tensor3D;
    readonly t_RS: tf.Tensor2D;
    /** Red, green, blue, 0 to 1. */
    readonly background: readonly number[];
  },
): Seen {
  const [R, S] = weight_RS.shape;
  const each_R1S = tf.reshape(weight_RS, [R, S, 1]);
  const seen_R3 = tf.sum(tf.mul(each_R1S, colour_RS3), 1);
  const behind_R3 = tf.mul(left_R1, tf.tensor2d([...background], [1, 3]));
  return {
    colour_R3: tf.add(seen_R3, behind_R3) as tf.Tensor2D,
    alpha_R1: tf.sub(1, left_R1),
    depth_R1: tf.sum(tf.mul(weight_RS, t_RS), 1, true) as tf.Tensor2D,
  };
}
