/**
 * Blur and resampling of 8-bit pictures as one fixed linear map an axis, on the host in float64.
 * Libraries differ in how they resize, enough to move a Fréchet distance by a tenth (Parmar et al.
 * 2022), so this path uses none.
 * @module
 */
import type { ImageSet } from "../../kinds/image/mod.ts";
import { exp } from "../../numeric/mod.ts";

/** One output pixel: where its input pixels start, and their weights, which sum to 1. */
export interface Taps {
  readonly start: number;
  readonly weights: Float64Array;
}

/** Gaussian blur of a line of `size` pixels, radius ⌈3.5σ⌉, mirrored at the ends (edge pixel twice). */
export function gaussianMatrix(size: number, sigma: number): Float64Array {
  const radius = sigma > 0 ? Math.ceil(3.5 * sigma) : 0, matrix = new Float64Array(size * size);
  const taps = Array.from(
    { length: 2 * radius + 1 },
    (_, i) => radius === 0 ? 1 : exp(-(i - radius) * (i - radius) / (2 * sigma * sigma)),
  );
  const sum = taps.reduce((s, w) => s + w, 0);
  for (let y = 0; y < size; y++) {
    taps.forEach((weight, i) => {
      let x = (y + i - radius) % (2 * size);
      if (x < 0) x += 2 * size;
      matrix[y * size + (x < size ? x : 2 * size - 1 - x)] += weight / sum;
    });
  }
  return matrix;
}

/** Cubic convolution kernel, a = −1/2. Keys 1981, eq. 4. */
export function cubic(t: number): number {
  const x = Math.abs(t);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/**
 * Cubic resampling of a line from `size` to `target` pixels; centres are aligned, and the kernel
 * widens when pixels become fewer, so that nothing aliases. @returns row-major [target, size]
 */
export function cubicMatrix(size: number, target: number): Float64Array {
  const step = size / target, width = Math.max(1, step), matrix = new Float64Array(target * size);
  for (let y = 0; y < target; y++) {
    const centre = (y + 0.5) * step - 0.5;
    let sum = 0;
    for (let x = 0; x < size; x++) {
      const weight = cubic((x - centre) / width);
      matrix[y * size + x] = weight;
      sum += weight;
    }
    for (let x = 0; x < size; x++) matrix[y * size + x] /= sum;
  }
  return matrix;
}

/** A · B with the zeros of every row cut off at both ends. */
function product(a: Float64Array, b: Float64Array, inner: number): Taps[] {
  const rows = a.length / inner, columns = b.length / inner;
  return Array.from({ length: rows }, (_, y) => {
    const row = new Float64Array(columns);
    for (let k = 0; k < inner; k++) {
      const w = a[y * inner + k];
      if (w !== 0) { for (let x = 0; x < columns; x++) row[x] += w * b[k * columns + x]; }
    }
    let start = 0, end = columns;
    while (start < end && row[start] === 0) start++;
    while (end > start && row[end - 1] === 0) end--;
    return { start, weights: row.slice(start, end) };
  });
}

/** The blur of `sigma` pixels followed by cubic resampling to `target` pixels, for one axis. */
export function blurThenResize(size: number, target: number, sigma: number): Taps[] {
  return product(cubicMatrix(size, target), gaussianMatrix(size, sigma), size);
}

/**
 * Applies one map to columns and one to rows of every picture. Grey pictures give three equal
 * channels. Values stay on the scale of the bytes, unrounded, and may overshoot a little.
 * @returns [count, vertical.length, horizontal.length, 3], rounded to float32
 */
export function resample(
  images: ImageSet,
  { vertical, horizontal }: { vertical: readonly Taps[]; horizontal: readonly Taps[] },
): Float32Array {
  const { count, height, width, channels, data } = images;
  const h = vertical.length, w = horizontal.length;
  const out = new Float32Array(count * h * w * 3);
  const line = w * channels, rows = new Float64Array(height * line), sums = new Float64Array(line);
  for (let n = 0; n < count; n++) {
    const base = n * height * width * channels;
    for (let y = 0; y < height; y++) {
      const source = base + y * width * channels, to = y * line;
      for (let x = 0; x < w; x++) {
        const { start, weights } = horizontal[x];
        let at = source + start * channels;
        if (channels === 3) {
          let r = 0, g = 0, b = 0;
          for (let t = 0; t < weights.length; t++, at += 3) {
            const weight = weights[t];
            r += weight * data[at];
            g += weight * data[at + 1];
            b += weight * data[at + 2];
          }
          rows[to + 3 * x] = r;
          rows[to + 3 * x + 1] = g;
          rows[to + 3 * x + 2] = b;
        } else {
          let s = 0;
          for (let t = 0; t < weights.length; t++) s += weights[t] * data[at + t];
          rows[to + x] = s;
        }
      }
    }
    for (let y = 0; y < h; y++) {
      const { start, weights } = vertical[y];
      // Row by row, so that memory is read in order; a number's terms are summed in the taps' order.
      sums.fill(0);
      for (let t = 0; t < weights.length; t++) {
        const weight = weights[t], from = (start + t) * line;
        for (let i = 0; i < line; i++) sums[i] += weight * rows[from + i];
      }
      const to = (n * h + y) * w * 3;
      if (channels === 3) out.set(sums, to);
      else for (let i = 0; i < line; i++) out.fill(sums[i], to + 3 * i, to + 3 * i + 3);
    }
  }
  return out;
}
