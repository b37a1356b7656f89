/**
 * Runs of words of tasks, and where documents have them.
 * @module
 */
import { type PlacedWords, placedWords } from "./task_words.ts";

/** A run of a task's words in a document: its number among all, and where it stands. */
export interface Match {
  readonly run: number;
  readonly from: number;
  readonly to: number;
}

/** The hash of a word, by which runs are looked for before they are compared. */
function hashOf(word: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193);
  return h ^ (h >>> 15);
}

const B = 0x5bd1e995;

/** Hashes of all runs of n words: a polynomial in B, rolled. */
function* rolled(words: readonly string[], n: number): Generator<number> {
  let top = 1;
  for (let i = 0; i < n; i++) top = Math.imul(top, B);
  const hashes = words.map(hashOf);
  let h = 0;
  for (let i = 0; i < hashes.length; i++) {
    h = (Math.imul(h, B) + hashes[i]) | 0;
    if (i >= n) h = (h - Math.imul(hashes[i - n], top)) | 0;
    if (i >= n - 1) yield h;
  }
}

/**
 * Runs of tasks' words: all of n words; of a task of fewer words, but no fewer than the shortest, the
 * whole of it.
 */
export class TaskRuns {
  readonly #n: number;
  readonly #shortest: number;
  /** By number of words: hashes, and runs as text with their numbers. */
  readonly #sizes = new Map<number, { hashes: Set<number>; runs: Map<string, number> }>();
  #count = 0;

  constructor({ n, shortest }: { readonly n: number; readonly shortest: number }) {
    this.#n = n;
    this.#shortest = shortest;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Takes the runs of a task's text. */
  add(text: string): void {
    const { words } = placedWords(text), n = Math.min(this.#n, words.length);
    if (n < Math.min(this.#shortest, this.#n)) return;
    const size = this.#sizes.get(n) ?? { hashes: new Set(), runs: new Map() };
    this.#sizes.set(n, size);
    let at = 0;
    for (const hash of rolled(words, n)) {
      const run = words.slice(at, ++at + n - 1).join(" ");
      size.hashes.add(hash);
      if (!size.runs.has(run)) size.runs.set(run, this.#count++);
    }
  }

  #at(placed: PlacedWords): Map<number, { run: number; n: number }> {
    const starts = new Map<number, { run: number; n: number }>();
    for (const [n, { hashes, runs }] of this.#sizes) {
      let at = -1;
      for (const hash of rolled(placed.words, n)) {
        at++;
        if (!hashes.has(hash) || (starts.get(at)?.n ?? 0) > n) continue;
        const run = runs.get(placed.words.slice(at, at + n).join(" "));
        if (run !== undefined) starts.set(at, { run, n });
      }
    }
    return starts;
  }

  /** Where a text has runs of tasks: from left to right, none over another, at one place the longest. */
  in(text: string): Match[] {
    if (this.#count === 0) return [];
    const placed = placedWords(text), starts = this.#at(placed), found: Match[] = [];
    let free = 0;
    for (const at of [...starts.keys()].sort((a, b) => a - b)) {
      if (at < free) continue;
      const { run, n } = starts.get(at)!;
      found.push({ run, from: placed.from[at], to: placed.to[at + n - 1] });
      free = at + n;
    }
    return found;
  }
}
