/**
 * Values of GGUF's tensor types as float32. A quantised row is cut into blocks of 32 values with a
 * scale of their own. Definitions: ggml's ggml-common.h, and `gguf.quants` in Python.
 *
 * | type | block | values                                                  |
 * | ---- | ----- | ------------------------------------------------------- |
 * | Q8_0 | 34 B  | d·q, q int8                                             |
 * | Q4_0 | 18 B  | d·(q − 8); q 4 bits: low halves are values 0–15, high ones 16–31 |
 * | Q4_1 | 20 B  | d·q + m                                                 |
 *
 * d and m are binary16, so that products are exact in float64; each value is rounded once to float32.
 * @module
 */
import { fromBrainHalves, fromHalf, fromHalves } from "../half.ts";

/** How a type is laid out, and read. */
export interface BlockType {
  readonly name: string;
  /** Values of a block. */
  readonly values: number;
  /** Bytes of a block. */
  readonly bytes: number;
  /** @param bytes whole blocks, at the start of a buffer of their own */
  read(bytes: Uint8Array<ArrayBuffer>): Float32Array;
}

const BLOCK = 32, HALF = BLOCK / 2;

/** Where a block begins, in bytes, and where its values go. */
interface Place {
  readonly from: number;
  readonly to: number;
}

/** Reads blocks one after another. The scales stand first in each, so that they are aligned. */
function blocks(
  size: number,
  one: (bytes: Uint8Array, into: Float32Array, place: Place & { halves: Uint16Array }) => void,
): (bytes: Uint8Array<ArrayBuffer>) => Float32Array {
  return (bytes) => {
    const count = bytes.length / size, out = new Float32Array(count * BLOCK);
    const halves = new Uint16Array(bytes.buffer);
    for (let b = 0; b < count; b++) one(bytes, out, { from: b * size, to: b * BLOCK, halves });
    return out;
  };
}

/** Blocks of 4 bits a value, d·q + m: low halves of bytes are the first values. */
function fourBits(
  bytes: Uint8Array,
  into: Float32Array,
  { from, to, d, m }: Place & { d: number; m: number },
): void {
  for (let i = 0; i < HALF; i++) {
    const byte = bytes[from + i];
    into[to + i] = d * (byte & 15) + m;
    into[to + HALF + i] = d * (byte >> 4) + m;
  }
}

/** Types that are read, by GGUF's numbers. */
export const readTypes: Readonly<Record<number, BlockType>> = {
  0: { name: "F32", values: 1, bytes: 4, read: ({ buffer }) => new Float32Array(buffer) },
  1: {
    name: "F16",
    values: 1,
    bytes: 2,
    read: ({ buffer }) => fromHalves(new Uint16Array(buffer)),
  },
  2: {
    name: "Q4_0",
    values: BLOCK,
    bytes: 18,
    read: blocks(18, (bytes, into, { from, to, halves }) => {
      const d = fromHalf(halves[from / 2]);
      fourBits(bytes, into, { from: from + 2, to, d, m: -8 * d });
    }),
  },
  3: {
    name: "Q4_1",
    values: BLOCK,
    bytes: 20,
    read: blocks(20, (bytes, into, { from, to, halves }) => {
      const d = fromHalf(halves[from / 2]), m = fromHalf(halves[from / 2 + 1]);
      fourBits(bytes, into, { from: from + 4, to, d, m });
    }),
  },
  8: {
    name: "Q8_0",
    values: BLOCK,
    bytes: 34,
    read: blocks(34, (bytes, into, { from, to, halves }) => {
      const d = fromHalf(halves[from / 2]);
      for (let i = 0; i < BLOCK; i++) into[to + i] = d * (bytes[from + 2 + i] << 24 >> 24);
    }),
  },
  30: {
    name: "BF16",
    values: 1,
    bytes: 2,
    read: ({ buffer }) => fromBrainHalves(new Uint16Array(buffer)),
  },
};

/** Names of all types, for messages. Those of 4, 5 and 31–33 were given up. */
export const typeNames: Readonly<Record<number, string>> = {
  ...Object.fromEntries(Object.entries(readTypes).map(([number, { name }]) => [number, name])),
  ...{ 6: "Q5_0", 7: "Q5_1", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K" },
  ...{ 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S" },
  ...{ 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32" },
  ...{ 27: "I64", 28: "F64", 29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4" },
};

/**
 * Values of whole blocks of a type, by its name.
 * @throws RangeError for a type that isn't read, or bytes that are no whole blocks
 */
export function dequantised(name: string, bytes: Uint8Array): Float32Array {
  const type = Object.values(readTypes).find((one) => one.name === name);
  if (type === undefined) throw new RangeError(`no type ${name} is read`);
  if (bytes.length % type.bytes !== 0) {
    throw new RangeError(`${bytes.length} bytes are no whole blocks of ${name}, of ${type.bytes}`);
  }
  return type.read(new Uint8Array(bytes));
}
