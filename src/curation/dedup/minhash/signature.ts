/**
 * Signatures of sets: under K permutations of all shingles, the smallest that is in the set. Two sets
 * agree in each with the probability of their Jaccard similarity J, so that the share of agreeing
 * ones estimates it, unbiased, with variance J(1 − J)/K. Broder 1997.
 * @module
 */
import { hostIntegers, hostKey } from "../../../random/host/mod.ts";
import type { Shingles } from "./shingles.ts";

/** What makes the permutations: two words of each. */
export interface Permutations {
  readonly count: number;
  readonly offsets: Int32Array;
  readonly factors: Int32Array;
}

/** K permutations of a seed. */
export function permutations(count: number, seed: number): Permutations {
  const draw = (what: string) =>
    Int32Array.from(hostIntegers(hostKey(seed, "minhash", what), count, 2 ** 32));
  return { count, offsets: draw("offsets"), factors: draw("factors").map((factor) => factor | 1) };
}

/**
 * The signature of a set of shingles: the smallest value of each permutation, as signed words; of an
 * empty set the largest there is.
 */
export function signature(shingles: Shingles, permutations: Permutations): Int32Array {
  const { count, offsets, factors } = permutations;
  const least = new Int32Array(count).fill(0x7fffffff);
  for (let i = 0; i < shingles.length; i += 2) {
    const one = shingles[i], other = shingles[i + 1];
    for (let k = 0; k < count; k++) {
      let value = Math.imul(one ^ offsets[k], 0x85ebca6b);
      value = Math.imul((value ^ (value >>> 15)) + other, factors[k]);
      value ^= value >>> 16;
      if (value < least[k]) least[k] = value;
    }
  }
  return least;
}

/** The estimated Jaccard similarity of the sets of two signatures: the share that agrees. */
export function similarity(a: Int32Array, b: Int32Array): number {
  let same = 0;
  for (let k = 0; k < a.length; k++) if (a[k] === b[k]) same++;
  return same / a.length;
}
