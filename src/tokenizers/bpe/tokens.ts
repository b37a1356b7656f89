/**
 * A list of tokens that grows.
 * @module
 */

/** See the module. */
export class Tokens {
  #items = new Int32Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#items.length) return;
    const larger = new Int32Array(Math.max(2 * this.#items.length, this.#length + more));
    larger.set(this.#items.subarray(0, this.#length));
    this.#items = larger;
  }

  /** Adds one. */
  push(token: number): void {
    if (this.#length === this.#items.length) this.#room(1);
    this.#items[this.#length++] = token;
  }

  /** Adds `from` to `to` of others. */
  append(tokens: Int32Array, from: number, to: number): void {
    this.#room(to - from);
    for (let i = from; i < to; i++) this.#items[this.#length++] = tokens[i];
  }

  /** Those from `from` to `to`, until the next change. */
  view(from = 0, to: number = this.#length): Int32Array {
    return this.#items.subarray(from, to);
  }

  /** Takes all out. */
  clear(): void {
    this.#length = 0;
  }
}
