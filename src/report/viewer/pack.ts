/**
 * Scenes as a page holds them: `.splat` files that are rounded to what can be seen, put in an order
 * that packs well, and deflated. `look_around.js` undoes it.
 * @module
 */
import { StoreError } from "../../base/mod.ts";
import type { Look } from "../../record/mod.ts";

/** Bytes of a splat: three floats of place and three of size, then eight bytes. */
export const SPLAT = 32;
/** Places are rounded to so many parts of the distance from which the scene is looked at. */
const PARTS = 2 ** 15;
/** Bits of a size that are left out, of 23 behind its point: 7 stay, half of 1 %. */
const LEFT_OUT = 16;

/** The largest power of two that is no larger. */
function powerBelow(value: number): number {
  let power = 1;
  while (power > value) power /= 2;
  while (2 * power <= value) power *= 2;
  return power;
}

/** A file's splats, rounded: still a `.splat` file. @throws StoreError for what is none */
export function roundedSplats(
  file: Uint8Array,
  { from, to }: Pick<Look, "from" | "to">,
  what = "a scene",
): Uint8Array<ArrayBuffer> {
  if (file.length === 0 || file.length % SPLAT !== 0) {
    throw new StoreError(`${what} has ${file.length} bytes; a .splat file has ${SPLAT} a splat`);
  }
  const bytes = Uint8Array.from(file), view = new DataView(bytes.buffer);
  const distance = Math.sqrt(from.reduce((sum, x, k) => sum + (x - to[k]) ** 2, 0));
  const step = powerBelow(distance > 0 ? distance : 1) / PARTS;
  for (let at = 0; at < bytes.length; at += SPLAT) {
    for (let k = 0; k < 3; k++) {
      const place = at + 4 * k, size = place + 12;
      view.setFloat32(place, step * Math.round(view.getFloat32(place, true) / step), true);
      const half = 1 << (LEFT_OUT - 1);
      const bits = view.getUint32(size, true) + half;
      view.setUint32(size, (bits >>> LEFT_OUT) << LEFT_OUT, true);
    }
  }
  return bytes;
}

/** Byte k of every splat after byte k − 1 of every splat: what is alike stands together. */
export function planes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = bytes.length / SPLAT, turned = new Uint8Array(bytes.length);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < SPLAT; k++) turned[k * count + i] = bytes[SPLAT * i + k];
  }
  return turned;
}

/** Bytes without what repeats (RFC 1951). */
export async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
