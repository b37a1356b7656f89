/**
 * Words as numbers, with what filters ask of each: its length, of what it is made, and a hash that
 * joins with those of its neighbours. What stands between spaces is cut once and remembered.
 * @module
 */
import { cut } from "./cut.ts";
import { hashed, Pieces } from "./pieces.ts";
import { signs, stops } from "./punctuation.ts";
import { characters, isSpace } from "./python.ts";

/** What a word is, in bits. */
export const trait = {
  /** Holds a letter. */
  letter: 1,
  /** Holds something beside signs. */
  word: 2,
  /** Is space. */
  space: 4,
  /** Is punctuation alone. */
  punctuation: 8,
  /** May end a sentence. */
  stop: 16,
} as const;

const isLetter = /\p{L}/u, isPunctuation = /^\p{P}+$/u;

/** Words that are remembered at most: then it starts anew. */
const WORDS = 1 << 20;

/**
 * The hash of a text is Σ cᵢ·Bⁿ⁻¹⁻ⁱ mod 2³², c its code units: that of two texts in a row is
 * h(a)·B^|b| + h(b). B is odd, so that it has an inverse.
 */
const B = 0x2c1b3c6d | 1;
/** B⁻¹ by Newton's iteration, x ← x(2 − Bx), which doubles the bits that are right. */
const B_INVERSE = (() => {
  let x = B;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(B, x));
  return x;
})();

function power(base: number, n: number): number {
  let out = 1;
  for (let rest = n, square = base; rest > 0; rest >>>= 1) {
    if (rest & 1) out = Math.imul(out, square);
    square = Math.imul(square, square);
  }
  return out;
}

/** See the module. */
export class Lexicon {
  readonly words: string[] = [];
  /** Code points of each word. */
  lengths: Int32Array = new Int32Array(1 << 12);
  /** See `trait`. */
  traits: Uint8Array = new Uint8Array(1 << 12);
  /** Of each word: its hash, B to the power of its length, and that one's inverse. */
  hashes: Int32Array = new Int32Array(1 << 12);
  powers: Int32Array = new Int32Array(1 << 12);
  inverses: Int32Array = new Int32Array(1 << 12);
  readonly #numbers = new Map<string, number>();
  readonly #pieces: Pieces;
  #out = new Int32Array(1 << 12);

  /** @param pieces that are remembered at most */
  constructor(pieces = 1 << 19) {
    this.#pieces = new Pieces(pieces);
  }

  /** Whether there is room for a text of any words. */
  get full(): boolean {
    return this.words.length >= WORDS;
  }

  /** The number of a word; undefined where it was never met. */
  find(word: string): number | undefined {
    return this.#numbers.get(word);
  }

  #number(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    const n = this.words.length;
    if (n === this.lengths.length) this.#grow();
    const own = copyOf(word);
    this.words.push(own);
    this.#numbers.set(own, n);
    this.lengths[n] = characters(own);
    this.traits[n] = traitsOf(own);
    let hash = 0;
    for (let i = 0; i < own.length; i++) hash = (Math.imul(hash, B) + own.charCodeAt(i)) | 0;
    this.hashes[n] = hash;
    this.powers[n] = power(B, own.length);
    this.inverses[n] = power(B_INVERSE, own.length);
    return n;
  }

  #grow(): void {
    const wider = <T extends Int32Array | Uint8Array>(from: T, to: T) => (to.set(from), to);
    const n = this.lengths.length * 2;
    this.lengths = wider(this.lengths, new Int32Array(n));
    this.traits = wider(this.traits, new Uint8Array(n));
    this.hashes = wider(this.hashes, new Int32Array(n));
    this.powers = wider(this.powers, new Int32Array(n));
    this.inverses = wider(this.inverses, new Int32Array(n));
  }

  #piece(text: string, hash: number): number {
    const words = isSpace(text.charCodeAt(0)) ? [text] : cut(text);
    return this.#pieces.add(text, hash, words.map((word) => this.#number(word)));
  }

  /**
   * The words of a text in order. A space between two words is none; more of it is a word of spaces,
   * as it is to spaCy.
   */
  split(text: string): Int32Array {
    const pieces = this.#pieces;
    let out = this.#out, n = 0, from = 0, hash = 0;
    let spaces = text.length > 0 && isSpace(text.charCodeAt(0));
    for (let at = 0; at <= text.length; at++) {
      const code = at < text.length ? text.charCodeAt(at) : -1;
      if (code >= 0 && isSpace(code) === spaces) {
        hash = hashed(hash, code);
        continue;
      }
      if (from < at) {
        let piece = pieces.find(text, from, at, hash);
        if (piece < 0) piece = this.#piece(text.slice(from, at), hash);
        const more = pieces.size(piece);
        if (n + more > out.length) {
          const wider = new Int32Array(2 * (n + more));
          wider.set(out);
          this.#out = out = wider;
        }
        pieces.write(piece, out, n);
        n += more;
      }
      spaces = !spaces;
      [from, hash] = code === 32 ? [at + 1, 0] : [at, hashed(0, code)];
    }
    return out.slice(0, n);
  }
}

/** The same text in memory of its own: a slice holds on to the document that it was cut from. */
const copyOf = (text: string) => (" " + text).slice(1);

function traitsOf(word: string): number {
  return (isLetter.test(word) ? trait.letter : 0) |
    ([...word].some((character) => !signs.has(character)) ? trait.word : 0) |
    (isSpace(word.charCodeAt(0)) ? trait.space : 0) |
    (isPunctuation.test(word) ? trait.punctuation : 0) |
    (stops.has(word) ? trait.stop : 0);
}

let shared = new Lexicon();

/** The lexicon that texts share; a new one once it is full. */
export function lexicon(): Lexicon {
  if (shared.full) shared = new Lexicon();
  return shared;
}
