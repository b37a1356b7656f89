/**
 * Images as bytes: conversion to and from tensors, picking, joining, resizing.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { Samples } from "../kind_map.ts";
import type { ImageSet } from "./image_set.ts";

/** Height, width and channels of images. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** An image set that is known to hold what it says. @throws RangeError otherwise */
export function imageSet(
  data: Uint8Array,
  { height, width, channels, count }: ImageShape & { readonly count?: number },
): ImageSet {
  const each = height * width * channels;
  const found = count ?? data.length / each;
  if (!Number.isInteger(found) || data.length !== found * each) {
    throw new RangeError(
      `images of ${height}×${width}×${channels}: ${data.length} bytes are not ` +
        `${count ?? "a whole number"} × ${each}`,
    );
  }
  return { count: found, height, width, channels, data };
}

/**
 * Pictures mirrored left to right, in new bytes.
 * @param flipped which of them; the others stay as they are. Default: all
 */
export function mirrorImages(images: ImageSet, flipped?: readonly boolean[]): ImageSet {
  const { count, height, width, channels } = images, data = images.data.slice();
  const line = width * channels;
  for (let n = 0; n < count; n++) {
    if (flipped?.[n] === false) continue;
    for (let y = 0, from = n * height * line; y < height; y++, from += line) {
      for (let x = 0; x < width; x++) {
        const at = from + (width - 1 - x) * channels, to = from + x * channels;
        for (let c = 0; c < channels; c++) data[to + c] = images.data[at + c];
      }
    }
  }
  return { ...images, data };
}

/** Bytes as float32 k/255 on the host. */
export function toFloats(data: Uint8Array): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = data[i] / 255;
  return out;
}

/**
 * Images as a tensor of values k/255.
 * @returns float32 [count, height, width, channels]; the caller disposes it
 */
export function toTensorImages(engine: Engine, images: ImageSet): tf.Tensor4D {
  const { count, height, width, channels, data } = images;
  return engine.tensor(toFloats(data), [count, height, width, channels]) as tf.Tensor4D;
}

/**
 * Values in [0, 1] as bytes: 255·x rounded half up and clamped.
 * @param what "images", for the message
 * @throws RangeError on NaN
 */
export function toBytes(values: ArrayLike<number>, what: string): Uint8Array {
  const data = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) throw new RangeError(`${what}: value ${i} is NaN`);
    data[i] = Math.min(255, Math.max(0, Math.floor(255 * value + 0.5)));
  }
  return data;
}

/**
 * Values in [0, 1] as images: see `toBytes`.
 * @throws RangeError on NaN or where the values don't fill whole images
 */
export function toImageSet(
  values: ArrayLike<number>,
  shape: ImageShape & { readonly count?: number },
): ImageSet {
  return imageSet(toBytes(values, "images"), shape);
}

/** Samples that are pictures. @throws MetricUnavailable where they are of another kind */
export function imagesOf(samples: Samples): ImageSet {
  if ("height" in samples && "width" in samples && "channels" in samples) {
    return samples as ImageSet;
  }
  throw new MetricUnavailable("not-defined", "these samples are no pictures");
}

function sameShape(first: ImageSet, other: ImageSet): void {
  if (
    first.height !== other.height || first.width !== other.width ||
    first.channels !== other.channels
  ) {
    throw new RangeError(
      `images of ${other.height}×${other.width}×${other.channels} among images of ` +
        `${first.height}×${first.width}×${first.channels}`,
    );
  }
}

/** All images of the sets, in order. @throws RangeError where there is none or shapes differ */
export function concatImages(sets: readonly ImageSet[]): ImageSet {
  if (sets.length === 0) throw new RangeError("concatImages: no image sets, so no shape");
  for (const set of sets) sameShape(sets[0], set);
  const data = new Uint8Array(sets.reduce((sum, set) => sum + set.data.length, 0));
  let at = 0;
  for (const set of sets) {
    data.set(set.data, at);
    at += set.data.length;
  }
  const { height, width, channels } = sets[0];
  return imageSet(data, { height, width, channels });
}

/** Images [from, to), sharing the bytes. @throws RangeError outside 0 ≤ from ≤ to ≤ count */
export function sliceImages(images: ImageSet, { from = 0, to = images.count } = {}): ImageSet {
  if (!(0 <= from && from <= to && to <= images.count)) {
    throw new RangeError(`sliceImages: [${from}, ${to}) of ${images.count} images`);
  }
  const { height, width, channels, data } = images;
  const each = height * width * channels;
  return {
    count: to - from,
    height,
    width,
    channels,
    data: data.subarray(from * each, to * each),
  };
}

/** The images at `indices`, in that order. @throws RangeError outside [0, count) */
export function gatherImages(images: ImageSet, indices: ArrayLike<number>): ImageSet {
  const { height, width, channels, data, count } = images;
  const each = height * width * channels;
  const out = new Uint8Array(indices.length * each);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(`gatherImages: no image ${index} among ${count}`);
    }
    out.set(data.subarray(index * each, (index + 1) * each), i * each);
  }
  return { count: indices.length, height, width, channels, data: out };
}

/** Weights of source places a target place. */
interface Taps {
  readonly first: Int32Array;
  /** `span` weights a target place; they sum to 1. */
  readonly weights: Float64Array;
  readonly span: number;
}

/**
 * Taps of one axis. Shrinking takes the mean over the area that a target pixel covers; enlarging
 * interpolates by Catmull & Rom's cubic (Keys 1981, a = −½), edges repeated.
 */
function taps(from: number, to: number): Taps {
  const ratio = from / to;
  const span = ratio >= 1 ? Math.ceil(ratio) + 1 : 4;
  const first = new Int32Array(to), weights = new Float64Array(to * span);
  for (let i = 0; i < to; i++) {
    if (ratio >= 1) {
      const low = i * from / to, high = (i + 1) * from / to;
      first[i] = Math.floor(low);
      for (let j = 0; j < span; j++) {
        const at = first[i] + j;
        const overlap = Math.min(high, at + 1) - Math.max(low, at);
        weights[i * span + j] = overlap > 0 ? overlap / ratio : 0;
      }
    } else {
      const centre = (i + 0.5) * ratio - 0.5;
      first[i] = Math.floor(centre) - 1;
      for (let j = 0; j < span; j++) {
        weights[i * span + j] = cubic(Math.abs(centre - (first[i] + j)));
      }
    }
  }
  return { first, weights, span };
}

/** Keys' cubic with a = −½ at distance d ≥ 0. */
function cubic(d: number): number {
  if (d < 1) return 1 + d * d * (1.5 * d - 2.5);
  if (d < 2) return 2 + d * (-4 + d * (2.5 - 0.5 * d));
  return 0;
}

/**
 * Resizes to size × size (or height × width), the same bytes on every machine: area mean where it
 * shrinks, cubic where it grows, each axis by itself; rounded half up once at the end.
 */
export function resizeArea(
  images: ImageSet,
  size: number | { readonly height: number; readonly width: number },
): ImageSet {
  const { height, width } = typeof size === "number" ? { height: size, width: size } : size;
  if (![height, width].every((side) => Number.isInteger(side) && side > 0)) {
    throw new RangeError(`resizeArea: ${height}×${width} is no size`);
  }
  if (height === images.height && width === images.width) return images;
  const { count, channels } = images;
  const across = taps(images.width, width), down = taps(images.height, height);
  const data = new Uint8Array(count * height * width * channels);
  const rows = new Float64Array(images.height * width * channels);
  for (let n = 0; n < count; n++) {
    const source = n * images.height * images.width * channels;
    for (let y = 0; y < images.height; y++) {
      for (let x = 0; x < width; x++) {
        for (let k = 0; k < channels; k++) {
          let sum = 0;
          for (let j = 0; j < across.span; j++) {
            const at = Math.min(images.width - 1, Math.max(0, across.first[x] + j));
            sum += across.weights[x * across.span + j] *
              images.data[source + (y * images.width + at) * channels + k];
          }
          rows[(y * width + x) * channels + k] = sum;
        }
      }
    }
    const line = width * channels, target = n * height * line;
    for (let y = 0; y < height; y++) {
      for (let i = 0; i < line; i++) {
        let sum = 0;
        for (let j = 0; j < down.span; j++) {
          const at = Math.min(images.height - 1, Math.max(0, down.first[y] + j));
          sum += down.weights[y * down.span + j] * rows[at * line + i];
        }
        data[target + y * line + i] = Math.min(255, Math.max(0, Math.floor(sum + 0.5)));
      }
    }
  }
  return { count, height, width, channels, data };
}
