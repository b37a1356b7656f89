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
 * d and m are binary16. Each value is rounded once to float32.
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

/** Reads blocks one after another. */
function blocks(
  size: number,
  one: (view: DataView, at: number, into: Float32Array) => void,
): (bytes: Uint8Array<ArrayBuffer>) => Float32Array {
  return (bytes) => {
    const count = bytes.length / size, out = new Float32Array(count * BLOCK);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let b = 0; b < count; b++) {
      one(view, b * size, out.subarray(b * BLOCK, (b + 1) * BLOCK));
    }
    return out;
  };
}

const half = (view: DataView, at: number) => fromHalf(view.getUint16(at, true));

/** Both halves of 16 bytes. */
function nibbles(view: DataView, at: number, put: (i: number, q: number) => void): void {
  for (let i = 0; i < HALF; i++) {
    const byte = view.getUint8(at + i);
    put(i, byte & 15);
    put(i + HALF, byte >> 4);
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
    read: blocks(18, (view, at, into) => {
      const d = half(view, at);
      nibbles(view, at + 2, (i, q) => into[i] = d * (q - 8));
    }),
  },
  3: {
    name: "Q4_1",
    values: BLOCK,
    bytes: 20,
    read: blocks(20, (view, at, into) => {
      const d = half(view, at), m = half(view, at + 2);
      nibbles(view, at + 4, (i, q) => into[i] = d * q + m);
    }),
  },
  8: {
    name: "Q8_0",
    values: BLOCK,
    bytes: 34,
    read: blocks(34, (view, at, into) => {
      const d = half(view, at);
      for (let i = 0; i < BLOCK; i++) into[i] = d * view.getInt8(at + 2 + i);
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
