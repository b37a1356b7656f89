/**
 * Batches of samples, and how training cuts them out of a dataset.
 * @module
 */
import type { HostKey } from "../../random/host/mod.ts";
import type { KindName, Samples, SpecOf } from "../kind_map.ts";
import { batchIndices } from "./order.ts";

/** One array of `count` entries a factor (−1 in a class factor: unlabelled). */
export type Labels = Readonly<Record<string, Float32Array>>;

/** Samples of one kind with their labels, and what is given with them. */
export interface Batch<K extends KindName = KindName> {
  readonly samples: Samples<K>;
  readonly labels: Labels;
  /** As many samples of any kind, by name: a caption, a camera, first frames. */
  readonly given?: Readonly<Record<string, Samples>>;
}

/** What batches are cut from: the training split. */
export interface BatchSource<K extends KindName = KindName> {
  readonly spec: SpecOf<K>;
  /** Samples that there are. */
  readonly size: number;
  read(indices: ArrayLike<number>): Promise<Batch<K>>;
}

/** Which batch is asked for. */
export interface BatchAsked {
  /** The run's key of order. */
  readonly key: HostKey;
  /** Optimiser step, from 0. */
  readonly step: number;
  /** Samples a step. */
  readonly batch: number;
}

/** A way to cut batches: whole samples, windows of text, rays of views, pairs. */
export interface Batcher<K extends KindName = KindName> {
  readonly about: string;
  /** How much of a sample one of what it cuts is: a ray of a view. Default: 1, all of it. */
  share?(spec: SpecOf<K>): number;
  /** The batch of a step: a function of its arguments alone, so that resuming needs no cursor. */
  cut(source: BatchSource<K>, asked: BatchAsked): Promise<Batch<K>>;
}

/** Whole samples, in a new order each epoch: see `batchIndices`. */
export function wholeSamples<K extends KindName>(): Batcher<K> {
  return {
    about: "whole samples, each once an epoch",
    cut: (source, { key, step, batch }) =>
      source.read(batchIndices(key, { step, batch, size: source.size })),
  };
}
