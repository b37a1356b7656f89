/**
 * Grids of 8-bit images as PNG.
 * @module
 */
import type { ImageSet } from "../data/dataset.ts";

/** A PNG with its size. */
export interface Picture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Smallest side of a cell on screen; smaller images are enlarged by a whole factor. */
const smallestCell = 64;

/**
 * Lays images out row by row, `columns` to a row, each pixel repeated a whole number of times so
 * that small pictures can be seen without any smoothing; 2 px of white between cells.
 */
export async function gridPng(images: ImageSet, columns: number): Promise<Picture> {
  const { height, width, channels, count, data } = images;
  const scale = Math.max(1, Math.ceil(smallestCell / Math.max(height, width)));
  const gap = 2;
  const rows = Math.ceil(count / columns);
  const gridWidth = columns * (width * scale + gap) - gap;
  const gridHeight = rows * (height * scale + gap) - gap;
  const pixels = new Uint8Array(gridWidth * gridHeight * channels).fill(255);
  for (let i = 0; i < count; i++) {
    const left = (i % columns) * (width * scale + gap);
    const top = Math.floor(i / columns) * (height * scale + gap);
    for (let y = 0; y < height * scale; y++) {
      const line = (i * height + Math.floor(y / scale)) * width;
      for (let x = 0; x < width * scale; x++) {
        const from = (line + Math.floor(x / scale)) * channels;
        const to = ((top + y) * gridWidth + left + x) * channels;
        for (let c = 0; c < channels; c++) pixels[to + c] = data[from + c];
      }
    }
  }
  const { default: sharp } = await import("sharp");
  const png = await sharp(pixels, {
    raw: { width: gridWidth, height: gridHeight, channels },
  }).png({ compressionLevel: 9 }).toBuffer();
  return { png: new Uint8Array(png), width: gridWidth, height: gridHeight };
}

/** Sets of equal shape, one after the other. */
export function joinImages(sets: readonly ImageSet[]): ImageSet {
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  const [{ height, width, channels }] = sets;
  const data = new Uint8Array(count * height * width * channels);
  let at = 0;
  for (const set of sets) {
    if (set.height !== height || set.width !== width || set.channels !== channels) {
      throw new RangeError("a grid holds images of one shape");
    }
    data.set(set.data, at);
    at += set.data.length;
  }
  return { count, height, width, channels, data };
}
