/**
 * Velocities averaged over a span of time, so that a step of any length is one evaluation. Geng et
 * al. 2025, "Mean Flows for One-step Generative Modeling" (arXiv:2505.13447).
 *
 * With u(x_t, r, t) = 1/(t−r) ∫ᵣᵗ v dτ, differentiating (t − r)·u by t along the flow gives
 *
 *   u = v − (t − r)·du/dt,   du/dt = v ∂ₓu + ∂ₜu,
 *
 * which is regressed on, its right side held constant and v replaced by ε − x₀, whose mean it is.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { jvp } from "../../../nn/mod.ts";
import { fold } from "../../../random/mod.ts";
import type { Labels } from "../../common/conditioning.ts";
import { each, noisy } from "../../common/denoising/levels.ts";
import { type Denoising, predict } from "../../common/denoising/model.ts";
import type { Network } from "../../common/denoising/network.ts";
import type { Learns, Noised } from "../../common/denoising/objective.ts";
import type { TimeLaw } from "../../common/denoising/time_laws.ts";
import { span } from "../time_laws.ts";

/** Keeps the adaptive weight finite where nothing is left to learn. */
const LEAST_ERROR = 1e-3;

/** The velocity of a network at x, of spans from t back to r. */
export type Velocity = (
  inputs: { readonly x_BHWC: tf.Tensor4D; readonly t_B: tf.Tensor1D; readonly r_B: tf.Tensor1D },
) => tf.Tensor4D;

/** v − (t − r)·(v ∂ₓu + ∂ₜu): what u should be, by u itself. */
export function meanTarget(
  u: Velocity,
  { x_BHWC, t_B, r_B, v_BHWC }: Parameters<Velocity>[0] & { readonly v_BHWC: tf.Tensor4D },
): tf.Tensor4D {
  const { tangent } = jvp(u, {
    inputs: { x_BHWC, t_B, r_B },
    tangents: { x_BHWC: v_BHWC, t_B: tf.onesLike(t_B), r_B: tf.zerosLike(r_B) },
    shape: x_BHWC.shape,
  });
  const span = each(tf.sub(t_B, r_B) as tf.Tensor1D);
  return tf.sub(v_BHWC, tf.mul(span, tangent));
}

/** The first `count` rows. */
function first<T extends tf.Tensor>(x: T, count: number): T {
  return tf.slice(x, 0, count) as T;
}

function velocityOf(params: Network, labels: Labels, denoising: Denoising): Velocity {
  return ({ x_BHWC, t_B, r_B }) =>
    predict(params, { x_BHWC, time_B: t_B, next_B: r_B, labels }, denoising).output_BHWC;
}

/** A batch's spans: the first `averaged` rows have some, the others r = t. */
function spans({ rows_B, key }: Noised, { law, averaged }: { law: TimeLaw; averaged: number }) {
  const { t_B, r_B } = span(law)(fold(key, "time"), rows_B);
  const B = rows_B.shape[0];
  const r = averaged === B
    ? r_B
    : tf.concat([first(r_B, averaged), tf.slice(t_B, averaged, B - averaged)]) as tf.Tensor1D;
  return { t_B, r_B: r };
}

/**
 * Mean over pictures of ‖u − sg(target)‖², each divided by itself (held constant): far and near
 * targets weigh alike. Geng et al. 2025, eq. 11 and 22 with p = 1.
 * @param options.share of a batch, its first rows, that has spans: the derivative is only taken there
 */
export function meanFlow(
  denoising: Denoising,
  { law, share }: { law: TimeLaw; share: number },
): Learns {
  return (present, batch) => {
    const { data_BHWC, noise_BHWC, labels, rows_B } = batch;
    const B = rows_B.shape[0];
    const averaged = Math.round(share * B);
    const { t_B, r_B } = spans(batch, { law, averaged });
    const x_BHWC = noisy(denoising.level(t_B), { data_BHWC, noise_BHWC });
    const v_BHWC = tf.sub(noise_BHWC, data_BHWC) as tf.Tensor4D;
    const targets = [tf.slice(v_BHWC, averaged, B - averaged)];
    if (averaged > 0) {
      const own = Object.fromEntries(
        Object.entries(labels).map(([name, label_B]) => [name, first(label_B, averaged)]),
      );
      targets.unshift(meanTarget(velocityOf(present, own, denoising), {
        x_BHWC: first(x_BHWC, averaged),
        t_B: first(t_B, averaged),
        r_B: first(r_B, averaged),
        v_BHWC: first(v_BHWC, averaged),
      }));
    }
    const target_BHWC = targets.length === 1 ? targets[0] : tf.concat(targets, 0);
    return (params) => {
      const u_BHWC = velocityOf(params, labels, denoising)({ x_BHWC, t_B, r_B });
      const error_B = tf.mean(tf.squaredDifference(u_BHWC, target_BHWC), [1, 2, 3]);
      return {
        loss: adaptive(error_B as tf.Tensor1D),
        aux: { error: tf.mean(error_B) as tf.Scalar },
      };
    };
  };
}

const weighted = tf.customGrad((error_B, save) => {
  (save as tf.GradSaveFunc)([error_B as tf.Tensor]);
  const weight = (e: tf.Tensor) => tf.div(1, tf.add(e, LEAST_ERROR));
  return {
    value: tf.mean(tf.mul(error_B as tf.Tensor, weight(error_B as tf.Tensor))),
    gradFunc: (dy: tf.Tensor, [e]: tf.Tensor[]) => tf.mul(weight(e), tf.div(dy, e.shape[0])),
  };
});

/** Mean of e/(e + c) whose denominators are constants to the gradient. Scalar. */
function adaptive(error_B: tf.Tensor1D): tf.Scalar {
  return weighted(error_B) as tf.Scalar;
}
