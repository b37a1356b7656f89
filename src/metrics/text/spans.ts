/**
 * Runs of words that stand in other documents word for word. Words are numbered, runs are looked up by a
 * rolling hash and then compared, so that no hash counts as a copy. No run goes over the end of a
 * document.
 * @module
 */

/** Words of texts: what spaces part, case and punctuation as they stand. */
export function wordsOf(text: string): string[] {
  return text.match(/\S+/g) ?? [];
}

/** Documents as numbers of words: equal words have equal numbers. */
export interface Numbered {
  readonly documents: readonly Int32Array[];
  /** Of all documents together. */
  readonly words: number;
}

/** Numbers words, the same for all texts that it is given. */
export function numbering(): (texts: Iterable<string>) => Numbered {
  const known = new Map<string, number>();
  return (texts) => {
    let words = 0;
    const documents = Array.from(texts, (text) => {
      const own = wordsOf(text);
      words += own.length;
      return Int32Array.from(own, (word) => {
        let number = known.get(word);
        if (number === undefined) known.set(word, number = known.size);
        return number;
      });
    });
    return { documents, words };
  };
}

const BASE = 0x9e3779b1 | 0;

/** Calls `see` with the hash of each run of n words and where it begins. */
function eachRun(document: Int32Array, n: number, see: (hash: number, at: number) => void): void {
  let power = 1, hash = 0;
  for (let i = 0; i < n; i++) power = Math.imul(power, BASE);
  for (let i = 0; i < document.length; i++) {
    hash = (Math.imul(hash, BASE) + document[i] + 1) | 0;
    if (i >= n) hash = (hash - Math.imul(power, document[i - n] + 1)) | 0;
    if (i >= n - 1) see(hash, i - n + 1);
  }
}

function same(
  a: { readonly document: Int32Array; readonly at: number },
  b: { readonly document: Int32Array; readonly at: number },
  n: number,
): boolean {
  for (let i = 0; i < n; i++) {
    if (a.document[a.at + i] !== b.document[b.at + i]) return false;
  }
  return true;
}

/** How many runs there are, and how many of them stand elsewhere. */
export interface Runs {
  readonly all: number;
  readonly copied: number;
}

/**
 * Runs of n words of some documents, each place counted, and those that stand in a document of others.
 * Work: one pass over both.
 * @throws RangeError where n < 1
 */
export function copiedRuns(
  own: readonly Int32Array[],
  { others, n }: { readonly others: readonly Int32Array[]; readonly n: number },
): Runs {
  if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`runs of ${n} words`);
  interface Place {
    readonly document: Int32Array;
    readonly at: number;
    /** Places of equal runs, this one among them. */
    count: number;
    found: boolean;
  }
  const places = new Map<number, Place[]>();
  let all = 0;
  for (const document of own) {
    eachRun(document, n, (hash, at) => {
      all++;
      const here = places.get(hash), place = { document, at, count: 1, found: false };
      if (here === undefined) places.set(hash, [place]);
      else {
        const equal = here.find((other) => same(other, place, n));
        if (equal === undefined) here.push(place);
        else equal.count++;
      }
    });
  }
  for (const document of others) {
    eachRun(document, n, (hash, at) => {
      for (const place of places.get(hash) ?? []) {
        if (!place.found && same(place, { document, at }, n)) place.found = true;
      }
    });
  }
  let copied = 0;
  for (const here of places.values()) {
    for (const { found, count } of here) if (found) copied += count;
  }
  return { all, copied };
}

/**
 * Words of the longest run that stands in a document of others; 0 where no word does. A part of a copied
 * run is copied, so that the length is found by halving.
 */
export function longestCopy(own: readonly Int32Array[], others: readonly Int32Array[]): number {
  let least = 0, most = own.reduce((longest, { length }) => Math.max(longest, length), 0);
  while (least < most) {
    const n = Math.ceil((least + most) / 2);
    if (copiedRuns(own, { others, n }).copied > 0) least = n;
    else most = n - 1;
  }
  return least;
}

/** Different runs of n words among the first `count`, and how many were counted. */
export function distinctRuns(
  documents: readonly Int32Array[],
  { n, count }: { readonly n: number; readonly count: number },
): { readonly different: number; readonly counted: number } {
  const seen = new Map<number, { document: Int32Array; at: number }[]>();
  let different = 0, counted = 0;
  for (const document of documents) {
    eachRun(document, n, (hash, at) => {
      if (counted >= count) return;
      counted++;
      const here = seen.get(hash) ?? [], place = { document, at };
      if (here.some((other) => same(other, place, n))) return;
      different++;
      seen.set(hash, [...here, place]);
    });
  }
  return { different, counted };
}
