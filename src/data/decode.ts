/**
 * Picture files to 8-bit arrays of one shape: decoded by sharp, cropped to the central square and
 * resized by our own area filter, so that the resize gives the same bits everywhere.
 * @module
 */
import { DataError, type ImageSet, type ImageSpec } from "./dataset.ts";
import { resizeArea } from "./images.ts";

/** What files are taken for pictures. */
export const PICTURE_FILE = /\.(png|jpe?g|webp)$/i;

/** How a file becomes colours. */
export const DECODINGS = {
  viewer:
    "as a viewer shows it: turned by its EXIF tag, its colour profile applied, transparency " +
    "laid on white",
  pil: "as Image.open(…).convert('RGB') gives it: not turned, no profile, transparency dropped",
} as const;
/** One of `DECODINGS`. */
export type Decoding = keyof typeof DECODINGS;

/**
 * A whole picture as 8-bit grey or RGB: of several frames the first, of 16 bits the upper 8.
 * @throws DataError where it can't be read
 */
export async function decodeWhole(
  path: string,
  { channels, background = 255, decoding = "viewer" }: {
    channels: 1 | 3;
    /** What transparency is laid on, 8-bit grey. */
    background?: number;
    decoding?: Decoding;
  },
): Promise<ImageSet> {
  const { default: sharp } = await import("sharp");
  const bytes = await Deno.readFile(path).catch((error: Error) => {
    throw new DataError(`can't be opened: ${error.message.split("\n")[0]}`);
  });
  if (bytes.length === 0) throw new DataError("the file is empty");
  let raw: { data: Uint8Array; info: { width: number; height: number; channels: number } };
  try {
    const side = { r: background, g: background, b: background };
    const viewed = decoding === "viewer";
    let pipeline = sharp(bytes, { failOn: "error", ignoreIcc: !viewed });
    if (viewed) pipeline = pipeline.rotate().flatten({ background: side });
    pipeline = pipeline.toColourspace(channels === 1 ? "b-w" : "srgb");
    if (channels === 3 || !viewed) pipeline = pipeline.removeAlpha();
    raw = await pipeline.raw().toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new DataError(`not a readable picture: ${(error as Error).message.split("\n")[0]}`);
  }
  const { width, height } = raw.info;
  if (raw.info.channels !== channels) {
    throw new DataError(`it has ${raw.info.channels} channels, ${channels} were asked for`);
  }
  // A copy, which owns its memory and can be handed to another thread.
  return { count: 1, height, width, channels, data: new Uint8Array(raw.data) };
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
  { spec, background = 255 }: { spec: ImageSpec; background?: number },
): Promise<Uint8Array> {
  const whole = await decodeWhole(path, { channels: spec.channels, background });
  return resizeArea(centralSquare(whole), spec.height).data;
}

/** What became of a list of files: decoded images of those that could be read, and what was skipped. */
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
  jobs: number;
  progress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}): Promise<Decoded> {
  const { spec, background, progress, signal } = options;
  const stride = spec.height * spec.width * spec.channels;
  const data = new Uint8Array(paths.length * stride);
  const reasons = new Map<number, string>();
  let next = 0, done = 0;
  async function work(): Promise<void> {
    while (next < paths.length) {
      signal?.throwIfAborted();
      const i = next++;
      try {
        data.set(await decodePicture(paths[i], { spec, background }), i * stride);
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

/** Refuses a set of which more than `share` could not be read; otherwise the notes to keep. */
export function judgeSkipped(
  decoded: Decoded,
  { total, share, where }: { total: number; share: number; where: string },
): string[] {
  const { skipped } = decoded;
  if (skipped.length === 0) return [];
  const list = skipped.slice(0, 10).map(({ path, reason }) => `  ${path}: ${reason}`).join("\n") +
    (skipped.length > 10 ? `\n  … and ${skipped.length - 10} more` : "");
  if (skipped.length > share * total) {
    throw new DataError(
      `${where}: ${skipped.length} of ${total} files can't be read, more than the share allowed ` +
        `(skip: ${share}):\n${list}\nMend or remove them, or raise \`skip\` in the suite's data.`,
    );
  }
  return [`${skipped.length} of ${total} files skipped:\n${list}`];
}
