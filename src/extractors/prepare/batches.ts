/**
 * Feeding pictures to a network in batches of one size.
 * @module
 */
import type { ImageSet } from "../../kinds/image/mod.ts";
import type { Features } from "../../algebra/mod.ts";

/**
 * `batch` pictures from `from` on, sharing memory; where fewer are left, filled up with black.
 * @returns the batch, and how many of its pictures are real
 */
export function batchAt(
  images: ImageSet,
  { from, batch }: { from: number; batch: number },
): { part: ImageSet; count: number } {
  const size = images.height * images.width * images.channels;
  const to = Math.min(images.count, from + batch);
  let data = images.data.subarray(from * size, to * size);
  if (to - from < batch) {
    const padded = new Uint8Array(batch * size);
    padded.set(data);
    data = padded;
  }
  return { part: { ...images, count: batch, data }, count: to - from };
}

/**
 * Runs `network` on batches of exactly `batch` pictures: the shapes, and with them the order of every
 * sum, never depend on how many pictures there are.
 */
export async function inBatches(
  images: ImageSet,
  { batch, dimension }: { batch: number; dimension: number },
  network: (part: ImageSet) => Promise<ArrayLike<number>>,
): Promise<Features> {
  const data = new Float64Array(images.count * dimension);
  for (let from = 0; from < images.count; from += batch) {
    const { part, count } = batchAt(images, { from, batch });
    const values = await network(part);
    for (let i = 0; i < count * dimension; i++) data[from * dimension + i] = values[i];
  }
  return { count: images.count, dimension, data };
}
