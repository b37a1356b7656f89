/**
 * Penalties on the discriminator's slope in the pictures, in the networks' own units (pixels in
 * [−1, 1]). All are differentiated again with respect to D's weights.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Key, uniform } from "../../random/mod.ts";
import { valueAndGrad } from "../../nn/mod.ts";
import type { PenaltyName } from "./presets.ts";

/** D as a function of pictures alone, each output depending on its own picture only. */
export type Critic = (x_BHWC: tf.Tensor4D) => tf.Tensor1D;

/** Where slopes are taken. */
export interface Pictures {
  readonly real_BHWC: tf.Tensor4D;
  readonly fake_BHWC: tf.Tensor4D;
  /** For places between the two. */
  readonly key: Key;
  readonly rows_B: tf.Tensor1D;
}

/** A penalty before its weight, and the mean length of the gradients that it looked at. */
export type Penalty = { readonly penalty: tf.Scalar; readonly gradient_norm: tf.Scalar };

/** ‖∇ₓD(x)‖² a picture: one gradient of Σ D, since no picture's D depends on another picture. */
export function squaredSlopes(critic: Critic, x_BHWC: tf.Tensor4D): tf.Tensor1D {
  const { grads } = valueAndGrad(
    (x: tf.Tensor4D) => ({ loss: tf.sum(critic(x)) as tf.Scalar }),
    x_BHWC,
  );
  return tf.sum(tf.square(grads), [1, 2, 3]) as tf.Tensor1D;
}

/** √ of squares, with a slope where it is 0. */
function length(squares_B: tf.Tensor1D): tf.Tensor1D {
  return tf.sqrt(tf.add(squares_B, 1e-12));
}

function zeroCentred(squares_B: tf.Tensor1D): Penalty {
  return {
    penalty: tf.mul(tf.mean(squares_B), 0.5) as tf.Scalar,
    gradient_norm: tf.mean(length(squares_B)) as tf.Scalar,
  };
}

/** The penalties; their weight, γ or λ, is the caller's. */
export const gradientPenalties: Readonly<
  Record<Exclude<PenaltyName, "none">, (critic: Critic, pictures: Pictures) => Penalty>
> = {
  // (‖∇D(x̂)‖ − 1)², x̂ = εx + (1 − ε)x̃, ε uniform. Gulrajani et al. 2017, algorithm 1.
  gradient: (critic, { real_BHWC, fake_BHWC, key, rows_B }) => {
    const share_B111 = uniform(key, [rows_B.shape[0], 1, 1, 1], { rows_B });
    const between_BHWC = tf.add(
      tf.mul(real_BHWC, share_B111),
      tf.mul(fake_BHWC, tf.sub(1, share_B111)),
    ) as tf.Tensor4D;
    const length_B = length(squaredSlopes(critic, between_BHWC));
    return {
      penalty: tf.mean(tf.square(tf.sub(length_B, 1))) as tf.Scalar,
      gradient_norm: tf.mean(length_B) as tf.Scalar,
    };
  },
  // ½‖∇D(x)‖² on the data. Mescheder et al. 2018 (arXiv:1801.04406), eq. 9.
  r1: (critic, { real_BHWC }) => zeroCentred(squaredSlopes(critic, real_BHWC)),
  // The same on the data and on the generator's pictures. Mescheder et al., eq. 10; R3GAN, eq. 3.
  "r1-r2": (critic, { real_BHWC, fake_BHWC }) => {
    const r1 = zeroCentred(squaredSlopes(critic, real_BHWC));
    const r2 = zeroCentred(squaredSlopes(critic, fake_BHWC));
    return {
      penalty: tf.add(r1.penalty, r2.penalty) as tf.Scalar,
      gradient_norm: r1.gradient_norm,
    };
  },
};
