/**
 * Known damage to good pictures, for the sanity table: what a distance should and should not
 * notice.
 * @module
 */
import { concatImages, gatherImages, type ImageSet, sliceImages } from "../../kinds/image/mod.ts";
import { hostFold, type HostKey, hostNormal, hostPermutation } from "../../random/host/mod.ts";
import { gaussianMatrix } from "../../extractors/prepare/mod.ts";

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.floor(value + 0.5)));
}

/** Gaussian noise of standard deviation `sigma` (of 255) on every value. */
export function withNoise(images: ImageSet, sigma: number, { key }: { key: HostKey }): ImageSet {
  const size = images.data.length / images.count, data = new Uint8Array(images.data.length);
  for (let n = 0; n < images.count; n++) {
    const noise = hostNormal(hostFold(key, n), size);
    for (let i = 0; i < size; i++) {
      data[n * size + i] = toByte(images.data[n * size + i] + sigma * noise[i]);
    }
  }
  return { ...images, data };
}

/** Gaussian blur of `sigma` pixels, mirrored at the edges. */
export function withBlur(images: ImageSet, sigma: number): ImageSet {
  const { count, height, width, channels } = images;
  const vertical = gaussianMatrix(height, sigma), horizontal = gaussianMatrix(width, sigma);
  const data = new Uint8Array(images.data.length), rows = new Float64Array(height * width);
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < channels; c++) {
      const at = (y: number, x: number) => ((n * height + y) * width + x) * channels + c;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let s = 0;
          for (let k = 0; k < width; k++) s += horizontal[x * width + k] * images.data[at(y, k)];
          rows[y * width + x] = s;
        }
      }
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let s = 0;
          for (let k = 0; k < height; k++) s += vertical[y * height + k] * rows[k * width + x];
          data[at(y, x)] = toByte(s);
        }
      }
    }
  }
  return { ...images, data };
}

/**
 * Each picture through JPEG at full chroma and back (halved chroma is no small thing at 32 pixels a
 * side). The codec is a library's: not the same bits everywhere.
 */
export async function withJpeg(images: ImageSet, quality: number): Promise<ImageSet> {
  const { default: sharp } = await import("sharp");
  const { count, height, width, channels } = images, size = height * width * channels;
  const data = new Uint8Array(images.data.length);
  for (let n = 0; n < count; n++) {
    const raw = images.data.slice(n * size, (n + 1) * size);
    const jpeg = await sharp(raw, { raw: { width, height, channels } }).jpeg({
      quality,
      chromaSubsampling: "4:4:4",
    }).toBuffer();
    const back = await sharp(jpeg).toColourspace(channels === 1 ? "b-w" : "srgb").raw().toBuffer();
    data.set(back, n * size);
  }
  return { ...images, data };
}

/** Each picture cut into 4×4 blocks that change places. */
export function withShuffledBlocks(images: ImageSet, { key }: { key: HostKey }): ImageSet {
  const { count, height, width, channels } = images, grid = 4;
  const h = Math.floor(height / grid), w = Math.floor(width / grid);
  const data = images.data.slice();
  for (let n = 0; n < count; n++) {
    hostPermutation(hostFold(key, n), grid * grid).forEach((from, to) => {
      for (let y = 0; y < h; y++) {
        const row = (block: number) =>
          ((n * height + Math.floor(block / grid) * h + y) * width + block % grid * w) * channels;
        data.set(images.data.subarray(row(from), row(from) + w * channels), row(to));
      }
    });
  }
  return { ...images, data };
}

/** The last `share` of the pictures replaced by copies of the first. */
export function withCopies(images: ImageSet, share: number): ImageSet {
  const copies = Math.floor(images.count * share);
  return gatherImages(
    images,
    Array.from({ length: images.count }, (_, i) => i < images.count - copies ? i : i % copies),
  );
}

/** The last `share` of the pictures replaced by the first of another set. */
export function mixed(images: ImageSet, other: ImageSet, share: number): ImageSet {
  const from = Math.floor(images.count * share);
  return concatImages([
    sliceImages(images, { to: images.count - from }),
    sliceImages(other, { to: from }),
  ]);
}
