/**
 * TIFF as far as decoding needs it: the tags of a file's first page, and an uncompressed file of
 * 8-bit values, in which samples are handed on with their profile.
 * @module
 */
import type { Samples } from "./samples.ts";

/** Tags that are used, by their numbers in TIFF 6.0. */
export const TAGS = { compression: 259, photometric: 262, extraSamples: 338 } as const;

/** Types of a tag's values. */
const SHORT = 3, LONG = 4, UNDEFINED = 7;

/** Short values of the first page by tag, the first of each; null where that can't be told. */
export function firstPage(bytes: Uint8Array): ReadonlyMap<number, number> | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49, tags = new Map<number, number>();
  try {
    const big = view.getUint16(2, little) === 43; // of 64-bit offsets
    const long = (at: number) => Number(view.getBigUint64(at, little));
    const at = big ? long(8) : view.getUint32(4, little);
    const count = big ? long(at) : view.getUint16(at, little);
    const [first, each, value] = big ? [at + 8, 20, 12] : [at + 2, 12, 8];
    for (let entry = first; entry < first + each * count; entry += each) {
      const tag = view.getUint16(entry, little), kind = view.getUint16(entry + 2, little);
      if (kind === SHORT) tags.set(tag, view.getUint16(entry + value, little));
    }
  } catch (error) {
    if (error instanceof RangeError) return null; // a place outside the file
    throw error;
  }
  return tags;
}

/**
 * A TIFF file of these bytes.
 * @param options.inks of CMYK; else grey or RGB by the number of bands
 * @param options.alpha whether the last band is alpha
 */
export function tiffFile(
  { width, height, bands, values }: Omit<Samples, "values"> & { readonly values: Uint8Array },
  { inks, alpha, profile }: { inks: boolean; alpha: boolean; profile: Uint8Array | null },
): Uint8Array {
  const photometric = inks ? 5 : bands - Number(alpha) === 1 ? 1 : 2;
  const bits = new Uint8Array(new Uint16Array(bands).fill(8).buffer);
  const entries: [tag: number, kind: number, count: number, value: number | Uint8Array][] = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, bands, bands > 2 ? bits : 8 + 8 * 65536 * Number(bands === 2)],
    [TAGS.compression, SHORT, 1, 1],
    [TAGS.photometric, SHORT, 1, photometric],
    [273, LONG, 1, values],
    [277, SHORT, 1, bands],
    [278, LONG, 1, height],
    [279, LONG, 1, values.length],
  ];
  if (alpha) entries.push([TAGS.extraSamples, SHORT, 1, 2]); // not multiplied into the colours
  if (profile !== null) entries.push([34675, UNDEFINED, profile.length, profile]);
  const even = (length: number) => length + length % 2;
  let end = 8 + 2 + 12 * entries.length + 4;
  const parts = entries.flatMap(([, , , value]) => {
    if (typeof value === "number") return [];
    const at = end;
    end += even(value.length);
    return [{ at, value }];
  });
  const file = new Uint8Array(end), view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0, 8, 0, 0, 0, entries.length, 0]);
  entries.forEach(([tag, kind, count, value], i) => {
    const entry = 10 + 12 * i;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, kind, true);
    view.setUint32(entry + 4, count, true);
    const place = typeof value === "number" ? value : parts.find((p) => p.value === value)!.at;
    view.setUint32(entry + 8, place, true);
  });
  for (const { at, value } of parts) file.set(value, at);
  return file;
}
