/**
 * Distances between two sets of 8-bit pictures, picture by picture: PSNR and SSIM.
 * @module
 */
import type { ImageSet } from "../data/dataset.ts";
import { exp, log10 } from "../numeric/elementary.ts";

/**
 * Both sides must be 8-bit: a model's unrounded output against 8-bit data would be scored on
 * differences that no picture can show.
 */
function requireAlike(a: ImageSet, b: ImageSet): void {
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

/** Separable convolution of one plane, without borders. @returns [height − 10, width − 10] */
function filterValid(plane: Float64Array, height: number, width: number, taps: Float64Array) {
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
  const taps = gaussianWindow(), pixels = height * width, size = pixels * channels;
  const c1 = 2.55 * 2.55, c2 = 7.65 * 7.65;
  const plane = (value: (i: number) => number) =>
    filterValid(Float64Array.from({ length: pixels }, (_, i) => value(i)), height, width, taps);
  const out = new Float64Array(a.count);
  for (let n = 0; n < a.count; n++) {
    let sum = 0, terms = 0;
    for (let c = 0; c < channels; c++) {
      const p = (i: number) => a.data[n * size + i * channels + c];
      const q = (i: number) => b.data[n * size + i * channels + c];
      const mp = plane(p), mq = plane(q);
      const pp = plane((i) => p(i) * p(i)), qq = plane((i) => q(i) * q(i));
      const pq = plane((i) => p(i) * q(i));
      for (let i = 0; i < mp.length; i++) {
        const vp = pp[i] - mp[i] * mp[i], vq = qq[i] - mq[i] * mq[i], vpq = pq[i] - mp[i] * mq[i];
        sum += (2 * mp[i] * mq[i] + c1) * (2 * vpq + c2) /
          ((mp[i] * mp[i] + mq[i] * mq[i] + c1) * (vp + vq + c2));
        terms++;
      }
    }
    out[n] = sum / terms;
  }
  return out;
}
