/**
 * The original radiance field: Mildenhall et al. 2020 (arXiv:2003.08934). A coarse network's weights
 * say where a fine one is asked.
 *
 * Shapes: R rays, S samples a ray.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { detached } from "../../../nn/mod.ts";
import { fold } from "../../../random/mod.ts";
import { initPerceptron, type Perceptron, perceptron } from "../fields/perceptron.ts";
import { octavesOf } from "../fields/encoding.ts";
import { composite, stepsBetween, type Weights, weightsOf } from "../rays/composite.ts";
import { pointsAt, type Rays, repeated } from "../rays/rays.ts";
import { between, drawAlong, edgesAround, merged } from "../rays/resample.ts";
import { type Form, partsOf, type Setting } from "./form.ts";

/** Both networks. */
export type Original = { readonly coarse: Perceptron; readonly fine: Perceptron };

/** What every bin gets beside its weight, so that none is never looked at. */
const FLOOR = 1e-5;

/** What a network says of rays at depths t. */
function seenBy(
  net: Perceptron,
  { rays, direction, t_RS }: {
    readonly rays: Rays;
    /** Encoded, [R, E]. */
    readonly direction: tf.Tensor2D;
    readonly t_RS: tf.Tensor2D;
  },
  { settings, scene }: Setting,
) {
  const [R, S] = t_RS.shape;
  const field = perceptron(net, {
    place: octavesOf(pointsAt(rays, t_RS), settings.octaves),
    direction: repeated(direction, S),
  });
  const delta_RS = tf.mul(stepsBetween(t_RS, tf.scalar(scene.far)), rays.speed_R1);
  const weights: Weights = weightsOf(
    tf.mul(tf.reshape(field.density_N, [R, S]), delta_RS) as tf.Tensor2D,
  );
  const colour_RS3 = tf.reshape<tf.Rank.R3>(field.colour_N3, [R, S, 3]);
  return {
    weights,
    seen: composite(weights, { colour_RS3, t_RS, background: scene.background }),
  };
}

/**
 * Where the fine network is asked: at the coarse depths, and at depths drawn by the coarse weights, which
 * no gradient reaches on this way.
 */
export function fineDepths(
  t_RS: tf.Tensor2D,
  { weight_RS, u_RS, near, far }: {
    readonly weight_RS: tf.Tensor2D;
    readonly u_RS: tf.Tensor2D;
    readonly near: number;
    readonly far: number;
  },
): tf.Tensor2D {
  const range = { from_R1: tf.scalar(near), to_R1: tf.scalar(far) };
  const known_RS = tf.add(detached(weight_RS), FLOOR) as tf.Tensor2D;
  return merged(t_RS, drawAlong(edgesAround(t_RS, range), known_RS, u_RS));
}

/** See the module. */
export const original: Form<Original> = {
  init(key, { settings: { octaves, directionOctaves, width, depth } }) {
    const size = { place: 6 * octaves, direction: 6 * directionOctaves, width, depth };
    return {
      coarse: initPerceptron(fold(key, "coarse"), size),
      fine: initPerceptron(fold(key, "fine"), size),
    };
  },
  samples: ({ coarse, fine }) => coarse + fine,
  render(params, rays, { setting, drawing }) {
    const { settings: { coarse, fine, directionOctaves }, scene: { near, far } } = setting;
    const R = rays.unit_R3.shape[0];
    const direction = octavesOf(rays.unit_R3, directionOctaves);
    const range = { from_R1: tf.scalar(near), to_R1: tf.scalar(far) };
    const first_RS = between(
      range,
      partsOf(drawing, { rays: R, samples: coarse, purpose: "coarse" }),
    );
    const rough = seenBy(params.coarse, { rays, direction, t_RS: first_RS }, setting);
    const all_RS = fineDepths(first_RS, {
      weight_RS: rough.weights.weight_RS,
      u_RS: partsOf(drawing, { rays: R, samples: fine, purpose: "fine" }),
      near,
      far,
    });
    const { seen } = seenBy(params.fine, { rays, direction, t_RS: all_RS }, setting);
    return { ...seen, beside: [rough.seen.colour_R3] };
  },
};
