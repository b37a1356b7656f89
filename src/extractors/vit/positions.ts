/**
 * Learned positions of patches brought to another grid, as PyTorch's bicubic interpolation does it.
 * @module
 */
import { antialiased } from "../prepare/resize.ts";
import type { Taps } from "../prepare/resample.ts";

/** PyTorch's cubic without antialiasing has a = −¾, where PIL's and its own antialiased have −½. */
const A = -0.75;

/** Weights of four neighbours at a distance t in [0, 1) from the second. Keys 1981, eq. 4. */
function neighbours(t: number): number[] {
  const near = (x: number) => ((A + 2) * x - (A + 3)) * x * x + 1;
  const far = (x: number) => ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

/** Cubic taps at y·step without antialiasing, the edge repeated. */
function plain(size: number, target: number, step: number): Taps[] {
  return Array.from({ length: target }, (_, y) => {
    const at = (y + 0.5) * step - 0.5, floor = Math.floor(at);
    const weights = new Float64Array(size);
    neighbours(at - floor).forEach((w, i) => {
      weights[Math.min(size - 1, Math.max(0, floor - 1 + i))] += w;
    });
    return { start: 0, weights };
  });
}

/**
 * Positions [n², width] on a grid of grid². DINOv2's hub calls PyTorch with a scale of
 * (grid + offset)/n, which its offset of 0.1 keeps from being rounded down, and so samples at steps
 * of n/(grid + offset); its networks with registers have no offset, and antialias.
 * @throws RangeError where the positions are no square
 */
export function resizePositions(
  positions: ArrayLike<number>,
  { width, grid, antialias, offset }: {
    width: number;
    grid: number;
    antialias: boolean;
    offset: number;
  },
): Float32Array {
  const n = Math.round(Math.sqrt(positions.length / width));
  if (n * n * width !== positions.length) {
    throw new RangeError(`${positions.length / width} positions are no square grid`);
  }
  if (n === grid) return Float32Array.from(positions);
  const taps = antialias ? antialiased(n, grid) : plain(n, grid, n / (grid + offset));
  const rows = new Float64Array(n * grid * width);
  for (let y = 0; y < n; y++) {
    for (const [x, { start, weights }] of taps.entries()) {
      for (let t = 0; t < weights.length; t++) {
        const from = (y * n + start + t) * width, to = (y * grid + x) * width;
        for (let c = 0; c < width; c++) rows[to + c] += weights[t] * positions[from + c];
      }
    }
  }
  const out = new Float64Array(grid * grid * width), line = grid * width;
  for (const [y, { start, weights }] of taps.entries()) {
    for (let t = 0; t < weights.length; t++) {
      const from = (start + t) * line, to = y * line;
      for (let c = 0; c < line; c++) out[to + c] += weights[t] * rows[from + c];
    }
  }
  return Float32Array.from(out);
}
