/**
 * What a kind of sample is. Everything that the harness does with samples it asks of their kind, so
 * that a picture, a point or a text is trained on, scored, kept and shown by the same code.
 * @module
 */
import type { KindName, Samples, SpecOf } from "./kind_map.ts";
import type { z } from "zod";
import type { Engine, TensorRecord } from "../engine/mod.ts";
import type { Batcher } from "./batch/batch.ts";
import type { Grid } from "./grid.ts";
import type { ImageSet } from "./image/image_set.ts";

/** What one sample is called, and several: "image", "images". */
export interface Unit {
  readonly one: string;
  readonly many: string;
}

/** Tensors' values on the host by name, row-major. */
export type HostValues = Readonly<Record<string, Float32Array | Int32Array>>;

/** What can be done to samples without making them untrue: a mirror, a shift. */
export interface Augmentation<K extends KindName = KindName> {
  /** One line for messages: "left and right changed places". */
  readonly about: string;
  /** The samples, those of `which` (default: all) changed. The others keep their bits. */
  apply(samples: Samples<K>, which?: readonly boolean[]): Samples<K>;
}

/** Samples as so many 8-bit numbers each: how files keep them, and how controls draw them. */
export interface ByteForm<K extends KindName = KindName> {
  /** Row-major [count, numbers]. The caller may not change it. */
  of(samples: Samples<K>): Uint8Array;
  /** The samples of these bytes. @throws RangeError where they are no whole number of samples */
  samples(spec: SpecOf<K>, bytes: Uint8Array): Samples<K>;
}

/** A kind of sample. All of it is pure: no files, no clock, no randomness but a key that is given. */
export interface Kind<K extends KindName = KindName> {
  /** As specs carry it. */
  readonly name: K;
  /** One line. */
  readonly about: string;
  readonly unit: Unit;
  /**
   * What rates count in place of samples, and how many of them one is: the tokens of a window of text.
   * Left out: whole samples.
   */
  readonly part?: { readonly unit: Unit; of(spec: SpecOf<K>): number };
  /** What a spec has to be. */
  readonly spec: z.ZodType<SpecOf<K>>;
  /** The shape of one sample in a few characters: "32×32×3". */
  describe(spec: SpecOf<K>): string;
  /** Whether samples of the one are samples of the other. */
  same(a: SpecOf<K>, b: SpecOf<K>): boolean;
  /** Numbers that a sample is made of: the D of bits a dimension. */
  numbers(spec: SpecOf<K>): number;
  /** What keeps these from being `count` samples of `spec`; null where nothing does. */
  fault(
    samples: Samples<K>,
    wanted: { readonly spec: SpecOf<K>; readonly count: number },
  ): string | null;
  /** Samples [from, to), which may share memory with all. @throws RangeError outside them */
  slice(samples: Samples<K>, range: { readonly from?: number; readonly to?: number }): Samples<K>;
  /** The samples at `indices`, in that order. @throws RangeError outside [0, count) */
  gather(samples: Samples<K>, indices: ArrayLike<number>): Samples<K>;
  /** All samples of the sets, in order. @throws RangeError where there is none, or shapes differ */
  concat(sets: readonly Samples<K>[]): Samples<K>;
  /** sha256 over the kind, the shape and all numbers. */
  digest(samples: Samples<K>): Promise<string>;
  /**
   * Names and shapes of a sample's tensors: what `upload` makes, and what programs give back. The
   * number of samples comes before each. −1: any.
   */
  tensors(spec: SpecOf<K>): Readonly<Record<string, readonly number[]>>;
  /** Samples as the inputs of programs, by the names of `tensors`. The caller disposes them. */
  upload(engine: Engine, samples: Samples<K>): TensorRecord;
  /**
   * What keeps a model's values from being samples, as the end of a sentence that begins "vae: sample
   * gives"; null where nothing does.
   */
  valueFault(spec: SpecOf<K>, values: HostValues): string | null;
  /** Of a tensor of the wrong shape: what to do, where that can be told. */
  shapeHint?(found: readonly number[], wanted: readonly number[]): string | null;
  /** Values by the names of `tensors` as samples: `upload` the other way. @throws RangeError on NaN */
  download(spec: SpecOf<K>, values: HostValues): Samples<K>;
  /**
   * Samples that evaluation gives a program at a time: one number a spec, so that a sample's bits don't
   * depend on how many are asked for.
   */
  rowsAtOnce(spec: SpecOf<K>): number;
  /** How training batches are cut, by name. A family names one; `samples` where it doesn't. */
  readonly batchers: Readonly<Record<string, Batcher<K>>>;
  /** What may be done to samples, by the name that suites give it. */
  readonly augmentations: Readonly<Record<string, Augmentation<K>>>;
  /** The grid as which its one tensor, x_BHWC, reaches networks; left out where it has none. */
  grid?(spec: SpecOf<K>): Grid;
  /**
   * False where samples are looks at one thing, which a model gives back at given places as views at
   * their cameras, and no draws of a law: what a model draws is then compared with no samples of the
   * data, and these are no control rows beside it. Left out: they are draws.
   */
  readonly drawn?: false;
  /** Left out where a sample isn't so many numbers of 8 bits. */
  readonly bytes?: ByteForm<K>;
  /** One 8-bit picture a sample, for sheets and pixel distances; left out where there is none. */
  picture?(samples: Samples<K>): ImageSet;
  /** Which row of src/show/table.ts makes what a run leaves to look at; left out: nothing is made. */
  readonly shower?: string;
}

/** Declares a kind; only fixes the type. */
export function defineKind<K extends KindName>(kind: Kind<K>): Kind<K> {
  return kind;
}
