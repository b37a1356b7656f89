/**
 * What a network sees of a picture of any size: the host's half of an extractor, apart from the
 * network's, so that workers can decode and prepare while the network runs. Needs no engine.
 * @module
 */
import type { ImageSet } from "../../kinds/image/mod.ts";
import { type ResizeMode, resizeTo } from "./resize.ts";

/** A network's input. Plain data: it can be posted to a worker. */
export interface InputSpec {
  /** Height and width. */
  readonly side: number;
  readonly resize: ResizeMode;
  /** Taken off the bytes' values, by channel. */
  readonly mean: readonly [number, number, number];
  /** What is left is divided by this, by channel. */
  readonly deviation: readonly [number, number, number];
}

/** (resized − mean)/deviation in float32. @returns [count, side, side, 3] */
export function prepare(images: ImageSet, input: InputSpec): Float32Array {
  const { mean, deviation } = input;
  const values = resizeTo(images, { side: input.side, mode: input.resize });
  for (let i = 0; i < values.length; i += 3) {
    for (let c = 0; c < 3; c++) values[i + c] = (values[i + c] - mean[c]) / deviation[c];
  }
  return values;
}

/** The same mean and deviation for all channels. */
export function even(mean: number, deviation: number): Pick<InputSpec, "mean" | "deviation"> {
  return { mean: [mean, mean, mean], deviation: [deviation, deviation, deviation] };
}

/** Means and deviations that are stated for values in [0, 1]. */
export function ofUnit(
  mean: readonly [number, number, number],
  deviation: readonly [number, number, number],
): Pick<InputSpec, "mean" | "deviation"> {
  const scaled = ([r, g, b]: readonly [number, number, number]) =>
    [255 * r, 255 * g, 255 * b] as const;
  return { mean: scaled(mean), deviation: scaled(deviation) };
}
