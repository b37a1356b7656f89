/**
 * The kinds of sample that there are, as types.
 * @module
 */
import type { ImageSet, ImageSpec } from "./image/image_set.ts";
import type { TextSet, TextSpec } from "./text/text_set.ts";
import type { PointSet, PointSpec, PointTruth } from "./point/point_set.ts";
import type { ViewSet, ViewSpec, ViewTruth } from "./view/view_set.ts";

/**
 * The kinds that there are: what fixes the shape of one sample (`spec`, with the kind's name as its
 * `kind`), a set of samples on the host (`set`, with its `count`), and what may be known of where
 * samples come from (`truth`), where there is such a thing. A user's module adds its own:
 * `declare module "@likeness/likeness" { interface KindMap { sound: { spec: SoundSpec; set: SoundSet } } }`.
 */
export interface KindMap {
  image: { spec: ImageSpec; set: ImageSet };
  point: { spec: PointSpec; set: PointSet; truth: PointTruth };
  text: { spec: TextSpec; set: TextSet };
  view: { spec: ViewSpec; set: ViewSet; truth: ViewTruth };
}

/** Names of kinds. */
export type KindName = keyof KindMap;

/** What fixes the shape of one sample of a kind; by default of any. */
export type SpecOf<K extends KindName = KindName> = KindMap[K]["spec"];

/** What one sample is, of whichever kind. */
export type SampleSpec = SpecOf;

/** Samples of a kind on the host; by default of any. Each has its `count`. */
export type Samples<K extends KindName = KindName> = KindMap[K]["set"];

/** What a dataset may know of the law of its samples, where its kind has such a thing. */
export type TruthOf<K extends KindName = KindName> = K extends KindName
  ? KindMap[K] extends { truth: infer T } ? T : never
  : never;
