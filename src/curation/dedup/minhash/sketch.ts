/**
 * A document's sketch: what of it is compared with others.
 * @module
 */
import { shingles, type ShingleSize } from "./shingles.ts";
import { permutations, signature } from "./signature.ts";

/** Published settings. */
export const published = {
  datatrove: { of: "words", n: 5, bands: 14, rows: 8 },
  nemo: { of: "characters", n: 24, bands: 20, rows: 13 },
} as const;

/** How sketches are made. */
export interface SketchSize extends ShingleSize {
  readonly bands: number;
  readonly rows: number;
}

/** See the module. */
export interface Sketch {
  /** How many shingles the document has, repeats counted. */
  readonly shingles: number;
  /** null where it has none. */
  readonly signature: Int32Array | null;
}

/** What makes sketches of one size and seed. */
export function minhashSketch(
  size: SketchSize = published.datatrove,
  { seed = 1 }: { readonly seed?: number } = {},
): (text: string) => Sketch {
  const drawn = permutations(size.bands * size.rows, seed);
  return (text) => {
    const found = shingles(text, size), count = found.length / 2;
    return { shingles: count, signature: count === 0 ? null : signature(found, drawn) };
  };
}
