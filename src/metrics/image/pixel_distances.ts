/**
 * Distances between two sets of 8-bit pictures, picture by picture: PSNR and SSIM.
 * @module
 */
import type { ImageSet } from "../../kinds/image/mod.ts";
import { exp, log10 } from "../../numeric/mod.ts";

/**
 * Both sides must be 8-bit: a model's unrounded output against 8-bit data would be scored on
 * differences that no picture can show.
 */
export function requireAlike(a: ImageSet, b: ImageSet): void {
  for (const { data } of [a, b]) {
    if (!(data instanceof Uint8Array)) {
      throw new TypeError("pictures must be 8-bit (Uint8Array): round both sides before comparing");
    }
  }
  const shape = (s: ImageSet) => `${s.count}×${s.height}×${s.width}×${s.channels}`;
  if (shape(a) !== shape(b)) {
    throw new RangeError(`pictures of shape ${shape(a)} and ${shape(b)} can't be compared`);
  }
}

/** Peak signal-to-noise ratio of each picture, dB; Infinity for identical pictures. @returns [count] */
export function psnr(a: ImageSet, b: ImageSet): Float64Array {
  requireAlike(a, b);
  const size = a.height * a.width * a.channels;
  const out = new Float64Array(a.count);
  for (let n = 0; n < a.count; n++) {
    let square = 0;
    for (let i = n * size; i < (n + 1) * size; i++) {
      const difference = a.data[i] - b.data[i];
      square += difference * difference;
    }
    out[n] = square === 0 ? Infinity : 10 * log10(255 * 255 * size / square);
  }
  return out;
}

/** Side of SSIM's window, pixels. */
export const ssimWindow = 11;

/** exp(−x²/2σ²) on −5 … 5, σ = 1.5, normalised. */
function gaussianWindow(): Float64Array {
  const weights = Float64Array.from(
    { length: ssimWindow },
    (_, i) => exp(-(i - 5) * (i - 5) / 4.5),
  );
  const sum = weights.reduce((s, w) => s + w, 0);
  return weights.map((w) => w / sum);
}

/** One channel of a picture, row-major. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

/** Channel `c` of picture `n`. */
export function planeOf(images: ImageSet, n: number, c: number): Plane {
  const { height, width, channels } = images, pixels = height * width;
  const start = n * pixels * channels + c;
  const data = Float64Array.from({ length: pixels }, (_, i) => images.data[start + i * channels]);
  return { height, width, data };
}

/** Separable convolution of one plane, without borders. @returns [height − 10, width − 10] */
function filterValid({ height, width, data: plane }: Plane, taps: Float64Array): Float64Array {
  const w = width - ssimWindow + 1, h = height - ssimWindow + 1;
  const rows = new Float64Array(height * w), out = new Float64Array(h * w);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < w; x++) {
      let s = 0;
      for (let t = 0; t < ssimWindow; t++) s += taps[t] * plane[y * width + x + t];
      rows[y * w + x] = s;
    }
  }
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let s = 0;
      for (let t = 0; t < ssimWindow; t++) s += taps[t] * rows[(y + t) * w + x];
      out[y * w + x] = s;
    }
  }
  return out;
}

/** Where the window fits: SSIM and its contrast-structure term. */
export interface SimilarityMaps {
  readonly similarity: Float64Array;
  readonly contrast: Float64Array;
}

/** Wang et al. 2004, eq. 13 and its second factor, at each place of the 11×11 Gaussian window. */
export function similarityMaps(p: Plane, q: Plane, taps = gaussianWindow()): SimilarityMaps {
  const c1 = 2.55 * 2.55, c2 = 7.65 * 7.65;
  const filtered = (value: (i: number) => number) =>
    filterValid({ ...p, data: Float64Array.from(p.data, (_, i) => value(i)) }, taps);
  const mp = filterValid(p, taps), mq = filterValid(q, taps);
  const pp = filtered((i) => p.data[i] * p.data[i]), qq = filtered((i) => q.data[i] * q.data[i]);
  const pq = filtered((i) => p.data[i] * q.data[i]);
  const similarity = new Float64Array(mp.length), contrast = new Float64Array(mp.length);
  for (let i = 0; i < mp.length; i++) {
    const vp = pp[i] - mp[i] * mp[i], vq = qq[i] - mq[i] * mq[i], vpq = pq[i] - mp[i] * mq[i];
    similarity[i] = (2 * mp[i] * mq[i] + c1) * (2 * vpq + c2) /
      ((mp[i] * mp[i] + mq[i] * mq[i] + c1) * (vp + vq + c2));
    contrast[i] = (2 * vpq + c2) / (vp + vq + c2);
  }
  return { similarity, contrast };
}

/**
 * Structural similarity of each picture, in [−1, 1]. Wang et al. 2004, eq. 13: Gaussian 11×11
 * window of σ 1.5 where it lies wholly inside, population covariances, C₁ = (0.01·255)²,
 * C₂ = (0.03·255)², channels averaged. scikit-image: `structural_similarity(a, b,
 * gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255)`.
 * @throws RangeError on pictures smaller than the window.
 * @returns [count]
 */
export function ssim(a: ImageSet, b: ImageSet): Float64Array {
  requireAlike(a, b);
  const { height, width, channels } = a;
  if (Math.min(height, width) < ssimWindow) {
    throw new RangeError(`SSIM needs ${ssimWindow} pixels a side, got ${height}×${width}`);
  }
  const taps = gaussianWindow();
  const out = new Float64Array(a.count);
  for (let n = 0; n < a.count; n++) {
    let sum = 0, terms = 0;
    for (let c = 0; c < channels; c++) {
      const { similarity } = similarityMaps(planeOf(a, n, c), planeOf(b, n, c), taps);
      for (const value of similarity) sum += value;
      terms += similarity.length;
    }
    out[n] = sum / terms;
  }
  return out;
}
