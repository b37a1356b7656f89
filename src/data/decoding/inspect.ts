/**
 * What a picture file holds, from its header: looked at before anything is decoded, as a decoder
 * that is given what it doesn't know may answer with other colours, or not at all.
 * @module
 */
import { DataError } from "../../base/mod.ts";

/** Formats that are read, by sharp's name for each. */
const FORMATS = {
  png: "PNG",
  jpeg: "JPEG",
  webp: "WebP",
  tiff: "TIFF",
  gif: "GIF",
  heif: "AVIF",
} as const;
/** One of them. */
export type Format = keyof typeof FORMATS;

/** A file's header. */
export interface Inspected {
  readonly format: Format;
  readonly space: "b-w" | "srgb" | "grey16" | "rgb16" | "cmyk";
  /** Type of a value as libvips has it: "uchar" of 8 bits, "ushort" of 16, "float", … */
  readonly depth: string;
  /** Bits of a value in the file; null where the format doesn't say. */
  readonly bits: number | null;
  readonly bands: number;
  readonly alpha: boolean;
  /** Frames or pages. */
  readonly pages: number;
  /** Its colour profile; null where there is none. */
  readonly profile: Uint8Array | null;
  /** As it is shown: turned by its orientation. */
  readonly width: number;
  readonly height: number;
  /** EXIF's orientation, 1 to 8; 1: it stands as it is stored. */
  readonly orientation: number;
}

const SPACES: readonly string[] = ["b-w", "srgb", "grey16", "rgb16", "cmyk"];

/**
 * What a decoder makes of a file. Its library keeps one note of what went wrong for all threads, which
 * another may have cleared: of a failure without a reason the reason is asked for again.
 * @throws DataError where it gives up
 */
export async function decoded<T>(decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    if (!/^Unknown error/.test((error as Error).message)) throw unreadable(error);
    return await decode().catch((again: Error) => {
      throw unreadable(again);
    });
  }
}

/** The error for a file that a decoder gave up on. */
export function unreadable(error: unknown): DataError {
  return new DataError(`not a readable picture: ${(error as Error).message.split("\n")[0]}`);
}

/**
 * Reads a header.
 * @throws DataError where it is no picture that is read here, with the reason
 */
export async function inspect(bytes: Uint8Array): Promise<Inspected> {
  const { default: sharp } = await import("sharp");
  if (bytes.length === 0) throw new DataError("the file is empty");
  const found = await decoded(() => sharp(bytes, { failOn: "error" }).metadata());
  const { format, space, depth, bitsPerSample, channels, hasAlpha, pages, icc } = found;
  if (!Object.hasOwn(FORMATS, format)) {
    const read = Object.values(FORMATS).join(", ");
    throw new DataError(`not a readable picture: it is ${format}; what is read is ${read}`);
  }
  if (!SPACES.includes(space)) {
    throw new DataError(
      `its colours are of the kind ${space}, which is not read; write grey, RGB or CMYK of 8 or ` +
        "16 bits",
    );
  }
  return {
    format: format as Format,
    space: space as Inspected["space"],
    depth,
    bits: bitsPerSample ?? null,
    bands: channels,
    alpha: hasAlpha,
    pages: pages ?? 1,
    profile: icc ?? null,
    width: found.autoOrient.width,
    height: found.autoOrient.height,
    orientation: found.orientation ?? 1,
  };
}
