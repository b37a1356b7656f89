/**
 * Draws one after the other from a key, where what is drawn hangs on what was drawn before.
 * @module
 */
import { type HostKey, hostUniform } from "../../../random/host/mod.ts";

/** Uniforms of a row of the key. */
const ROW = 32;

/** See the module. */
export class Draws {
  readonly #key: HostKey;
  #uniforms: Float32Array = new Float32Array(0);
  #row = 0;
  #at = 0;

  constructor(key: HostKey) {
    this.#key = key;
  }

  /** In [0, 1). */
  uniform(): number {
    if (this.#at === this.#uniforms.length) {
      this.#uniforms = hostUniform(this.#key, ROW, { row: this.#row++ });
      this.#at = 0;
    }
    return this.#uniforms[this.#at++];
  }

  /** A whole number below n. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** One of a list. */
  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)];
  }

  chance(share: number): boolean {
    return this.uniform() < share;
  }

  /** All of a list, in any order (Fisher–Yates). */
  shuffled<T>(of: readonly T[]): T[] {
    const all = [...of];
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [all[i], all[j]] = [all[j], all[i]];
    }
    return all;
  }
}

/** Draws nothing: always the first of a list. */
export const first: Pick<Draws, "pick" | "shuffled" | "below"> = {
  pick: (of) => of[0],
  below: () => 0,
  shuffled: (of) => [...of],
};

/** What chooses among ways to say the same. */
export type Choice = typeof first;
