/**
 * A picture as a viewer shows it. Whatever its depth, it goes through one path of 8 bits: 16-bit
 * values are brought to 8 first, with their profile, so depth and profile can't act on each other.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { decoded, type Inspected } from "./inspect.ts";
import { type Samples, samplesOf } from "./samples.ts";
import { tiffFile } from "./tiff.ts";

/** RGB bytes of one picture. */
export interface Colours {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly rgb: Uint8Array;
}

/**
 * Decodes a file that was inspected.
 * @param options.background what transparency is laid on, 8-bit grey
 * @throws DataError where it can't be read, or its values have no range that all agree on
 */
export async function viewed(
  bytes: Uint8Array,
  inspected: Inspected,
  { background }: { background: number },
): Promise<Colours> {
  return await shown(await narrow(bytes, inspected), background);
}

/**
 * RGBA bytes of a file that was inspected, [height, width, 4], as a viewer shows its colours before they
 * are laid on anything.
 * @throws DataError as `viewed` does
 */
export async function viewedLayers(
  bytes: Uint8Array,
  inspected: Inspected,
): Promise<Pick<Colours, "width" | "height"> & { readonly rgba: Uint8Array }> {
  const { default: sharp } = await import("sharp");
  const file = await narrow(bytes, inspected);
  const { data, info: { width, height } } = await decoded(() =>
    sharp(file, { failOn: "error" }).rotate().toColourspace("srgb").ensureAlpha().raw()
      .toBuffer({ resolveWithObject: true })
  );
  return { width, height, rgba: new Uint8Array(data) };
}

/** A file of 8 bits a value that shows what this one does. */
async function narrow(bytes: Uint8Array, inspected: Inspected): Promise<Uint8Array> {
  const { depth, space, alpha, profile } = inspected;
  if (depth === "uchar") return bytes;
  if (depth !== "ushort") {
    throw new DataError(
      `its values are ${depth}, whose black and white nothing states; write 8 or 16 bits`,
    );
  }
  const samples = await samplesOf(bytes, inspected, { turned: true });
  const values = narrowed(samples);
  return tiffFile({ ...samples, values }, { inks: space === "cmyk", alpha, profile });
}

/** 16 bits as 8: x / 257, rounded, so that black stays black and white white. */
function narrowed({ values }: Samples): Uint8Array {
  return Uint8Array.from(values, (value) => Math.floor((value + 128) / 257));
}

async function shown(bytes: Uint8Array, background: number): Promise<Colours> {
  const { default: sharp } = await import("sharp");
  const side = { r: background, g: background, b: background };
  const { data, info: { width, height } } = await decoded(() =>
    sharp(bytes, { failOn: "error" }).rotate().flatten({ background: side }).toColourspace("srgb")
      .removeAlpha().raw().toBuffer({ resolveWithObject: true })
  );
  // A copy, which owns its memory and can be handed to another thread.
  return { width, height, rgb: new Uint8Array(data) };
}
