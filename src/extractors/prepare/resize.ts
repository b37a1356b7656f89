/**
 * Resizing as the tools that published numbers do it, by name, on the host. Which one is used moves a
 * Fréchet distance by more than most papers' improvements (Parmar, Zhang & Zhu 2022,
 * arXiv:2104.11222), so an extractor's name carries its mode where that isn't the default. Needs no
 * engine: workers may run it.
 * @module
 */
import type { ImageSet } from "../../kinds/image/mod.ts";
import { blurThenResize, cubic, resample, type Taps } from "./resample.ts";

/** How one axis and its numbers are made. */
interface Mode {
  readonly about: string;
  /** Taps of one axis. */
  readonly taps: (size: number, target: number) => readonly Taps[];
  /** 8-bit numbers and fixed-point weights after each axis, as PIL keeps them. */
  readonly quantised?: boolean;
  /** Pictures of the right size are worked on too, and what overshoots the bytes' range stays. */
  readonly always?: boolean;
}

/**
 * PIL's taps: centres aligned, and the kernel as many times wider as pixels become fewer, cut at the
 * edges and brought to a sum of 1.
 */
export function antialiased(size: number, target: number): Taps[] {
  const step = size / target, width = Math.max(1, step), reach = 2 * width;
  return Array.from({ length: target }, (_, y) => {
    const centre = (y + 0.5) * step;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(size, Math.trunc(centre + reach + 0.5));
    const weights = Float64Array.from(
      { length: end - start },
      (_, i) => cubic((start + i - centre + 0.5) / width),
    );
    const sum = weights.reduce((s, w) => s + w, 0);
    return { start, weights: weights.map((w) => w / sum) };
  });
}

/** Two neighbours, whatever the step, so that it aliases; places in float32 as both tools have them. */
function bilinear(place: (y: number, step: number) => number) {
  return (size: number, target: number): Taps[] => {
    const step = Math.fround(size / target);
    return Array.from({ length: target }, (_, y) => {
      const at = place(y, step);
      const start = Math.min(size - 1, Math.floor(at));
      const share = Math.fround(at - start);
      return start === size - 1
        ? { start, weights: Float64Array.of(1) }
        : { start, weights: Float64Array.of(1 - share, share) };
    });
  };
}

const modes = {
  "clean": {
    about: "clean-fid: PIL's antialiased bicubic on floats, cut to [0, 255], never rounded",
    taps: antialiased,
  },
  "pil-bicubic": {
    about: "PIL's antialiased bicubic on bytes, rounded after each axis",
    taps: antialiased,
    quantised: true,
  },
  "torch-bilinear": {
    about: "PyTorch's bilinear with align_corners=False and no antialiasing, as pytorch-fid has it",
    taps: bilinear((y, step) => Math.max(0, Math.fround(Math.fround((y + 0.5) * step) - 0.5))),
  },
  "tf1": {
    about: "TensorFlow 1's bilinear, corner to corner (place = y·step), as the first FID and " +
      "torch-fidelity have it",
    taps: bilinear((y, step) => Math.fround(y * step)),
  },
  "blurred": {
    about: "a Gaussian blur of 0.7 pixels at 32 a side, in proportion elsewhere, then cubic",
    taps: (size, target) => blurThenResize(size, target, 0.7 * size / 32),
    always: true,
  },
} as const satisfies Readonly<Record<string, Mode>>;

/** One of the modes. */
export type ResizeMode = keyof typeof modes;

/** What each mode is. */
export const resizeModes: Readonly<Record<ResizeMode, string>> = {
  "clean": modes.clean.about,
  "pil-bicubic": modes["pil-bicubic"].about,
  "torch-bilinear": modes["torch-bilinear"].about,
  "tf1": modes.tf1.about,
  "blurred": modes.blurred.about,
};

/** Taps of the sizes seen last: a folder's pictures have few. */
const known = new Map<string, readonly Taps[]>();

function tapsOf(mode: ResizeMode, size: number, target: number): readonly Taps[] {
  const name = `${mode} ${size} ${target}`;
  let found = known.get(name);
  if (found === undefined) {
    if (known.size >= 64) known.delete(known.keys().next().value!);
    known.set(name, found = modes[mode].taps(size, target));
  }
  return found;
}

/** One in PIL's fixed-point weights: 22 bits behind the point. */
const ONE = 4194304;

/** One axis of PIL's 8-bit resizing: `count` lines of `size` numbers, `stride` apart. */
function resizeBytes(
  source: Uint8Array,
  { taps, inner }: { taps: readonly Taps[]; inner: number },
  size: number,
): Uint8Array {
  const outer = source.length / (size * inner), out = new Uint8Array(outer * taps.length * inner);
  const fixed = taps.map(({ start, weights }) => ({
    start,
    weights: Int32Array.from(weights, (w) => Math.trunc(w * ONE + (w < 0 ? -0.5 : 0.5))),
  }));
  for (let o = 0; o < outer; o++) {
    for (const [y, { start, weights }] of fixed.entries()) {
      const from = (o * size + start) * inner, to = (o * taps.length + y) * inner;
      for (let i = 0; i < inner; i++) {
        let sum = ONE / 2;
        for (let t = 0; t < weights.length; t++) sum += weights[t] * source[from + t * inner + i];
        out[to + i] = Math.min(255, Math.max(0, Math.floor(sum / ONE)));
      }
    }
  }
  return out;
}

/** Three equal channels from one. */
function coloured({ channels, data }: ImageSet): Float32Array {
  if (channels === 3) return Float32Array.from(data);
  const out = new Float32Array(data.length * 3);
  for (let i = 0; i < data.length; i++) out.fill(data[i], 3 * i, 3 * i + 3);
  return out;
}

/**
 * Pictures at side × side, on the scale of the bytes. Proportions are not kept, as no FID tool keeps
 * them. Grey pictures give three equal channels.
 * @returns [count, side, side, 3]
 */
export function resizeTo(
  images: ImageSet,
  { side, mode }: { side: number; mode: ResizeMode },
): Float32Array {
  const { height, width, channels } = images;
  const { quantised = false, always = false }: Mode = modes[mode];
  if (height === side && width === side && !always) return coloured(images);
  const horizontal = tapsOf(mode, width, side), vertical = tapsOf(mode, height, side);
  if (quantised) {
    const across = width === side
      ? images.data
      : resizeBytes(images.data, { taps: horizontal, inner: channels }, width);
    const data = height === side
      ? across
      : resizeBytes(across, { taps: vertical, inner: side * channels }, height);
    return coloured({ ...images, height: side, width: side, data });
  }
  const values = resample(images, { vertical, horizontal });
  if (always) return values;
  for (let i = 0; i < values.length; i++) values[i] = Math.min(255, Math.max(0, values[i]));
  return values;
}
