/**
 * What host and module agree on: the fields of `Context` in assembly/splat/context.ts, the numbers of
 * phases in pool.ts, and sizes. A test holds the lists together.
 * @module
 */

/** Fields of the context, in its order; a word each. Names as in assembly/splat/context.ts. */
export const fields = [
  ..."count stride degree antialiased height width pitch plane tile tilesX tilesY visible".split(
    " ",
  ),
  ..."v00 v01 v02 v10 v11 v12 v20 v21 v22 eyeX eyeY eyeZ fx fy cx cy".split(" "),
  ..."leftmost rightmost topmost bottommost near red green blue".split(" "),
  ..."parameters gradients first second statistics seen spans order spare slots".split(" "),
  ..."tiles cursors digits list sums picture background depth gradient wanted".split(" "),
  ..."structure packed losses costs window scratch scratchBytes rates correction".split(" "),
  ..."structural opacityCost scaleCost noise key0 key1 fault".split(" "),
] as const;

/** Fields that hold a float32; the others hold whole numbers. */
export const floatFields: ReadonlySet<string> = new Set([
  ..."v00 v01 v02 v10 v11 v12 v20 v21 v22 eyeX eyeY eyeZ fx fy cx cy".split(" "),
  ..."leftmost rightmost topmost bottommost near red green blue".split(" "),
  ..."correction structural opacityCost scaleCost noise".split(" "),
]);

/** Phases, in the order of their numbers. */
export const phases = [
  "project",
  "raster",
  "rasterWithDepth",
  "rasterGradient",
  "projectGradient",
  "update",
  "loss",
  "structureGradient",
  "packPicture",
  "unpackGradient",
  "unpackWanted",
] as const;

/** Gaussians and lines of a chunk of work. */
export const GAUSSIANS = 256, LINES = 4;
/** Bytes of what is seen of a Gaussian, of a pair, and of what a pair gives back. */
export const SEEN_BYTES = 64, PAIR_BYTES = 8, SUMS_BYTES = 48;
/** Bytes of the tiles of a Gaussian that is seen, and of what it is sorted by. */
export const SPAN_BYTES = 16, ITEM_BYTES = 8;
/** Bytes of the counts of a digit of the sort. */
export const DIGITS_BYTES = 4 * 4096;

/** Bytes of a thread's own room: a tile's pixels, or five lines with margins, or four Gaussians. */
export function scratchBytes({ tile, pitch }: { readonly tile: number; readonly pitch: number }) {
  return Math.max(4096, tile * tile / 4 * 96, 5 * 4 * (pitch + 16));
}
