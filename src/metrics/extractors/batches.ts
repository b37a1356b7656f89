/**
 * Feeding pictures to a network in batches of one size.
 * @module
 */
import type { ImageSet } from "../../data/dataset.ts";
import type { Features } from "../metric.ts";

/** Pictures `from` … `to` − 1, sharing memory. */
function slice(images: ImageSet, from: number, to: number): ImageSet {
  const size = images.height * images.width * images.channels;
  return { ...images, count: to - from, data: images.data.subarray(from * size, to * size) };
}

/**
 * Runs `network` on batches of exactly `batch` pictures, the last one filled up with black: the
 * shapes, and with them the order of every sum, never depend on how many pictures there are.
 */
export async function inBatches(
  images: ImageSet,
  { batch, dimension }: { batch: number; dimension: number },
  network: (part: ImageSet) => Promise<ArrayLike<number>>,
): Promise<Features> {
  const data = new Float64Array(images.count * dimension);
  const size = images.height * images.width * images.channels;
  for (let from = 0; from < images.count; from += batch) {
    const to = Math.min(images.count, from + batch);
    let part = slice(images, from, to);
    if (part.count < batch) {
      const padded = new Uint8Array(batch * size);
      padded.set(part.data);
      part = { ...part, count: batch, data: padded };
    }
    const values = await network(part);
    for (let i = 0; i < (to - from) * dimension; i++) data[from * dimension + i] = values[i];
  }
  return { count: images.count, dimension, data };
}
