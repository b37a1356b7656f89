/**
 * Matrices in few bits, on the host: how they are packed and what they stand for.
 *
 * Rows are outputs of a linear map, so that a row's scale is one of its inputs' sums. Several whole
 * numbers share an int32, the first in its lowest bits; rows are filled up with what stands for 0.
 *
 * | form | a number is                              | scale of               | bits |
 * | ---- | ---------------------------------------- | ---------------------- | ---- |
 * | int8 | round(x / s), s = max of sizes / 127     | a row                  | 8    |
 * | nf4  | the nearest of 16 values to x / s, s = max of sizes | 64 numbers of a row | 4 |
 *
 * Dettmers et al. 2022, LLM.int8() (arXiv:2208.07339), eq. 2; 2023, QLoRA (arXiv:2305.14314), eq. 1.
 * Where a row is a multiple of 64 long, blocks are those of bitsandbytes, which goes over rows on end.
 * @module
 */
import { PACKED_BLOCK as BLOCK, unpackInto } from "../../engine/mod.ts";
import { nearestNf4, NF4 } from "./code_book.ts";

/** How numbers are held. */
export type PackedForm = "int8" | "nf4";

/** Numbers of an int32. */
export const perWord: Readonly<Record<PackedForm, number>> = { int8: 4, nf4: 8 };

/** A packed matrix on the host. */
export interface PackedValues {
  /** int32 [R, C] */
  readonly words: Int32Array;
  /** float32 [R, G]: int8 has one a row. */
  readonly scales: Float32Array;
}

/** Words and scales of a row of so many numbers. */
export function packedShape(
  form: PackedForm,
  [rows, width]: readonly [number, number],
): { readonly words: [number, number]; readonly scales: [number, number] } {
  const blocks = Math.ceil(width / BLOCK);
  return form === "int8"
    ? { words: [rows, Math.ceil(width / 4)], scales: [rows, 1] }
    : { words: [rows, blocks * BLOCK / 8], scales: [rows, blocks] };
}

/** The largest size among values [from, to). */
function largest(values: Float32Array, from: number, to: number): number {
  let most = 0;
  for (let i = from; i < to; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** A matrix [rows, width], row-major, packed. */
export function packMatrix(
  values: Float32Array,
  { form, size }: { readonly form: PackedForm; readonly size: readonly [number, number] },
): PackedValues {
  const [rows, width] = size, shape = packedShape(form, size);
  const words = new Int32Array(shape.words[0] * shape.words[1]);
  const scales = new Float32Array(rows * shape.scales[1]);
  const each = perWord[form], bits = 32 / each, mask = form === "int8" ? 255 : 15;
  const columns = shape.words[1], blocks = shape.scales[1];
  const block = form === "int8" ? width : BLOCK;
  for (let r = 0; r < rows; r++) {
    for (let g = 0; g < blocks; g++) {
      const from = g * block, end = Math.min(width, from + block);
      const most = largest(values, r * width + from, r * width + end);
      scales[r * blocks + g] = form === "int8" ? most / 127 : most;
      const scale = scales[r * blocks + g];
      // Filled up to the end of the block's words.
      const last = form === "int8" ? columns * each : from + BLOCK;
      for (let i = from; i < last; i++) {
        const x = i < end && scale > 0 ? values[r * width + i] / scale : 0;
        // An exact half goes to the even neighbour, as arithmetic units round.
        const code = form === "int8" ? clamped(halfToEven(x)) : nearestNf4(Math.fround(x));
        words[r * columns + Math.floor(i / each)] |= (code & mask) << (bits * (i % each));
      }
    }
  }
  return { words, scales };
}

function halfToEven(x: number): number {
  const low = Math.floor(x), rest = x - low;
  if (rest !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

const clamped = (x: number) => Math.max(-127, Math.min(127, x));

/** What a packed matrix stands for: float32 [rows, width], row-major. */
export function unpackMatrix(
  { words, scales }: PackedValues,
  { form, size }: { readonly form: PackedForm; readonly size: readonly [number, number] },
): Float32Array {
  const [rows, width] = size, shape = packedShape(form, size);
  const out = new Float32Array(rows * width);
  unpackInto(out, { words, scales }, {
    rows,
    width,
    columns: shape.words[1],
    blocks: shape.scales[1],
    ...(form === "nf4" && { values: NF4 }),
  });
  return out;
}
