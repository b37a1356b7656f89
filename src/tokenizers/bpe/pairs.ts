/**
 * A table from pairs of tokens to whole numbers: open addressing in typed arrays, since a Map would
 * need a string or a number past 2³¹ for each pair.
 * @module
 */

/** See the module. Keys and values are whole numbers from 0. */
export class PairTable {
  #left: Int32Array;
  #right: Int32Array;
  #value: Int32Array;
  #mask: number;
  #size = 0;

  /** @param expected how many pairs, so that it needn't grow */
  constructor(expected = 16) {
    let slots = 16;
    while (slots < 2 * expected) slots *= 2;
    this.#mask = slots - 1;
    this.#left = new Int32Array(slots).fill(-1);
    this.#right = new Int32Array(slots);
    this.#value = new Int32Array(slots);
  }

  /** How many pairs it holds. */
  get size(): number {
    return this.#size;
  }

  /** Where the pair is, or would be put. */
  #slot(left: number, right: number): number {
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & this.#mask;
    while (this.#left[slot] !== -1 && (this.#left[slot] !== left || this.#right[slot] !== right)) {
      slot = slot + 1 & this.#mask;
    }
    return slot;
  }

  /** What the pair stands for; −1 where it isn't there. */
  get(left: number, right: number): number {
    const slot = this.#slot(left, right);
    return this.#left[slot] === -1 ? -1 : this.#value[slot];
  }

  /** Puts a pair in, or another value in its place. */
  set([left, right]: readonly [number, number], value: number): void {
    const slot = this.#slot(left, right);
    this.#value[slot] = value;
    if (this.#left[slot] !== -1) return;
    this.#left[slot] = left;
    this.#right[slot] = right;
    if (2 * ++this.#size > this.#mask) this.#grow();
  }

  #grow(): void {
    const [left, right, value] = [this.#left, this.#right, this.#value];
    const slots = 2 * left.length;
    this.#mask = slots - 1;
    this.#left = new Int32Array(slots).fill(-1);
    this.#right = new Int32Array(slots);
    this.#value = new Int32Array(slots);
    for (let i = 0; i < left.length; i++) {
      if (left[i] === -1) continue;
      const slot = this.#slot(left[i], right[i]);
      this.#left[slot] = left[i];
      this.#right[slot] = right[i];
      this.#value[slot] = value[i];
    }
  }
}
