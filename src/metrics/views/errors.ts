/**
 * Errors of rendered views against what is known of a scene: where there is something, how far away it
 * is, and which way it faces.
 * @module
 */
import type { ImageSet } from "../../kinds/image/mod.ts";
import { atan2, log10 } from "../../numeric/mod.ts";
import { requireAlike } from "../image/pixel_distances.ts";

/** A sum over pixels, and how many there were. */
export interface Tally {
  readonly sum: number;
  readonly count: number;
}

/** Both together. */
export function together(a: Tally, b: Tally): Tally {
  return { sum: a.sum + b.sum, count: a.count + b.count };
}

/** True maps, as `ViewMaps` has them. */
type Bytes = Uint8Array;
/** A model's maps, as `RenderedMaps` has them. */
type Floats = Float32Array;

/** Of a pixel that a view covers wholly, and whose depth is therefore that of one surface. */
const WHOLE = 255;
/** A model that covers less of a pixel than this shows mostly what is behind. */
const HALF = 0.5;

/**
 * Peak signal-to-noise ratio of each picture over the pixels that the scene covers at all (alpha > 0),
 * dB. Pixels of background that every model gets right raise PSNR by 10 log₁₀(pixels/foreground), and a
 * blank picture's with it.
 * @param alpha of the truth, row-major [count, height, width]
 * @returns [count]; Infinity where those pixels are identical, NaN where there is none
 */
export function foregroundPsnr(
  truth: ImageSet,
  render: ImageSet,
  alpha: Bytes,
): Float64Array {
  requireAlike(truth, render);
  const { count, height, width, channels } = truth, pixels = height * width;
  return Float64Array.from({ length: count }, (_, n) => {
    let square = 0, covered = 0;
    for (let p = n * pixels; p < (n + 1) * pixels; p++) {
      if (alpha[p] === 0) continue;
      covered++;
      for (let i = p * channels; i < (p + 1) * channels; i++) {
        const difference = truth.data[i] - render.data[i];
        square += difference * difference;
      }
    }
    if (covered === 0) return NaN;
    return square === 0 ? Infinity : 10 * log10(255 * 255 * covered * channels / square);
  });
}

/** |true alpha/255 − alpha| over all pixels. */
export function alphaErrors(alpha: Bytes, rendered: Floats): Tally {
  let sum = 0;
  for (let p = 0; p < alpha.length; p++) sum += Math.abs(alpha[p] / 255 - rendered[p]);
  return { sum, count: alpha.length };
}

/**
 * |true depth − depth| over pixels of a view that the scene covers wholly and the model more than half,
 * in units of the scene.
 * @returns those, and how many of the pixels that the scene covers wholly the model covers so
 */
export function depthErrors(
  truth: { readonly alpha: Bytes; readonly depth: Floats },
  rendered: { readonly alpha: Floats; readonly depth: Floats },
): { readonly error: Tally; readonly covered: Tally } {
  let sum = 0, covered = 0, whole = 0;
  for (let p = 0; p < truth.alpha.length; p++) {
    if (truth.alpha[p] !== WHOLE) continue;
    whole++;
    if (!(rendered.alpha[p] > HALF)) continue;
    covered++;
    sum += Math.abs(truth.depth[p] - rendered.depth[p]);
  }
  return { error: { sum, count: covered }, covered: { sum: covered, count: whole } };
}

const DEGREES = 180 / Math.PI;

/**
 * The angle between two vectors of any length, degrees in [0, 180]: atan2(|a × b|, a · b), which unlike
 * the arc cosine keeps small angles. NaN where one has no direction.
 */
export function degreesBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const x = a[1] * b[2] - a[2] * b[1];
  const y = a[2] * b[0] - a[0] * b[2];
  const z = a[0] * b[1] - a[1] * b[0];
  const along = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const across = Math.sqrt(x * x + y * y + z * z);
  return across === 0 && along === 0 ? NaN : DEGREES * atan2(across, along);
}

/** Angles between normals in degrees, over the pixels of `depthErrors` where both are known. */
export function normalErrors(
  truth: { readonly alpha: Bytes; readonly normals: Floats },
  rendered: { readonly alpha: Floats; readonly normals: Floats },
): Tally {
  let sum = 0, count = 0;
  for (let p = 0; p < truth.alpha.length; p++) {
    if (truth.alpha[p] !== WHOLE || !(rendered.alpha[p] > HALF)) continue;
    const own = (of: Floats) => of.subarray(3 * p, 3 * p + 3);
    const angle = degreesBetween(own(truth.normals), own(rendered.normals));
    if (Number.isNaN(angle)) continue;
    sum += angle;
    count++;
  }
  return { sum, count };
}
