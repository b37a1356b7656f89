/**
 * What a form of the family is.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { TensorTree } from "../../../engine/mod.ts";
import { fold, type Key, uniform } from "../../../random/mod.ts";
import type { Settings } from "../config.ts";
import type { Scene } from "../geometry.ts";
import type { Occupancy } from "../occupancy.ts";
import type { Rays } from "../rays/rays.ts";
import type { Seen } from "../rays/composite.ts";
import { middles, stratified } from "../rays/resample.ts";

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

/** Even parts of [0, 1), a number drawn in each or its middle. [R, S] */
export function partsOf(
  drawing: Drawing | undefined,
  { rays, samples, purpose }: {
    readonly rays: number;
    readonly samples: number;
    readonly purpose: string;
  },
): tf.Tensor2D {
  if (drawing === undefined) return middles(rays, samples);
  const { key, rows_B } = drawing;
  return stratified(uniform(fold(key, purpose), [rays, samples], { rows_B }));
}

/** What rays show, and by which networks. */
export interface Rendered extends Seen {
  /** Of networks that are trained beside: colours that have to be right too. */
  readonly beside: readonly tf.Tensor2D[];
  /** In training, of forms with a proposal network: how far it is from what it has to bound. */
  readonly proposed?: tf.Scalar;
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
