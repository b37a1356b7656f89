/**
 * Pieces of text that were met, each with the numbers of its words. They are found by their
 * characters where they stand, so that no string is made of a piece that is known.
 * @module
 */

/** Characters of pieces that are kept at most. */
const CHARACTERS = 1 << 23;

const wider = <T extends Int32Array | Uint16Array>(from: T, to: T): T => (to.set(from), to);

/** The hash of a text so far, with a character more; it begins with 0. */
export const hashed = (hash: number, code: number): number =>
  (Math.imul(hash ^ code, 0x5bd1e995) + 1) | 0;

/** See the module. */
export class Pieces {
  /** A piece's number and one more, by hash; 0 is free. */
  #slots = new Int32Array(1 << 14);
  #hashes = new Int32Array(1 << 13);
  /** Where the characters of a piece begin, and those of the next; the same of its words. */
  #starts = new Int32Array((1 << 13) + 1);
  #firsts = new Int32Array((1 << 13) + 1);
  #characters = new Uint16Array(1 << 16);
  #words = new Int32Array(1 << 14);
  #count = 0;
  readonly #most: number;

  /** @param most pieces that are kept at most; then it begins anew */
  constructor(most: number) {
    this.#most = most;
  }

  #slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.#slots.length - 1);
  }

  /** The number of the piece that stands at `from` … `to` − 1 of a text; −1 where it wasn't met. */
  find(text: string, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = this.#slotOf(hash);; slot = (slot + 1) & mask) {
      const piece = this.#slots[slot] - 1;
      if (piece < 0) return -1;
      if (this.#hashes[piece] === hash && this.#is(piece, text, from, to)) return piece;
    }
  }

  #is(piece: number, text: string, from: number, to: number): boolean {
    const start = this.#starts[piece];
    if (this.#starts[piece + 1] - start !== to - from) return false;
    for (let i = from, at = start; i < to; i++) {
      if (text.charCodeAt(i) !== this.#characters[at++]) return false;
    }
    return true;
  }

  /** Keeps a piece that wasn't met, with its words. */
  add(piece: string, hash: number, words: readonly number[]): number {
    if (this.#count >= this.#most || this.#starts[this.#count] + piece.length > CHARACTERS) {
      this.#clear();
    }
    const n = this.#count, start = this.#starts[n], first = this.#firsts[n];
    this.#room(n, { characters: start + piece.length, words: first + words.length });
    for (let i = 0; i < piece.length; i++) this.#characters[start + i] = piece.charCodeAt(i);
    this.#words.set(words, first);
    this.#starts[n + 1] = start + piece.length;
    this.#firsts[n + 1] = first + words.length;
    this.#hashes[n] = hash;
    this.#count++;
    this.#place(n);
    return n;
  }

  #place(piece: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#slotOf(this.#hashes[piece]);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = piece + 1;
  }

  #clear(): void {
    this.#count = 0;
    this.#slots.fill(0);
  }

  #room(n: number, { characters, words }: { characters: number; words: number }): void {
    if (characters > this.#characters.length) {
      this.#characters = wider(this.#characters, new Uint16Array(2 * characters));
    }
    if (words > this.#words.length) this.#words = wider(this.#words, new Int32Array(2 * words));
    if (n < this.#hashes.length) return;
    this.#hashes = wider(this.#hashes, new Int32Array(2 * n));
    this.#starts = wider(this.#starts, new Int32Array(2 * n + 1));
    this.#firsts = wider(this.#firsts, new Int32Array(2 * n + 1));
    this.#slots = new Int32Array(4 * n);
    for (let piece = 0; piece < n; piece++) this.#place(piece);
  }

  /** How many words a piece has. */
  size(piece: number): number {
    return this.#firsts[piece + 1] - this.#firsts[piece];
  }

  /** Writes the words of a piece into a list. */
  write(piece: number, into: Int32Array, at: number): void {
    const to = this.#firsts[piece + 1];
    for (let i = this.#firsts[piece]; i < to; i++) into[at++] = this.#words[i];
  }
}
