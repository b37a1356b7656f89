/**
 * Whole views, some rays at a time, so that memory is bounded however large they are.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { CAMERA } from "../../kinds/view/mod.ts";
import type { Setting } from "./forms/form.ts";
import { formOf } from "./model.ts";
import { raysOf } from "./rays/rays.ts";
import type { State } from "./train.ts";

/** Points at which networks are asked at once, at most. */
const POINTS = 2 ** 16;
/** A pixel that the scene covers less has no depth. */
const COVERED = 1e-3;

/** Pictures with what else is known of their pixels. */
export interface RenderedViews {
  /** In [0, 1]. */
  readonly x_BHWC: tf.Tensor4D;
  /** Share that the scene covers. */
  readonly alpha_BHW: tf.Tensor3D;
  /** Mean distance of what is seen along the camera's axis, in units of the scene; 0: nothing. */
  readonly depth_BHW: tf.Tensor3D;
}

/** Red, green, blue, alpha and depth of pixels [first, first + count): [count, 5]. */
function renderPixels(
  state: State,
  camera_1C: tf.Tensor2D,
  { first, count, setting }: {
    readonly first: number;
    readonly count: number;
    readonly setting: Setting;
  },
): tf.Tensor2D {
  const { settings, scene: { box, width } } = setting;
  return tf.tidy(() => {
    const numbers = Array.from({ length: count }, (_, i) => first + i);
    const column = (of: (pixel: number) => number) => tf.tensor2d(numbers.map(of), [count, 1]);
    const pixels = {
      x_R1: column((pixel) => pixel % width),
      y_R1: column((pixel) => Math.floor(pixel / width)),
    };
    const rays = raysOf(camera_1C, { box, pixels });
    const { colour_R3, alpha_R1, depth_R1 } = formOf(settings).render(state.params, rays, {
      setting,
      occupancy: state.occupancy,
    });
    const mean_R1 = tf.div(depth_R1, tf.maximum(alpha_R1, COVERED));
    const seen_R1 = tf.cast(tf.greater(alpha_R1, COVERED), "float32");
    return tf.concat([
      tf.clipByValue(colour_R3, 0, 1),
      tf.clipByValue(alpha_R1, 0, 1),
      tf.mul(mean_R1, seen_R1),
    ], 1) as tf.Tensor2D;
  });
}

/** Views from cameras [B, 16], without randomness. */
export function renderViews(
  state: State,
  camera_BC: tf.Tensor2D,
  setting: Setting,
): RenderedViews {
  const { settings, scene: { height, width } } = setting;
  const B = camera_BC.shape[0], all = height * width;
  const count = Math.max(1, Math.floor(POINTS / formOf(settings).samples(settings)));
  const parts: tf.Tensor2D[] = [];
  for (let b = 0; b < B; b++) {
    const camera_1C = tf.slice(camera_BC, [b, 0], [1, CAMERA]);
    for (let first = 0; first < all; first += count) {
      const some = Math.min(count, all - first);
      parts.push(renderPixels(state, camera_1C, { first, count: some, setting }));
    }
  }
  const [colour, alpha, depth] = tf.split(tf.concat(parts), [3, 1, 1], 1);
  return {
    x_BHWC: tf.reshape(colour, [B, height, width, 3]),
    alpha_BHW: tf.reshape(alpha, [B, height, width]),
    depth_BHW: tf.reshape(depth, [B, height, width]),
  };
}
