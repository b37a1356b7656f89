/**
 * What a probe on latent codes is fitted and read on.
 * @module
 */
import type { Features } from "../../algebra/mod.ts";

/** Labelled codes of two disjoint sets of pictures: those that a probe is fitted and read on. */
export interface ProbeSets {
  readonly classes: number;
  readonly fit: { codes: Features; pixels: Features; labels: Int32Array };
  readonly read: { codes: Features; pixels: Features; labels: Int32Array };
}
