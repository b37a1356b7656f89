/**
 * A text as a vector for a linear classifier: how often its words and pairs of words are met, hashed
 * to so many places with a sign each, so that collisions cancel on average (Weinberger et al. 2009),
 * and of length 1.
 * @module
 */
import { mixed } from "../mixed.ts";
import { wordsOf } from "../words/mod.ts";

/** A sparse vector. */
export interface Features {
  readonly places: Int32Array;
  readonly values: Float64Array;
}

/** The vector of a text. @param bits 2^bits places */
export function featuresOf(text: string, bits: number): Features {
  const { numbers, lexicon: { hashes } } = wordsOf(text.toLowerCase());
  const sums = new Map<number, number>(), mask = (1 << bits) - 1;
  const add = (hash: number) => {
    const at = hash & mask;
    sums.set(at, (sums.get(at) ?? 0) + (hash < 0 ? -1 : 1));
  };
  let before = 0;
  for (let i = 0; i < numbers.length; i++) {
    const word = mixed(hashes[numbers[i]]);
    add(word);
    if (i > 0) add(mixed(Math.imul(before, 0x01000193) + word));
    before = word;
  }
  const places = Int32Array.from(sums.keys()), values = Float64Array.from(sums.values());
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return { places, values: length === 0 ? values : values.map((value) => value / length) };
}
