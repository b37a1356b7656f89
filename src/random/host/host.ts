/**
 * Keys and draws on the host, without an engine: for data order, rendering and tests. The same bits
 * as the tensor side (`key.ts`).
 * @module
 */
import { foldNumber, foldString, integerDraw, normalRow, uniform53, uniformRow } from "./draws.ts";

/** A Philox key: two unsigned 32-bit words. */
export type HostKey = readonly [number, number];

/**
 * The key for a seed and a chain of purposes, e.g. `hostKey(1, "vae", "train", 17)`.
 * @throws RangeError if the seed or a numeric purpose is not a whole number from 0 to 2⁵³ − 1
 */
export function hostKey(seed: number, ...purposes: (string | number)[]): HostKey {
  return purposes.reduce(hostFold, foldNumber([0, 0], seed) as HostKey);
}

/**
 * The key's child for a purpose or a number. Children of different data are independent of each
 * other and of the parent's draws; `fold(key, 7)` and `fold(key, "7")` differ.
 */
export function hostFold(key: HostKey, data: string | number): HostKey {
  return typeof data === "number" ? foldNumber(key, data) : foldString(key, data);
}

function count(n: number, what: string): number {
  if (!Number.isSafeInteger(n) || n < 0 || n > 2 ** 32) {
    throw new RangeError(`${what}: asked for ${n} draws, not a whole number from 0 to 2^32`);
  }
  return n;
}

/** n uniforms in [0, 1), multiples of 2⁻²⁴. `row` as in the tensor side's `rows_B`. */
export function hostUniform(key: HostKey, n: number, { row = 0 } = {}): Float32Array {
  const out = new Float32Array(count(n, "hostUniform"));
  uniformRow(key, row, out);
  return out;
}

/** n standard normals. `row` as in the tensor side's `rows_B`. */
export function hostNormal(key: HostKey, n: number, { row = 0 } = {}): Float32Array {
  const out = new Float32Array(count(n, "hostNormal"));
  normalRow(key, row, out);
  return out;
}

/** The index-th uniform in [0, 1) of 53 bits; for scalars drawn one by one. */
export function uniform01(key: HostKey, index = 0): number {
  return uniform53(key, 0, index);
}

/**
 * n whole numbers below `below`, each equally likely.
 * @throws RangeError unless 1 ≤ below ≤ 2³²
 */
export function hostIntegers(key: HostKey, n: number, below: number): Uint32Array {
  if (!Number.isSafeInteger(below) || below < 1 || below > 2 ** 32) {
    throw new RangeError(`hostIntegers: below ${below} is not a whole number from 1 to 2^32`);
  }
  const out = new Uint32Array(count(n, "hostIntegers"));
  for (let i = 0; i < out.length; i++) out[i] = integerDraw(key, i, below);
  return out;
}

/** A permutation of 0 … n − 1, each equally likely (Fisher–Yates, Durstenfeld 1964). */
export function hostPermutation(key: HostKey, n: number): Uint32Array {
  const out = new Uint32Array(count(n, "hostPermutation"));
  for (let i = 0; i < n; i++) out[i] = i;
  for (let i = n - 1; i > 0; i--) {
    const j = integerDraw(key, i, i + 1);
    const kept = out[i];
    out[i] = out[j];
    out[j] = kept;
  }
  return out;
}
