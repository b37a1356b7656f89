/**
 * Philox 4x32-10: a bijection of 128-bit counters for every 64-bit key, so that any draw can be
 * computed alone. Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011; the constants and known answers are Random123's.
 * @module
 */

/** Four 32-bit words. */
export type Words4 = readonly [number, number, number, number];

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
/** Weyl increments: the golden ratio and √3 − 1. */
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;

/** The cipher's constants, for engines that run it in a language of their own. */
export const PHILOX = { multipliers: [M0, M1], increments: [W0, W1], rounds: ROUNDS } as const;

/** High 32 bits of the 64-bit product of two unsigned words. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carry = (middle & 0xffff) + a0 * b1;
  return (a1 * b1 + (middle - (middle & 0xffff)) / 0x10000 +
    (carry - (carry & 0xffff)) / 0x10000) >>>
    0;
}

/**
 * One block into `out` at `at`: no allocation, for the inner loops of draws.
 * Counter and key words are taken modulo 2³².
 */
export function philoxInto(
  out: Uint32Array,
  at: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(M0, c0);
    const low0 = Math.imul(M0, c0);
    const high1 = multiplyHigh(M1, c2);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}

const BLOCK = new Uint32Array(4);

/** The block of `counter` under `key`, as unsigned words. */
export function philox4x32(counter: Words4, key: readonly [number, number]): Words4 {
  philoxInto(BLOCK, 0, counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
  return [BLOCK[0], BLOCK[1], BLOCK[2], BLOCK[3]];
}
