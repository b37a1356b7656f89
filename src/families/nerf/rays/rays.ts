/**
 * Rays of pixels, in the coordinates of the scene's box.
 *
 * Shapes: R rays.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Box } from "../geometry.ts";

/**
 * Rays: the point at depth t along the camera's axis is origin + t·direction, in coordinates in which
 * the box is [−1, 1]³.
 */
export interface Rays {
  readonly origin_R3: tf.Tensor2D;
  /** As long as the box's coordinates change in one unit of depth. */
  readonly direction_R3: tf.Tensor2D;
  /** Its length. */
  readonly speed_R1: tf.Tensor2D;
  /** Unit vectors. */
  readonly unit_R3: tf.Tensor2D;
  /**
   * Of the cone that a pixel sees, at depth 1: 2/√12 of a pixel's side, so that its section has the
   * variance of the pixel. Barron et al. 2021 (arXiv:2103.13415), section 3.1.
   */
  readonly radius_R1: tf.Tensor2D;
}

/** Shares of a direction below this are taken for it: no division by 0. */
const LEAST = 1e-9;
/** Radius of a disc whose variance is that of a square of side 1. */
const DISC = 2 / Math.sqrt(12);

/**
 * The rays through the middles of pixels: R·((x + ½ − cx)/fx, (y + ½ − cy)/fy, 1) from t.
 * @param camera_RC float32 [R, 16], or [1, 16] for all
 * @param pixels column and row of each pixel, float32 [R, 1]; left out: 0 and 0, as in views of one pixel
 */
export function raysOf(
  camera_RC: tf.Tensor2D,
  { box, pixels }: {
    readonly box: Box;
    readonly pixels?: { readonly x_R1: tf.Tensor2D; readonly y_R1: tf.Tensor2D };
  },
): Rays {
  const [count, numbers] = camera_RC.shape;
  const n = tf.split(tf.transpose(camera_RC), numbers, 0).map((row) => tf.reshape(row, [count, 1]));
  const across = tf.div(tf.sub(tf.add(pixels?.x_R1 ?? 0, 0.5), n[14]), n[12]);
  const down = tf.div(tf.sub(tf.add(pixels?.y_R1 ?? 0, 0.5), n[15]), n[13]);
  const world_R3 = tf.concat(
    [0, 4, 8].map((row) =>
      tf.add(tf.add(tf.mul(n[row], across), tf.mul(n[row + 1], down)), n[row + 2])
    ),
    1,
  );
  const centre_13 = tf.tensor2d([...box.centre], [1, 3]);
  const from_R3 = tf.div(tf.sub(tf.concat([n[3], n[7], n[11]], 1), centre_13), box.half);
  const direction_R3 = tf.div(world_R3, box.half) as tf.Tensor2D;
  const speed_R1 = tf.sqrt(tf.sum(tf.square(direction_R3), 1, true)) as tf.Tensor2D;
  return {
    origin_R3: tf.add(tf.zerosLike(direction_R3), from_R3),
    direction_R3,
    speed_R1,
    unit_R3: tf.div(direction_R3, speed_R1),
    // Of pixels that aren't square the geometric mean of their sides.
    radius_R1: tf.div(DISC / box.half, tf.sqrt(tf.mul(n[12], n[13]))),
  };
}

/** Depths between which a ray is in the box, within [near, far]; equal where it misses. Both [R, 1]. */
export function withinBox(
  { origin_R3, direction_R3 }: Rays,
  { near, far }: { readonly near: number; readonly far: number },
): { readonly from_R1: tf.Tensor2D; readonly to_R1: tf.Tensor2D } {
  const tiny = tf.less(tf.abs(direction_R3), LEAST);
  const safe_R3 = tf.where(tiny, tf.fill(direction_R3.shape, LEAST), direction_R3);
  const [one, other] = [-1, 1].map((side) => tf.div(tf.sub(side, origin_R3), safe_R3));
  const enters_R1 = tf.max(tf.minimum(one, other), 1, true);
  const leaves_R1 = tf.min(tf.maximum(one, other), 1, true);
  const from_R1 = tf.clipByValue(enters_R1, near, far);
  const to_R1 = tf.maximum(tf.clipByValue(leaves_R1, near, far), from_R1);
  return { from_R1, to_R1 } as { from_R1: tf.Tensor2D; to_R1: tf.Tensor2D };
}

/** Points of rays at depths t [R, S]: [R·S, 3], ray after ray. */
export function pointsAt({ origin_R3, direction_R3 }: Rays, t_RS: tf.Tensor2D): tf.Tensor2D {
  const way_RS3 = tf.mul(tf.expandDims(t_RS, 2), tf.expandDims(direction_R3, 1));
  return tf.reshape(tf.add(tf.expandDims(origin_R3, 1), way_RS3), [-1, 3]);
}

/** A row a ray as a row a sample: [R, C] to [R·S, C]. */
export function repeated(x_RC: tf.Tensor2D, samples: number): tf.Tensor2D {
  const each = tf.mul(tf.expandDims(x_RC, 1), tf.ones([1, samples, 1]));
  return tf.reshape(each, [-1, x_RC.shape[1]]);
}
