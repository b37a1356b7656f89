/**
 * Disjoint sets: what hangs together by pairs, whatever the pairs' order.
 * @module
 */

/** See the module; a set is named by its smallest member. */
export class UnionFind {
  readonly #parent: Int32Array;

  /** @param n members, 0 … n − 1, each alone at first */
  constructor(n: number) {
    this.#parent = Int32Array.from({ length: n }, (_, i) => i);
  }

  /** The smallest member of the set that a member is in. */
  find(member: number): number {
    const parent = this.#parent;
    let at = member;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]];
    return at;
  }

  /** Joins the sets of two members. */
  union(a: number, b: number): void {
    const [one, other] = [this.find(a), this.find(b)];
    if (one < other) this.#parent[other] = one;
    else this.#parent[one] = other;
  }

  /** How many members the set of each member has. */
  sizes(): Int32Array {
    const counts = new Int32Array(this.#parent.length);
    for (let i = 0; i < counts.length; i++) counts[this.find(i)]++;
    return counts.map((_, i) => counts[this.find(i)]);
  }
}
