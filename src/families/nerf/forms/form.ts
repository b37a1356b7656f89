/**
 * What a form of the family is.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { TensorTree } from "../../../engine/mod.ts";
import type { Key } from "../../../random/mod.ts";
import type { Settings } from "../config.ts";
import type { Scene } from "../geometry.ts";
import type { Occupancy } from "../occupancy.ts";
import type { Rays } from "../rays/rays.ts";
import type { Seen } from "../rays/composite.ts";

/** What fixes shapes and objective. */
export interface Setting {
  readonly settings: Settings;
  readonly scene: Scene;
}

/** How samples are drawn in training; left out elsewhere: the middles of their parts. */
export interface Drawing {
  readonly key: Key;
  readonly rows_B: tf.Tensor1D;
}

/** What rays show, and by which networks. */
export interface Rendered extends Seen {
  /** Of networks that are trained beside: colours that have to be right too. */
  readonly beside: readonly tf.Tensor2D[];
}

/** One form, of parameters P. */
export interface Form<P extends TensorTree> {
  init(key: Key, setting: Setting): P;
  /** Points of a ray at which networks are asked. */
  samples(settings: Settings): number;
  render(
    params: P,
    rays: Rays,
    options: {
      readonly setting: Setting;
      readonly occupancy?: Occupancy;
      readonly drawing?: Drawing;
    },
  ): Rendered;
  /** Densities at places [N, 3] in [−1, 1], of forms that keep an occupancy grid. [N] */
  readonly density?: (params: P, place_N3: tf.Tensor2D, setting: Setting) => tf.Tensor1D;
}
