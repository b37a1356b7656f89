/**
 * MS-SSIM: structural similarity of two pictures at several sizes, as torchmetrics computes it.
 * @module
 */
import type { ImageSet } from "../../kinds/image/mod.ts";
import { pow } from "../../numeric/mod.ts";
import {
  type Plane,
  planeOf,
  requireAlike,
  similarityMaps,
  ssimWindow,
} from "./pixel_distances.ts";

/** Weights of the scales, finest first. Wang, Simoncelli & Bovik 2003, §3.2. */
const weights: readonly number[] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** The weights of the first `scales`, scaled to the sum that all five have. */
export function scaleWeights(scales: number): number[] {
  const sum = (of: readonly number[]) => of.reduce((s, w) => s + w, 0);
  const first = weights.slice(0, scales);
  return scales === weights.length ? first : first.map((w) => w / sum(first) * sum(weights));
}

/**
 * How many scales pictures are large enough for, by torchmetrics' rule: 0 to 5. 2 need 12 pixels a side,
 * 3 need 44, 4 need 99, 5 need 176.
 */
export function scalesOf({ height, width }: { height: number; width: number }): number {
  const side = Math.min(height, width);
  const fits = (scales: number) =>
    // The coarsest is mirrored by half a window, of which it must hold one pixel more.
    side >> (scales - 1) > (ssimWindow - 1) / 2 &&
    Math.floor(side / Math.max(1, (scales - 1) * (scales - 1))) > ssimWindow - 1;
  return [5, 4, 3, 2, 1].find(fits) ?? 0;
}

/** Means of 2×2 pixels; an odd last row or column is left out. */
function halved({ height, width, data }: Plane): Plane {
  const h = height >> 1, w = width >> 1;
  const out = Float64Array.from({ length: h * w }, (_, i) => {
    const at = 2 * Math.floor(i / w) * width + 2 * (i % w);
    return (data[at] + data[at + 1] + data[at + width] + data[at + width + 1]) / 4;
  });
  return { height: h, width: w, data: out };
}

/** Mirrored by half a window about the outermost pixels, so that the window fits at every pixel. */
function mirrored({ height, width, data }: Plane): Plane {
  const pad = (ssimWindow - 1) / 2, h = height + 2 * pad, w = width + 2 * pad;
  const inside = (i: number, n: number) => i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
  const out = Float64Array.from({ length: h * w }, (_, i) => {
    const y = inside(Math.floor(i / w) - pad, height), x = inside(i % w - pad, width);
    return data[y * width + x];
  });
  return { height: h, width: w, data: out };
}

function mean(values: Float64Array): number {
  return values.reduce((s, v) => s + v, 0) / values.length;
}

/**
 * Multi-scale structural similarity of each picture, in [0, 1]: the product over scales of the mean
 * contrast-structure term to the scale's weight, at the coarsest of SSIM itself; means below 0 count as
 * 0. Wang, Simoncelli & Bovik 2003, eq. 7, with torchmetrics' borders: contrast where the window fits,
 * the coarsest SSIM over mirrored borders.
 * @throws RangeError on pictures too small for so many scales
 * @returns [count]
 */
export function msSsim(a: ImageSet, b: ImageSet, scales: number): Float64Array {
  requireAlike(a, b);
  if (!(scales >= 1 && scales <= scalesOf(a))) {
    throw new RangeError(
      `MS-SSIM over ${scales} scales: pictures of ${a.height}×${a.width} allow ${scalesOf(a)}`,
    );
  }
  const exponents = scaleWeights(scales);
  return Float64Array.from({ length: a.count }, (_, n) => {
    const terms = new Float64Array(scales);
    for (let c = 0; c < a.channels; c++) {
      let p = planeOf(a, n, c), q = planeOf(b, n, c);
      for (let s = 0; s < scales - 1; s++) {
        terms[s] += mean(similarityMaps(p, q).contrast) / a.channels;
        [p, q] = [halved(p), halved(q)];
      }
      const { similarity } = similarityMaps(mirrored(p), mirrored(q));
      terms[scales - 1] += mean(similarity) / a.channels;
    }
    return terms.reduce((product, term, s) => product * pow(Math.max(0, term), exponents[s]), 1);
  });
}
