/**
 * Pairs that wait to be merged: the most frequent first, of equals the pair of smaller numbers.
 * @module
 */

/** A pair with its count when it was put in, and the words that it was then new in. */
export interface Waiting {
  readonly left: number;
  readonly right: number;
  count: number;
  readonly words: readonly number[];
}

/** Whether `a` goes before `b`. */
function before(a: Waiting, b: Waiting): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.left !== b.left ? a.left < b.left : a.right < b.right;
}

/** A binary heap. */
export class Queue {
  readonly #items: Waiting[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: Waiting): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const parent = at - 1 >> 1;
      if (!before(item, items[parent])) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = item;
  }

  /** Takes the first out. */
  pop(): Waiting | undefined {
    const items = this.#items;
    const first = items[0], last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1], items[child])) child++;
      if (!before(items[child], last)) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return first;
  }
}
