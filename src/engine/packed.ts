/**
 * Matrices whose numbers share words of 32 bits, the first in the lowest bits: as engines' kernels take
 * them apart. What the forms are: `nn/quantised/pack.ts`.
 * @module
 */

/** How a packed matrix lies. */
export interface PackedLayout {
  readonly rows: number;
  /** Numbers of a row; more may be there and stand for nothing. */
  readonly width: number;
  /** Words of a row. */
  readonly columns: number;
  /** Scales of a row: one, or one for each `BLOCK` numbers. */
  readonly blocks: number;
  /** What the sixteen codes of 4 bits stand for; left out: numbers are whole, of 8 bits. */
  readonly values?: Float32Array;
}

/** Numbers of a block where rows have several. */
export const PACKED_BLOCK = 64;

/** Writes each number times its scale, rounded once: [rows, width]. */
export function unpackInto(
  out: Float32Array,
  { words, scales }: { readonly words: Int32Array; readonly scales: Float32Array },
  { rows, width, columns, blocks, values }: PackedLayout,
): void {
  for (let r = 0; r < rows; r++) {
    const first = r * width, word = r * columns, row = r * blocks;
    if (values === undefined) {
      const scale = scales[row];
      for (let i = 0; i < width; i++) {
        out[first + i] = ((words[word + (i >> 2)] << (24 - 8 * (i & 3))) >> 24) * scale;
      }
    } else {
      for (let i = 0; i < width; i++) {
        const code = (words[word + (i >> 3)] >>> (4 * (i & 7))) & 15;
        out[first + i] = values[code] * scales[row + (i >> 6)];
      }
    }
  }
}
