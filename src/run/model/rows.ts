/** How many rows evaluation gives a compiled program at a time; see `subject.ts`. @module */
import type { ImageSpec } from "../../kinds/image/image_set.ts";

/** Rows of a batch of pictures. */
export const evaluationBatch = 64;
/** Rows of a batch of points: each call costs as much as its rows, so many of them share one. */
const pointBatch = 1024;
/** Numbers up to which a sample is a point. */
const fewNumbers = 16;

/** Rows of an evaluation batch of such samples: one number, so that a row's bits don't depend on how many are asked for. */
export function evaluationRows({ height, width, channels }: ImageSpec): number {
  return height * width * channels <= fewNumbers ? pointBatch : evaluationBatch;
}
