/**
 * Which documents look alike: a signature is cut into b bands of r values, and two documents are
 * taken for duplicates where all values of a band agree. Of similarity s that has the probability
 * 1 − (1 − s^r)^b, which rises about s = (1/b)^(1/r). Leskovec, Rajaraman & Ullman 2014, chapter 3.
 * @module
 */
import { pow } from "../../../numeric/mod.ts";
import { UnionFind } from "../union_find.ts";
import { similarity } from "./signature.ts";

/** How signatures are cut. */
export interface Bands {
  readonly bands: number;
  readonly rows: number;
}

/** The probability that two documents of similarity s share a band. */
export const found = (s: number, { bands, rows }: Bands): number =>
  1 - pow(1 - pow(s, rows), bands);

/** The similarity at which that probability rises. */
export const threshold = ({ bands, rows }: Bands): number => pow(1 / bands, 1 / rows);

/** Signatures in a row, in blocks. */
export class Signatures {
  readonly #width: number;
  readonly #blocks: Int32Array[] = [];
  readonly #empty: boolean[] = [];
  #count = 0;
  static readonly #rows = 1024;

  /** @param width values a signature */
  constructor(width: number) {
    this.#width = width;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Keeps the signature of a document; null: the document has no shingles, so it is like none. */
  set(number: number, values: Int32Array | null): void {
    const block = Math.floor(number / Signatures.#rows);
    while (this.#blocks.length <= block) {
      this.#blocks.push(new Int32Array(Signatures.#rows * this.#width));
    }
    if (values !== null) {
      this.#blocks[block].set(values, (number % Signatures.#rows) * this.#width);
    }
    this.#empty[number] = values === null;
    this.#count = Math.max(this.#count, number + 1);
  }

  /** The signature of a document. */
  of(number: number): Int32Array {
    const at = (number % Signatures.#rows) * this.#width;
    return this.#blocks[Math.floor(number / Signatures.#rows)].subarray(at, at + this.#width);
  }

  /** Whether a document has no shingles. */
  isEmpty(number: number): boolean {
    return this.#empty[number] ?? true;
  }
}

/** Clusters of documents that look alike. */
export interface Clusters {
  /** The first document of each one's cluster. */
  first(number: number): number;
  /** How many documents each one's cluster has. */
  readonly sizes: Int32Array;
  /** For each document its largest estimated similarity with one that it shares a band with. */
  readonly similarities: Float32Array;
}

function bandHash(values: Int32Array, from: number, to: number): number {
  let h = 0;
  for (let i = from; i < to; i++) {
    h = Math.imul(h ^ values[i], 0x85ebca6b);
    h ^= h >>> 13;
  }
  return Math.imul(h, 0xc2b2ae35) >>> 0;
}

function sameBand(a: Int32Array, b: Int32Array, [from, to]: readonly [number, number]): boolean {
  for (let i = from; i < to; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Finds clusters: a table of one band at a time, in which documents are compared by the values
 * themselves. A document is joined to the first that shares the band, and by it to all.
 */
export function clusters(signatures: Signatures, { bands, rows }: Bands): Clusters {
  const { count } = signatures, sets = new UnionFind(count);
  const similarities = new Float32Array(count);
  let size = 16;
  while (size < 2 * count) size *= 2;
  const slots = new Int32Array(size);
  for (let band = 0; band < bands; band++) {
    slots.fill(0);
    const range = [band * rows, (band + 1) * rows] as const;
    for (let number = 0; number < count; number++) {
      if (signatures.isEmpty(number)) continue;
      const own = signatures.of(number);
      let slot = bandHash(own, ...range) & (size - 1);
      while (slots[slot] !== 0 && !sameBand(signatures.of(slots[slot] - 1), own, range)) {
        slot = (slot + 1) & (size - 1);
      }
      if (slots[slot] === 0) {
        slots[slot] = number + 1;
        continue;
      }
      const other = slots[slot] - 1;
      sets.union(other, number);
      const like = similarity(signatures.of(other), own);
      for (const one of [other, number]) {
        if (like > similarities[one]) similarities[one] = like;
      }
    }
  }
  return { first: (number) => sets.find(number), sizes: sets.sizes(), similarities };
}
