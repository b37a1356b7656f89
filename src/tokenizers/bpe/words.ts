/**
 * Words as tokens, each looked up where it has been seen before.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { bytesInto } from "../carrier.ts";
import { type Merges, mergeWord } from "./merge.ts";
import { Tokens } from "./tokens.ts";

/** What words are made of. */
export interface WordParts {
  readonly merges: Merges;
  /** The token of each byte, [256]; −1 where the vocabulary has none. */
  readonly bytes: Int32Array;
  /** Tokens that whole words are, before any merge (`ignore_merges`), by the word. */
  readonly whole?: ReadonlyMap<string, number>;
}

/** Words that are kept, and the longest of them. What is kept changes no token. */
const kept = 1 << 17, longest = 64;

/** Puts the tokens of words behind one another. A cache is all that it keeps between words. */
export class Words {
  readonly #parts: WordParts;
  /** A token, or −1 − the place in `#pool` where a count and so many tokens stand. */
  readonly #seen = new Map<string, number>();
  readonly #pool = new Tokens();
  #word = new Int32Array(256);

  constructor(parts: WordParts) {
    this.#parts = parts;
  }

  /** @throws DataError where the word has a byte that the vocabulary lacks */
  add(word: string, into: Tokens): void {
    const seen = this.#seen.get(word);
    if (seen === undefined) this.#fresh(word, into);
    else if (seen >= 0) into.push(seen);
    else {
      const at = -1 - seen, pool = this.#pool.view();
      into.append(pool, at + 1, at + 1 + pool[at]);
    }
  }

  #fresh(word: string, into: Tokens): void {
    const length = this.#tokens(word);
    into.append(this.#word, 0, length);
    if (word.length > longest) return;
    if (this.#seen.size >= kept) {
      this.#seen.clear();
      this.#pool.clear();
    }
    if (length === 1) {
      this.#seen.set(word, this.#word[0]);
      return;
    }
    this.#seen.set(word, -1 - this.#pool.length);
    this.#pool.push(length);
    this.#pool.append(this.#word, 0, length);
  }

  /** Leaves the tokens of a word in `#word`. @returns how many */
  #tokens(word: string): number {
    if (this.#word.length < 3 * word.length) this.#word = new Int32Array(3 * word.length);
    const { merges, bytes, whole } = this.#parts;
    const known = whole?.get(word);
    if (known !== undefined) {
      this.#word[0] = known;
      return 1;
    }
    const length = bytesInto(word, this.#word);
    for (let i = 0; i < length; i++) {
      const byte = this.#word[i], token = bytes[byte];
      if (token < 0) {
        throw new DataError(
          `the text has the byte 0x${byte.toString(16).padStart(2, "0")}, for which this ` +
            "tokenizer has no token; take a tokenizer whose vocabulary has all 256 bytes",
        );
      }
      this.#word[i] = token;
    }
    return mergeWord(this.#word, length, merges);
  }
}
