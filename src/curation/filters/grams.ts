/**
 * Runs of n words (n-grams) of a text, counted by hashes and compared as they are, so that no
 * collision is taken for a repeat.
 *
 * The hash of a run is had from those of the text's beginnings: with P(i) the hash of the first i
 * words joined and W(i) = B^(their length), that of words i … j−1 is P(j) − P(i)·W(j)/W(i) mod 2³².
 * @module
 */
import { mixed } from "../mixed.ts";
import type { Words } from "../words/mod.ts";

/** Tables that texts take in turns: slots hold the place of a run and one more, or 0. */
let slots = new Int32Array(1 << 12), counts = new Int32Array(1 << 12);

function emptied(runs: number): number {
  let size = 1 << 6;
  while (size < 2 * runs) size *= 2;
  if (slots.length < size) {
    slots = new Int32Array(size);
    counts = new Int32Array(size);
  } else slots.fill(0, 0, size);
  return size - 1;
}

/** See the module. */
export class Grams {
  readonly #words: Words;
  readonly #hash: Int32Array;
  readonly #power: Int32Array;
  readonly #inverse: Int32Array;
  readonly #length: Int32Array;

  constructor(words: Words) {
    const { numbers, lexicon } = words, n = numbers.length;
    const { hashes, powers, inverses, lengths } = lexicon;
    this.#words = words;
    const hash = this.#hash = new Int32Array(n + 1);
    const power = this.#power = new Int32Array(n + 1);
    const inverse = this.#inverse = new Int32Array(n + 1);
    const length = this.#length = new Int32Array(n + 1);
    power[0] = inverse[0] = 1;
    for (let i = 0; i < n; i++) {
      const word = numbers[i];
      hash[i + 1] = Math.imul(hash[i], powers[word]) + hashes[word];
      power[i + 1] = Math.imul(power[i], powers[word]);
      inverse[i + 1] = Math.imul(inverse[i], inverses[word]);
      length[i + 1] = length[i] + lengths[word];
    }
  }

  #hashOf(from: number, to: number): number {
    const ratio = Math.imul(this.#power[to], this.#inverse[from]);
    return mixed(this.#hash[to] - Math.imul(this.#hash[from], ratio));
  }

  #sameWords(a: number, b: number, n: number): boolean {
    const { numbers } = this.#words;
    for (let i = 0; i < n; i++) if (numbers[a + i] !== numbers[b + i]) return false;
    return true;
  }

  #joined(from: number, to: number): string {
    const { numbers, lexicon } = this.#words;
    let text = "";
    for (let i = from; i < to; i++) text += lexicon.words[numbers[i]];
    return text;
  }

  /** Characters of words `from` … `to` − 1. */
  #charactersOf(from: number, to: number): number {
    return this.#length[to] - this.#length[from];
  }

  /**
   * Characters of the run of n words that is met most often, spaces between its words counted, times
   * how often it is met; of equals the one that comes first. 0 where there is no run.
   */
  top(n: number): number {
    const runs = this.#words.numbers.length - n + 1;
    if (runs <= 0) return 0;
    const mask = emptied(runs);
    let most = 0, at = 0;
    for (let i = 0; i < runs; i++) {
      let slot = this.#hashOf(i, i + n) & mask;
      while (slots[slot] !== 0 && !this.#sameWords(slots[slot] - 1, i, n)) slot = (slot + 1) & mask;
      if (slots[slot] === 0) {
        slots[slot] = i + 1;
        counts[slot] = 0;
      }
      const count = ++counts[slot], first = slots[slot] - 1;
      if (count > most || (count === most && first < at)) [most, at] = [count, first];
    }
    return (this.#charactersOf(at, at + n) + n - 1) * most;
  }

  /**
   * Characters of runs of n words that were met before. Runs are the same where their words make the
   * same text when joined; of a repeat all words are passed over, so that none counts twice.
   */
  repeated(n: number): number {
    const runs = this.#words.numbers.length - n + 1;
    if (runs <= 0) return 0;
    const mask = emptied(runs);
    let found = 0;
    for (let i = 0; i < runs;) {
      const hash = this.#hashOf(i, i + n);
      let slot = hash & mask;
      while (
        slots[slot] !== 0 && !(counts[slot] === hash && this.#sameText(slots[slot] - 1, i, n))
      ) {
        slot = (slot + 1) & mask;
      }
      if (slots[slot] !== 0) {
        found += this.#charactersOf(i, i + n);
        i += n;
      } else {
        slots[slot] = i + 1;
        counts[slot] = hash;
        i++;
      }
    }
    return found;
  }

  #sameText(a: number, b: number, n: number): boolean {
    return this.#sameWords(a, b, n) ||
      (this.#charactersOf(a, a + n) === this.#charactersOf(b, b + n) &&
        this.#joined(a, a + n) === this.#joined(b, b + n));
  }
}
