/**
 * Decoded 8-bit images of one shape: in memory, or in a cache file that is read by position when
 * the set is too large to hold. Both give the same bytes.
 * @module
 */
import type { ImageSpec } from "../kinds/image/mod.ts";
import { DataError } from "../base/mod.ts";
import type { RawSamples } from "./split_dataset.ts";

/** Larger sets stay on disk. Bytes. */
const IN_MEMORY_LIMIT = 1 << 30;

function checked(index: number, count: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`image ${index} was asked for; there are ${count}, numbered from 0`);
  }
  return index;
}

/** Images held in one array, [count, height, width, channels]. */
export function imagesInMemory(data: Uint8Array, spec: ImageSpec): RawSamples<"image"> {
  const { height, width, channels } = spec;
  const stride = height * width * channels;
  const count = data.length / stride;
  if (!Number.isInteger(count)) {
    throw new DataError(
      `${data.length} bytes are no whole number of ${height}×${width}×${channels} images`,
    );
  }
  return {
    count,
    gather(indices) {
      const out = new Uint8Array(indices.length * stride);
      for (let i = 0; i < indices.length; i++) {
        const from = checked(indices[i], count) * stride;
        out.set(data.subarray(from, from + stride), i * stride);
      }
      return Promise.resolve({ count: indices.length, height, width, channels, data: out });
    },
  };
}

/** Images in a file that holds nothing else; read whole when that fits in memory. */
export async function imagesInFile(path: string, spec: ImageSpec): Promise<RawSamples<"image">> {
  const { height, width, channels } = spec;
  const stride = height * width * channels;
  const { size } = await Deno.stat(path);
  if (size <= IN_MEMORY_LIMIT) return imagesInMemory(await Deno.readFile(path), spec);
  const file = await Deno.open(path, { read: true });
  const count = Math.floor(size / stride);
  return {
    count,
    async gather(indices) {
      const out = new Uint8Array(indices.length * stride);
      for (let i = 0; i < indices.length; i++) {
        await file.seek(checked(indices[i], count) * stride, Deno.SeekMode.Start);
        for (let read = 0; read < stride;) {
          const n = await file.read(out.subarray(i * stride + read, (i + 1) * stride));
          if (n === null) {
            throw new DataError(`${path} ends inside image ${indices[i]}; delete it and run again`);
          }
          read += n;
        }
      }
      return { count: indices.length, height, width, channels, data: out };
    },
  };
}
