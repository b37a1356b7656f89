/**
 * What the forms on pixels have in common: a network from a picture's patches to a state before each
 * patch, which knows all patches before it and nothing else.
 *
 * Shapes: B pictures, T patches in a grid of rows and columns, F = P·C values of a patch, W width.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Place } from "../ordering/places.ts";
import type { Key } from "../../../random/mod.ts";
import type { TensorRecord } from "../../family.ts";
import type { Patches } from "../ordering/patches.ts";

/** What fixes a trunk's shapes. */
export interface TrunkOptions {
  readonly patches: Patches;
  /** W. */
  readonly width: number;
  readonly layers: number;
  /** Heads of attention, where there is any. */
  readonly heads: number;
}

/** What a trunk is given of whole pictures. */
export interface TrunkInput {
  /** The patches, centred: [B, T, F]. */
  readonly x_BTF: tf.Tensor3D;
  /** The neighbours of each that come before it: [B, T, 4F]; see `ordering/neighbours.ts`. */
  readonly around_BTG: tf.Tensor3D;
  /** What is told beside of each patch, [B, T, W]; undefined where there is nothing. */
  readonly told_BTW?: tf.Tensor3D;
}

/** What a trunk is given while decoding. */
export interface TrunkStep {
  /** The patches, centred: [B, T, F]; what is not yet drawn is never seen. */
  readonly x_BTF: tf.Tensor3D;
  readonly told_BTW?: tf.Tensor3D;
  readonly place: Place;
}

/** A trunk of one form with its sizes. */
export interface Trunk<P extends TensorRecord, C extends TensorRecord> {
  init(key: Key): P;
  /** States before each patch: [B, T, W]. */
  states(params: P, input: TrunkInput): tf.Tensor3D;
  /** A cache for decoding `batch` pictures. */
  empty(batch: number): C;
  /** What is done once before each row of patches, where anything is. */
  row?(params: P, cache: C, input: TrunkStep): C;
  /** The state before a patch, [B, W]: what `states` gives there. `around_BG` is [B, 4F]. */
  step(params: P, cache: C, input: TrunkStep & { readonly around_BG: tf.Tensor2D }): {
    readonly state_BW: tf.Tensor2D;
    readonly cache: C;
  };
}
