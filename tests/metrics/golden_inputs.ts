/** The inputs of make_golden.py, by the same exact recurrence. */
import type { ImageSet } from "../../src/kinds/image/image_set.ts";
import type { Features } from "../../src/algebra/features.ts";

export function uniforms(seed: number, count: number): Float64Array {
  let x = seed;
  return Float64Array.from({ length: count }, () => (x = (75 * x + 74) % 65537) / 65537);
}

export interface PictureSpec {
  readonly seed: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly strength: number;
}

export function picture(
  { seed, height, width, channels }: Omit<PictureSpec, "strength">,
): ImageSet {
  const u = uniforms(seed, height * width * channels);
  const data = Uint8Array.from(u, (v, i) => {
    const pixel = Math.floor(i / channels), y = Math.floor(pixel / width), x = pixel % width;
    return Math.floor((x * 5 + y * 3) % 200 + 55 * v);
  });
  return { count: 1, height, width, channels, data };
}

export function noisy(image: ImageSet, { seed, strength }: PictureSpec): ImageSet {
  const u = uniforms(seed + 100, image.data.length);
  const data = image.data.map((v, i) =>
    Math.min(255, Math.max(0, Math.floor(v + strength * (u[i] - 0.5))))
  );
  return { ...image, data };
}

export function features(
  seed: number,
  { count, dimension: d, shift }: { count: number; dimension: number; shift: number },
): Features {
  const u = uniforms(seed, count * d * 3);
  const sums = Float64Array.from(
    { length: count * d },
    (_, i) => u[3 * i] + u[3 * i + 1] + u[3 * i + 2] - 1.5,
  );
  const data = sums.map((v, i) =>
    (v + (i % d > 0 ? 0.5 * sums[i - 1] : 0)) * (1 + i % d / d) + shift
  );
  return { count, dimension: d, data };
}

/** Whole numbers: distances are exact, and many are equal. */
export function grid(
  seed: number,
  { count, dimension, levels }: { count: number; dimension: number; levels: number },
): Features {
  const data = uniforms(seed, count * dimension).map((u) => Math.floor(levels * u));
  return { count, dimension, data };
}
