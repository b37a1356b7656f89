/**
 * Random small changes of training pictures that no answer of the judge may depend on.
 * @module
 */
import { hostFold, type HostKey, hostNormal, hostUniform } from "../../random/host/mod.ts";
import type { ImageSet } from "../../kinds/image/mod.ts";
import { gaussianMatrix } from "../prepare/resample.ts";

/** Moves a plane by whole pixels; the edge repeats. */
function shifted(
  from: ArrayLike<number>,
  { base, side, channels, dx, dy }: {
    base: number;
    side: number;
    channels: number;
    dx: number;
    dy: number;
  },
): Float64Array {
  const out = new Float64Array(side * side * channels);
  const inside = (v: number) => Math.min(side - 1, Math.max(0, v));
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const source = base + (inside(y + dy) * side + inside(x + dx)) * channels;
      for (let c = 0; c < channels; c++) out[at++] = from[source + c];
    }
  }
  return out;
}

/** Both axes through a symmetric blur matrix, in place. */
function blurred(pixels: Float64Array, side: number, channels: number, sigma: number): void {
  const m = gaussianMatrix(side, sigma), line = new Float64Array(side);
  const pass = (start: number, step: number) => {
    for (let i = 0; i < side; i++) line[i] = pixels[start + i * step];
    for (let i = 0; i < side; i++) {
      let s = 0;
      const low = Math.max(0, i - 5), high = Math.min(side, i + 6); // 3.5 σ of at most 1.25, and 5
      for (let k = low; k < high; k++) s += m[i * side + k] * line[k];
      pixels[start + i * step] = s;
    }
  };
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < side; i++) pass(i * side * channels + c, channels);
    for (let i = 0; i < side; i++) pass(i * channels + c, side * channels);
  }
}

/**
 * Each picture shifted by up to 2 pixels an axis, on every second step blurred (σ 0.05–1.25
 * pixels), then with noise of σ 0–8 of 255: textures that models get wrong without anyone seeing
 * must not become features. @returns [count · side · side · channels] in [0, 1], not rounded
 */
export function augment(
  images: ImageSet,
  { key, step }: { key: HostKey; step: number },
): Float32Array {
  const { count, height: side, channels, data } = images, size = side * side * channels;
  const out = new Float32Array(count * size);
  for (let n = 0; n < count; n++) {
    const own = hostFold(key, n), draws = hostUniform(own, 4);
    const pixels = shifted(data, {
      base: n * size,
      side,
      channels,
      dx: Math.floor(draws[0] * 5) - 2,
      dy: Math.floor(draws[1] * 5) - 2,
    });
    if (step % 2 === 1) blurred(pixels, side, channels, 0.05 + 1.2 * draws[2]);
    const sigma = 8 * draws[3], noise = hostNormal(hostFold(own, "noise"), size);
    for (let i = 0; i < size; i++) out[n * size + i] = (pixels[i] + sigma * noise[i]) / 255;
  }
  return out;
}
