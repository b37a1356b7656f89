/**
 * A picture as a view has it: laid on the background, unbent, made smaller. All in one pass of floats
 * that is rounded once.
 * @module
 */
import type { Layers } from "../../decode.ts";
import { type Cut, type Intrinsics, type Lens, unbent } from "./lens.ts";
import type { Scale } from "./light.ts";

/** How a picture becomes a view. */
export interface Making {
  readonly background: readonly [number, number, number];
  readonly scale: Scale;
  /** With the camera's numbers before the cut; null: a pinhole camera. */
  readonly lens: { readonly lens: Lens; readonly intrinsics: Intrinsics } | null;
  readonly cut: Cut;
  /** A pixel is the mean of so many by so many. */
  readonly downscale: number;
}

/** A picture of a view. */
export interface Picture {
  /** [height, width, 3] */
  readonly rgb: Uint8Array;
  /** Share that the scene covers, 0 to 255, [height, width]; null: all. */
  readonly alpha: Uint8Array | null;
}

/** Amounts of light on the background, and opacity where there is any: [height, width, 3 or 4]. */
function laid({ values, bands }: Layers, { background, scale }: Making): Float32Array {
  const { amounts } = scale, pixels = values.length / bands;
  const behind = background.map((level) => amounts[level]);
  const out = new Float32Array(pixels * bands);
  for (let i = 0, at = 0; i < pixels; i++, at += bands) {
    const alpha = bands === 4 ? values[at + 3] : 255;
    for (let c = 0; c < 3; c++) {
      out[at + c] = (alpha * amounts[values[at + c]] + (255 - alpha) * behind[c]) / 255;
    }
    if (bands === 4) out[at + 3] = alpha;
  }
  return out;
}

/** The part of a picture that stays. */
function cropped(values: Float32Array, { width, bands }: Layers, cut: Cut): Float32Array {
  const out = new Float32Array(cut.width * cut.height * bands), line = cut.width * bands;
  for (let y = 0; y < cut.height; y++) {
    const from = ((y + cut.top) * width + cut.left) * bands;
    out.set(values.subarray(from, from + line), y * line);
  }
  return out;
}

/** Means of whole squares of pixels; what is left over at the right and at the bottom is dropped. */
function shrunk(
  values: Float32Array,
  { width, height, bands, by }: { width: number; height: number; bands: number; by: number },
): Float32Array {
  if (by === 1) return values;
  const across = Math.floor(width / by), down = Math.floor(height / by);
  const out = new Float32Array(across * down * bands);
  for (let y = 0, to = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      for (let k = 0; k < bands; k++, to++) {
        let sum = 0;
        for (let j = 0; j < by; j++) {
          const from = ((y * by + j) * width + x * by) * bands + k;
          for (let i = 0; i < by; i++) sum += values[from + i * bands];
        }
        out[to] = sum / (by * by);
      }
    }
  }
  return out;
}

/** Makes a picture a view's. */
export function viewPicture(layers: Layers, making: Making): Picture {
  const { bands } = layers, { lens, cut, downscale, scale } = making;
  const whole = laid(layers, making);
  const kept = lens === null
    ? cropped(whole, layers, cut)
    : unbent(whole, lens.lens, { intrinsics: lens.intrinsics, size: layers, bands, cut });
  const { width, height } = cut;
  const values = shrunk(kept, { width, height, bands, by: downscale });
  const pixels = values.length / bands, rgb = new Uint8Array(3 * pixels);
  const alpha = bands === 4 ? new Uint8Array(pixels) : null;
  for (let i = 0, at = 0; i < pixels; i++, at += bands) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = scale.level(values[at + c]);
    if (alpha !== null) alpha[i] = Math.floor(values[at + 3] + 0.5);
  }
  return { rgb, alpha };
}
