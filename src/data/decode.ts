/**
 * Picture files to 8-bit arrays of one shape: the one decoder of datasets, of `evaluate` and of samples
 * from elsewhere, with one meaning of orientation, profile, depth, alpha and grey. Cropped to the
 * central square and resized by our own area filter, so that the resize gives the same bits everywhere.
 * @module
 */
import { type ImageSet, type ImageSpec, resizeArea } from "../kinds/image/mod.ts";
import { DataError } from "../base/mod.ts";
import { luma } from "./decoding/colours.ts";
import { inspect, type Inspected } from "./decoding/inspect.ts";
import type { Decoding } from "./decoding/meaning.ts";
import { asPillow } from "./decoding/pillow.ts";
import { viewed, viewedLayers } from "./decoding/viewer.ts";

/** How files are decoded. */
export interface DecodeOptions {
  readonly channels: 1 | 3;
  /** What transparency is laid on, 8-bit grey. Default: white. */
  readonly background?: number;
  /** Default: as a viewer shows it. */
  readonly decoding?: Decoding;
}

/**
 * A whole picture's bytes as 8-bit grey or RGB. Nothing but the bytes and the options fixes a pixel.
 * @param inspected its header, where that was read already
 * @throws DataError where it can't be read
 */
export async function decodeBytes(
  bytes: Uint8Array,
  { channels, background = 255, decoding = "viewer" }: DecodeOptions,
  inspected?: Inspected,
): Promise<ImageSet> {
  const header = inspected ?? await inspect(bytes);
  const { width, height, rgb } = decoding === "viewer"
    ? await viewed(bytes, header, { background })
    : await asPillow(bytes, header);
  return { count: 1, height, width, channels, data: channels === 1 ? luma(rgb) : rgb };
}

/**
 * A picture file as `decodeBytes` reads it.
 * @throws DataError where it can't be read
 */
export async function decodeWhole(path: string, options: DecodeOptions): Promise<ImageSet> {
  return await decodeBytes(await readPicture(path), options);
}

/** A picture with its opacity, laid on nothing yet. */
export interface Layers {
  readonly width: number;
  readonly height: number;
  /** 4: red, green, blue and opacity; 3: all of it is opaque. */
  readonly bands: 3 | 4;
  /** [height, width, bands] */
  readonly values: Uint8Array;
}

/**
 * A whole picture's bytes as `decodeBytes` reads them for a viewer, its transparency kept.
 * @throws DataError where it can't be read
 */
export async function decodeLayers(bytes: Uint8Array, inspected: Inspected): Promise<Layers> {
  if (!inspected.alpha) {
    const { width, height, data } = await decodeBytes(bytes, { channels: 3 }, inspected);
    return { width, height, bands: 3, values: data };
  }
  const { width, height, rgba } = await viewedLayers(bytes, inspected);
  return { width, height, bands: 4, values: rgba };
}

/** The bytes of a picture file. @throws DataError where they can't be had */
export async function readPicture(path: string): Promise<Uint8Array> {
  return await Deno.readFile(path).catch((error: Error) => {
    throw new DataError(`can't be opened: ${error.message.split("\n")[0]}`);
  });
}

/** The central square of one picture, as a copy. */
export function centralSquare({ height, width, channels, data }: ImageSet): ImageSet {
  const side = Math.min(width, height);
  const top = (height - side) >> 1, left = (width - side) >> 1;
  const square = new Uint8Array(side * side * channels);
  for (let y = 0; y < side; y++) {
    const from = ((y + top) * width + left) * channels;
    square.set(data.subarray(from, from + side * channels), y * side * channels);
  }
  return { count: 1, height: side, width: side, channels, data: square };
}

/** The file as [size, size, channels] bytes; transparency is laid on `background` (8-bit grey). */
export async function decodePicture(
  path: string,
  { spec, ...options }: { spec: ImageSpec; background?: number; decoding?: Decoding },
): Promise<Uint8Array> {
  const whole = await decodeWhole(path, { channels: spec.channels, ...options });
  return resizeArea(centralSquare(whole), spec.height).data;
}

/** The outcome of a list of files: decoded images of those that could be read, and what was skipped. */
export interface Decoded {
  /** [kept.length, H, W, C] */
  readonly data: Uint8Array;
  /** Positions, in the list asked for, of the files that were read. */
  readonly kept: number[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** Decodes `paths` with `jobs` at a time; unreadable files are skipped and listed. */
export async function decodeAll(paths: readonly string[], options: {
  spec: ImageSpec;
  background?: number;
  decoding?: Decoding;
  jobs: number;
  progress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}): Promise<Decoded> {
  const { spec, background, decoding, progress, signal } = options;
  const stride = spec.height * spec.width * spec.channels;
  const data = new Uint8Array(paths.length * stride);
  const reasons = new Map<number, string>();
  let next = 0, done = 0;
  async function work(): Promise<void> {
    while (next < paths.length) {
      signal?.throwIfAborted();
      const i = next++;
      try {
        data.set(await decodePicture(paths[i], { spec, background, decoding }), i * stride);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        reasons.set(i, error.message);
      }
      progress?.(++done, paths.length);
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, options.jobs) }, work));
  const kept: number[] = [];
  for (let i = 0; i < paths.length; i++) {
    if (reasons.has(i)) continue;
    if (kept.length !== i) data.copyWithin(kept.length * stride, i * stride, (i + 1) * stride);
    kept.push(i);
  }
  return {
    data: data.subarray(0, kept.length * stride),
    kept,
    skipped: [...reasons].sort((a, b) => a[0] - b[0])
      .map(([i, reason]) => ({ path: paths[i], reason })),
  };
}

/**
 * Files that can't be read: how many for each reason, and the first of them by name.
 * @param most how many are named
 */
export function listSkipped(
  skipped: readonly { readonly name: string; readonly reason: string }[],
  { most = 10 }: { most?: number } = {},
): string {
  const counts = new Map<string, number>();
  for (const { reason } of skipped) {
    const [kind] = reason.split(":");
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${count}: ${kind}`);
  return [
    ...(counts.size > 1 ? [`  ${kinds.join("; ")}`] : []),
    ...skipped.slice(0, most).map(({ name, reason }) => `  ${name}: ${reason}`),
    ...(skipped.length > most ? [`  … and ${skipped.length - most} more`] : []),
  ].join("\n");
}

/** Refuses a set of which more than `share` could not be read; otherwise the notes to keep. */
export function judgeSkipped(
  decoded: Decoded,
  { total, share, where }: { total: number; share: number; where: string },
): string[] {
  const { skipped } = decoded;
  if (skipped.length === 0) return [];
  const list = listSkipped(skipped.map(({ path, reason }) => ({ name: path, reason })));
  if (skipped.length > share * total) {
    throw new DataError(
      `${where}: ${skipped.length} of ${total} files can't be read, more than the share allowed ` +
        `(skip: ${share}):\n${list}\nMend or remove them, or raise \`skip\` in the suite's data.`,
    );
  }
  return [`${skipped.length} of ${total} files skipped:\n${list}`];
}
