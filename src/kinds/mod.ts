/**
 * What a sample is.
 * @module
 */
export type { Grid } from "./grid.ts";
export {
  type Augmentation,
  type ByteForm,
  defineKind,
  type HostValues,
  type Kind,
  type Unit,
} from "./kind.ts";
export type { KindMap, KindName, Samples, SampleSpec, SpecOf, TruthOf } from "./kind_map.ts";
export {
  augmentationOf,
  batcherOf,
  countedUnit,
  gridOf,
  kindFaults,
  kindOf,
  kinds,
  MIRROR,
  picturesOf,
  takenBy,
  takesFaults,
  unitsOf,
} from "./table.ts";
