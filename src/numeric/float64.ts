/**
 * The pieces of a float64 and exact sums and products of two of them.
 * @module
 */

const FLOAT = new Float64Array(1);
const WORDS = new Uint32Array(FLOAT.buffer);
const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const LOW = LITTLE ? 0 : 1;
const HIGH = 1 - LOW;

/** 2ᵏ for −1022 ≤ k ≤ 1023, by its bits. */
export function powerOfTwo(k: number): number {
  WORDS[LOW] = 0;
  WORDS[HIGH] = (k + 1023) << 20;
  return FLOAT[0];
}

/** x·2ᵏ for any whole k, rounded once. */
export function scaleByPowerOfTwo(x: number, k: number): number {
  if (k > 1023) return scaleByPowerOfTwo(x * powerOfTwo(1023), Math.min(k - 1023, 1023));
  if (k >= -1022) return x * powerOfTwo(k);
  // One rounding only: first to where nothing is lost, then into the subnormals.
  return k < -2100 ? x * 0 : scaleByPowerOfTwo(x * powerOfTwo(-969), Math.max(k + 969, -1022));
}

/** The exponent e of x = m·2ᵉ with 1 ≤ m < 2, for normal positive x. */
export function exponentOf(x: number): number {
  FLOAT[0] = x;
  return ((WORDS[HIGH] >>> 20) & 0x7ff) - 1023;
}

/** The two 32-bit halves of the bits of x: [low, high]. */
export function wordsOf(x: number): [low: number, high: number] {
  FLOAT[0] = x;
  return [WORDS[LOW], WORDS[HIGH]];
}

const SPLITTER = 2 ** 27 + 1;

/** a·b − p, exact when p = fl(a·b) and nothing over- or underflows (Dekker 1971). */
export function productError(a: number, b: number, p: number): number {
  const ca = SPLITTER * a;
  const aHigh = ca - (ca - a);
  const aLow = a - aHigh;
  const cb = SPLITTER * b;
  const bHigh = cb - (cb - b);
  const bLow = b - bHigh;
  return ((aHigh * bHigh - p) + aHigh * bLow + aLow * bHigh) + aLow * bLow;
}

/** a + b − s, exact when s = fl(a + b) (Knuth's two-sum). */
export function sumError(a: number, b: number, s: number): number {
  const bb = s - a;
  return (a - (s - bb)) + (b - bb);
}
