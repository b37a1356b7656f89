/**
 * Learns the merges of byte-level BPE: again and again the most frequent pair of neighbours becomes a
 * token (Sennrich et al. 2016, section 3.2). Of pairs of equal count the one of smaller numbers is
 * taken, the left number first, which is the rule of Hugging Face's trainer; the merges are the same.
 * @module
 */
import { alphabet, alphabetical } from "../bpe/alphabet.ts";
import { PairTable } from "../bpe/pairs.ts";
import { type BpeParts, specialToken } from "../bpe/parts.ts";
import { UsageError } from "../../base/mod.ts";
import { longestToken } from "../decode.ts";
import type { WordCounts } from "./count.ts";
import { Queue } from "./queue.ts";
import { TrainingWords } from "./words.ts";

/** What is learnt. */
export interface Training {
  /** Tokens in all: special ones, 256 bytes, and merges. */
  readonly vocabulary: number;
  /** Texts of special tokens; they get the numbers from 0. The first one separates documents. */
  readonly special: readonly string[];
  /** Pairs that occur less often are not merged. */
  readonly least?: number;
}

/** How often each pair occurs, in what order of words it came to be, and where it is new. */
class PairCounts {
  readonly #index = new PairTable(1 << 14);
  readonly #counts: number[] = [];
  /** Pairs that have come to be since the last call of `fresh`, with the words that they are in. */
  #new = new Map<number, { left: number; right: number; words: number[] }>();

  /** Adds to a pair's count. */
  add(left: number, right: number, { by, word }: { by: number; word: number }): void {
    let at = this.#index.get(left, right);
    if (at < 0) {
      at = this.#counts.length;
      this.#index.set([left, right], at);
      this.#counts.push(0);
    }
    this.#counts[at] += by;
    if (by <= 0) return;
    const known = this.#new.get(at);
    if (known === undefined) this.#new.set(at, { left, right, words: [word] });
    else if (known.words[known.words.length - 1] !== word) known.words.push(word);
  }

  count(left: number, right: number): number {
    return this.#counts[this.#index.get(left, right)];
  }

  /** Puts pairs that are new, or in new words, into the queue. */
  enqueue(queue: Queue): void {
    for (const [at, { left, right, words }] of this.#new) {
      if (this.#counts[at] > 0) queue.push({ left, right, count: this.#counts[at], words });
    }
    this.#new = new Map();
  }
}

/**
 * Learns merges from counts of words; tells after each merge how many tokens there are, so that who
 * asks may pause, show how far it is, or stop.
 * @returns the parts of a tokenizer: fewer tokens than asked for where no pair is left
 */
export function* learning(
  counted: WordCounts,
  { vocabulary, special, least = 0 }: Training,
): Generator<number, BpeParts> {
  const twice = special.find((one, i) => special.indexOf(one) < i || alphabet.includes(one));
  if (twice !== undefined) {
    throw new UsageError(
      `${JSON.stringify(twice)} can't be a special token: it is one already, or it is one byte`,
    );
  }
  if (vocabulary < special.length + 256) {
    throw new UsageError(
      `a vocabulary of ${vocabulary} has no room for 256 bytes and ${special.length} special tokens`,
    );
  }
  const tokens: string[] = [...special];
  const bytes = new Int32Array(256);
  for (const byte of alphabetical) {
    bytes[byte] = tokens.length;
    tokens.push(alphabet[byte]);
  }
  const numbers = new Map(tokens.map((token, id) => [token, id]));
  const words = new TrainingWords(counted.entries(), bytes);
  const pairs = new PairCounts();
  words.counts.forEach((count, word) => {
    const own = words.tokens(word);
    for (let i = 1; i < own.length; i++) pairs.add(own[i - 1], own[i], { by: count, word });
  });
  const queue = new Queue();
  pairs.enqueue(queue);
  const merges: [string, string][] = [];
  while (tokens.length < vocabulary) {
    const top = queue.pop();
    if (top === undefined) break;
    const count = pairs.count(top.left, top.right);
    if (top.count !== count) {
      top.count = count;
      queue.push(top);
      continue;
    }
    if (count < 1 || count < least) break;
    const { left, right } = top;
    const text = tokens[left] + tokens[right];
    // What reads as a special token stays in pieces: its text can have no other number.
    if (special.includes(text)) continue;
    // Another merge may have made the same token.
    const made = numbers.get(text) ?? tokens.length;
    if (made === tokens.length) {
      tokens.push(text);
      numbers.set(text, made);
    }
    merges.push([tokens[left], tokens[right]]);
    for (const word of top.words) {
      const often = words.counts[word];
      words.merge(word, { left, right, made }, (a, b, by) => {
        const long = tokens[a].length + tokens[b].length > longestToken;
        if (by < 0 || !long) pairs.add(a, b, { by: by * often, word });
      });
    }
    pairs.enqueue(queue);
    yield tokens.length;
  }
  const added = special.map(specialToken);
  return { tokens, merges, stages: counted.stages, added };
}

/** `learning` without pause. */
export function learn(counted: WordCounts, training: Training): BpeParts {
  const steps = learning(counted, training);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
