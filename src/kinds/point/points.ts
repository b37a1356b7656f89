/**
 * Points as bytes: conversion to and from tensors, picking, joining.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { toBytes, toFloats } from "../image/images.ts";
import type { Samples } from "../kind_map.ts";
import type { PointSet } from "./point_set.ts";

/** Points that are known to be whole. @throws RangeError otherwise */
export function pointSet(data: Uint8Array, dimensions: number): PointSet {
  const count = data.length / dimensions;
  if (!Number.isInteger(count)) {
    throw new RangeError(
      `points of ${dimensions} numbers: ${data.length} bytes are no whole number of them`,
    );
  }
  return { count, dimensions, data };
}

/**
 * Points as a tensor of values k/255: a row of the grid, so that networks take them as they take
 * pictures.
 * @returns float32 [count, 1, dimensions, 1]; the caller disposes it
 */
export function toTensorPoints(engine: Engine, { count, dimensions, data }: PointSet): tf.Tensor4D {
  return engine.tensor(toFloats(data), [count, 1, dimensions, 1]) as tf.Tensor4D;
}

/** Values in [0, 1] as levels: 255·x rounded half up and clamped. @throws RangeError on NaN */
export function toPointSet(values: ArrayLike<number>, dimensions: number): PointSet {
  return pointSet(toBytes(values, "points"), dimensions);
}

/** Points [from, to), sharing the bytes. @throws RangeError outside 0 ≤ from ≤ to ≤ count */
export function slicePoints(points: PointSet, { from = 0, to = points.count } = {}): PointSet {
  const { count, dimensions, data } = points;
  if (!(0 <= from && from <= to && to <= count)) {
    throw new RangeError(`slicePoints: [${from}, ${to}) of ${count} points`);
  }
  return { count: to - from, dimensions, data: data.subarray(from * dimensions, to * dimensions) };
}

/** The points at `indices`, in that order. @throws RangeError outside [0, count) */
export function gatherPoints(points: PointSet, indices: ArrayLike<number>): PointSet {
  const { count, dimensions, data } = points;
  const out = new Uint8Array(indices.length * dimensions);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(`gatherPoints: no point ${index} among ${count}`);
    }
    out.set(data.subarray(index * dimensions, (index + 1) * dimensions), i * dimensions);
  }
  return { count: indices.length, dimensions, data: out };
}

/** All points of the sets, in order. @throws RangeError where there is none, or dimensions differ */
export function concatPoints(sets: readonly PointSet[]): PointSet {
  if (sets.length === 0) throw new RangeError("concatPoints: no sets of points, so no dimensions");
  const [{ dimensions }] = sets;
  const data = new Uint8Array(sets.reduce((sum, set) => sum + set.data.length, 0));
  let at = 0;
  for (const set of sets) {
    if (set.dimensions !== dimensions) {
      throw new RangeError(
        `points of ${set.dimensions} numbers among points of ${dimensions}`,
      );
    }
    data.set(set.data, at);
    at += set.data.length;
  }
  return pointSet(data, dimensions);
}

/** Samples that are points. @throws MetricUnavailable where they are of another kind */
export function pointsOf(samples: Samples): PointSet {
  if ("dimensions" in samples && "data" in samples) return samples as PointSet;
  throw new MetricUnavailable("not-defined", "these samples are no points");
}
