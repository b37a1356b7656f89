/**
 * From Philox words to draws: the one place that fixes their bits. The host functions and the
 * engines' kernels both call these.
 *
 * Element j of row r takes word j mod 4 of the block with counter [⌊j/4⌋, r, 0, 0]; without rows
 * all elements are of row 0. Words of one key must not serve two purposes: fold first.
 * @module
 */
import { cos, exp, log, sin } from "../../numeric/mod.ts";
import { philoxInto } from "./philox.ts";

/** Two 32-bit words. */
export type KeyWords = readonly [number, number];

/** The last counter word of a fold, so that folding and drawing never meet. */
const FOLD = 0x666f6c64;
const NUMBER = 0;
const STRING = 1;

/** Counter words of folds, for engines that fold in a language of their own. */
export const FOLD_WORDS = { fold: FOLD, number: NUMBER, string: STRING } as const;

const BLOCK = new Uint32Array(4);

/** The key's child for a whole number 0 ≤ n < 2⁵³. */
export function foldNumber(key: KeyWords, n: number): [number, number] {
  if (!Number.isSafeInteger(n) || n < 0) {
    throw new RangeError(`fold: ${n} is not a whole number from 0 to 2^53 − 1`);
  }
  philoxInto(BLOCK, 0, n >>> 0, Math.floor(n / 2 ** 32), NUMBER, FOLD, key[0], key[1]);
  return [BLOCK[0], BLOCK[1]];
}

/** The key's child for a string: its UTF-16 units are chained through the cipher, length last. */
export function foldString(key: KeyWords, text: string): [number, number] {
  let h0 = 0;
  let h1 = 0;
  for (let i = 0; i < text.length; i++) {
    philoxInto(BLOCK, 0, h0 ^ text.charCodeAt(i), h1, STRING, FOLD, key[0], key[1]);
    h0 = BLOCK[0];
    h1 = BLOCK[1];
  }
  philoxInto(BLOCK, 0, h0, h1, STRING + 1 + text.length, FOLD, key[0], key[1]);
  return [BLOCK[0], BLOCK[1]];
}

/** Fills `out` with row `row`'s first words. */
function words(key: KeyWords, row: number, out: Uint32Array): void {
  const whole = out.length & ~3;
  for (let i = 0; i < whole; i += 4) philoxInto(out, i, i >>> 2, row, 0, 0, key[0], key[1]);
  if (whole < out.length) {
    philoxInto(BLOCK, 0, whole >>> 2, row, 0, 0, key[0], key[1]);
    for (let i = whole; i < out.length; i++) out[i] = BLOCK[i - whole];
  }
}

/** One row of uniforms (bits ≫ 8)·2⁻²⁴ in [0, 1): every value is a float32. */
export function uniformRow(key: KeyWords, row: number, out: Float32Array): void {
  const bits = new Uint32Array(out.length);
  words(key, row, bits);
  for (let i = 0; i < out.length; i++) out[i] = (bits[i] >>> 8) * 2 ** -24;
}

/**
 * One row of standard normals by Box & Muller (1958) in float64, rounded to float32:
 * radius √(−2 ln((b + ½)·2⁻³²)) from an even word, angle 2π·b·2⁻³² from the next; |x| < 6.8.
 */
export function normalRow(key: KeyWords, row: number, out: Float32Array): void {
  const bits = new Uint32Array((out.length + 1) & ~1);
  words(key, row, bits);
  for (let i = 0; i < out.length; i += 2) {
    const radius = Math.sqrt(-2 * log((bits[i] + 0.5) * 2 ** -32));
    const angle = bits[i + 1] * 1.4629180792671596e-9;
    out[i] = radius * cos(angle);
    if (i + 1 < out.length) out[i + 1] = radius * sin(angle);
  }
}

/** A uniform in [0, 1) of 53 bits for row `row`, block `block`. */
export function uniform53(key: KeyWords, row: number, block: number): number {
  philoxInto(BLOCK, 0, block, row, 0, 0, key[0], key[1]);
  return ((BLOCK[0] >>> 5) * 2 ** 26 + (BLOCK[1] >>> 6)) * 2 ** -53;
}

/**
 * One draw from softmax(logits[from … from + classes)) by inverting its distribution function in
 * float64. A logit of −∞ is never drawn. NaN, +∞ or all −∞ is an error.
 */
export function categoricalDraw(
  logits: ArrayLike<number>,
  from: number,
  { classes, u, weights }: { classes: number; u: number; weights: Float64Array },
): number {
  let most = -Infinity;
  for (let k = 0; k < classes; k++) {
    const l = logits[from + k];
    if (l !== l) throw new RangeError(`categorical: logit ${k} is NaN`);
    if (l > most) most = l;
  }
  if (most === Infinity || most === -Infinity) {
    throw new RangeError(`categorical: the largest of ${classes} logits is ${most}`);
  }
  let total = 0;
  for (let k = 0; k < classes; k++) total += weights[k] = exp(logits[from + k] - most);
  const target = u * total;
  let sum = 0;
  let last = 0;
  for (let k = 0; k < classes; k++) {
    if (weights[k] === 0) continue;
    sum += weights[k];
    last = k;
    if (target < sum) return k;
  }
  return last;
}

/**
 * A whole number below `below` ≤ 2³², each equally likely: multiply and shift, with the words that
 * would favour some results turned away (Lemire 2019). Counter [index, 0, attempt, 1].
 */
export function integerDraw(key: KeyWords, index: number, below: number): number {
  const threshold = (2 ** 32 - below) % below;
  for (let attempt = 0;; attempt++) {
    philoxInto(BLOCK, 0, index, 0, attempt, 1, key[0], key[1]);
    for (let word = 0; word < 4; word++) {
      // BLOCK[word]·below in two exact halves: high is the result, low decides.
      const w = BLOCK[word];
      const lowProduct = (w & 0xffff) * below;
      const highProduct = (w >>> 16) * below + Math.floor(lowProduct / 65536);
      const low = (highProduct % 65536) * 65536 + lowProduct % 65536;
      if (low >= threshold) return Math.floor(highProduct / 65536);
    }
  }
}
