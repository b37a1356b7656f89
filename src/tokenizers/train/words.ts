/**
 * Words as tokens while merges are learnt.
 * @module
 */
import { bytesInto } from "../carrier.ts";

/** Hears of a pair that is there more often, or less often, after a merge. */
export type Change = (left: number, right: number, by: 1 | -1) => void;

/** All words, behind one another. */
export class TrainingWords {
  readonly counts: Float64Array;
  readonly #tokens: Int32Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;

  /** @param bytes the token of each byte */
  constructor(entries: readonly (readonly [string, number])[], bytes: Int32Array) {
    this.counts = Float64Array.from(entries, ([, count]) => count);
    const all = entries.reduce((sum, [word]) => sum + 3 * word.length, 0);
    const tokens = new Int32Array(all);
    this.#starts = new Uint32Array(entries.length);
    this.#lengths = new Uint32Array(entries.length);
    let at = 0;
    entries.forEach(([word], i) => {
      const into = tokens.subarray(at);
      const length = bytesInto(word, into);
      for (let j = 0; j < length; j++) into[j] = bytes[into[j]];
      this.#starts[i] = at;
      this.#lengths[i] = length;
      at += length;
    });
    this.#tokens = tokens.slice(0, at);
  }

  /** Tokens of a word, as they are now. */
  tokens(word: number): Int32Array {
    const from = this.#starts[word];
    return this.#tokens.subarray(from, from + this.#lengths[word]);
  }

  /** Merges a pair in a word from left to right, and tells of each pair that this changes. */
  merge(
    word: number,
    { left, right, made }: {
      readonly left: number;
      readonly right: number;
      readonly made: number;
    },
    changed: Change,
  ): void {
    const tokens = this.tokens(word);
    let n = 0;
    for (let i = 0; i < tokens.length; i++) {
      if (tokens[i] !== left || tokens[i + 1] !== right) {
        tokens[n++] = tokens[i];
        continue;
      }
      if (n > 0) {
        changed(tokens[n - 1], left, -1);
        changed(tokens[n - 1], made, 1);
      }
      if (i + 2 < tokens.length) {
        changed(right, tokens[i + 2], -1);
        changed(made, tokens[i + 2], 1);
      }
      tokens[n++] = made;
      i++;
    }
    this.#lengths[word] = n;
  }
}
