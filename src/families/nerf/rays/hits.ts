/**
 * Rays that meet something: those that meet nothing show the background, and no network is asked of them.
 *
 * Shapes: R rays, H of them that meet something.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { floatsOf, hostArray, type HostKernel } from "../../../engine/mod.ts";
import { hostKernel } from "../../../nn/mod.ts";
import type { Seen } from "./composite.ts";
import type { Rays } from "./rays.ts";

/** Which rays meet something. */
export interface Hits {
  /** Their numbers, rising; the first ray where none does. int32 [H], H at least 1 */
  readonly hit_H: tf.Tensor1D;
  /** Each ray's place among them; H where it meets nothing. int32 [R] */
  readonly place_R: tf.Tensor1D;
}

/** How many there are depends on values: computed on the host. */
const hits: HostKernel<null> = {
  name: "RayHits",
  about: "rays that meet nothing (`skipEmpty`)",
  run(inputs) {
    const { values: held } = floatsOf(inputs, "held");
    const found = Array.from(held.keys()).filter((ray) => held[ray] > 0);
    if (found.length === 0) found.push(0);
    const place = new Int32Array(held.length).fill(found.length);
    found.forEach((ray, at) => place[ray] = at);
    return [
      hostArray(Int32Array.from(found), [found.length]),
      hostArray(place, [held.length]),
    ];
  },
};

/**
 * The rays that hold something: a number above 0.
 * @param held_R1 one number a ray
 * @throws Error where the engine in use can't compute on the host: on `webgpu`, and in compiled programs
 */
export function hitsOf(held_R1: tf.Tensor2D): Hits {
  const [hit_H, place_R] = hostKernel(hits, { held: held_R1 }, null);
  return { hit_H, place_R } as { hit_H: tf.Tensor1D; place_R: tf.Tensor1D };
}

/** Rows of the rays that hit: [R, C] to [H, C]. */
export function rowsOfHits<T extends tf.Tensor>(x_RC: T, { hit_H }: Hits): T {
  return tf.gather(x_RC, hit_H) as T;
}

/** The rays that hit. */
export function raysOfHits(rays: Rays, hits: Hits): Rays {
  const rows = (x_RC: tf.Tensor2D) => x_RC.shape[0] === 1 ? x_RC : rowsOfHits(x_RC, hits);
  return {
    origin_R3: rows(rays.origin_R3),
    direction_R3: rows(rays.direction_R3),
    speed_R1: rows(rays.speed_R1),
    unit_R3: rows(rays.unit_R3),
    radius_R1: rows(rays.radius_R1),
  };
}

/** What all rays see: what those that hit see, and the background. */
export function seenByAll(
  { colour_R3, alpha_R1, depth_R1 }: Seen,
  { place_R }: Hits,
  background: readonly number[],
): Seen {
  const of = (x_HC: tf.Tensor2D, nothing: readonly number[]) =>
    tf.gather(tf.concat([x_HC, tf.tensor2d([...nothing], [1, nothing.length])]), place_R);
  return {
    colour_R3: of(colour_R3, background),
    alpha_R1: of(alpha_R1, [0]),
    depth_R1: of(depth_R1, [0]),
  };
}
