/**
 * Merges of one word: of all neighbours that may be merged, the pair of lowest rank, the leftmost of
 * equals, again and again (Sennrich et al. 2016, section 3.2).
 * @module
 */
import type { PairTable } from "./pairs.ts";

/** What a vocabulary merges. */
export interface Merges {
  /** Pair → rank. */
  readonly ranks: PairTable;
  /** The token that each rank makes. */
  readonly made: Int32Array;
}

/** Words up to here are searched through for each merge; longer ones have a heap. */
const short = 64;

const ranks = new Int32Array(short);
const none = 0x7fffffff;

function mergeShort(word: Int32Array, length: number, merges: Merges): number {
  const rankOf = (left: number, right: number) => {
    const rank = merges.ranks.get(left, right);
    return rank < 0 ? none : rank;
  };
  let n = length;
  for (let i = 0; i + 1 < n; i++) ranks[i] = rankOf(word[i], word[i + 1]);
  while (n > 1) {
    let best = 0;
    for (let i = 1; i + 1 < n; i++) if (ranks[i] < ranks[best]) best = i;
    if (ranks[best] === none) break;
    word[best] = merges.made[ranks[best]];
    n--;
    for (let i = best + 1; i < n; i++) {
      word[i] = word[i + 1];
      ranks[i] = ranks[i + 1];
    }
    if (best + 1 < n) ranks[best] = rankOf(word[best], word[best + 1]);
    if (best > 0) ranks[best - 1] = rankOf(word[best - 1], word[best]);
  }
  return n;
}

/** Smallest first, of numbers. */
class Heap {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const parent = at - 1 >> 1;
      if (items[parent] <= item) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1] < items[child]) child++;
      if (last <= items[child]) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return top;
  }
}

/** Ranks are under 2²¹ and places under 2³², so that both fit in one number. */
const places = 2 ** 32;

function mergeLong(word: Int32Array, length: number, { ranks, made }: Merges): number {
  const next = new Int32Array(length), before = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    next[i] = i + 1;
    before[i] = i - 1;
  }
  const heap = new Heap();
  const offer = (at: number) => {
    if (at < 0 || next[at] >= length) return;
    const rank = ranks.get(word[at], word[next[at]]);
    if (rank >= 0) heap.push(rank * places + at);
  };
  for (let i = 0; i < length; i++) offer(i);
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const at = top % places, rank = (top - at) / places;
    // What was merged away is −1; a neighbour that has changed since gives another rank.
    if (word[at] < 0 || next[at] >= length) continue;
    const right = next[at];
    if (ranks.get(word[at], word[right]) !== rank) continue;
    word[at] = made[rank];
    word[right] = -1;
    next[at] = next[right];
    if (next[at] < length) before[next[at]] = at;
    offer(at);
    offer(before[at]);
  }
  let n = 0;
  for (let i = 0; i < length; i++) if (word[i] >= 0) word[n++] = word[i];
  return n;
}

/** Merges the first `length` tokens of `word` in their place. @returns how many are left */
export function mergeWord(word: Int32Array, length: number, merges: Merges): number {
  return length <= short ? mergeShort(word, length, merges) : mergeLong(word, length, merges);
}
