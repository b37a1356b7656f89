/**
 * Words of texts, with how often each occurs.
 * @module
 */
import { carried } from "../carrier.ts";
import { splitterOf } from "../split/splitter.ts";
import type { Stage } from "../split/stage.ts";

/** Counts the words of texts, one text after another. The order of texts changes nothing. */
export class WordCounts {
  readonly #counts = new Map<string, number>();
  readonly #cut;

  constructor(readonly stages: readonly Stage[]) {
    this.#cut = splitterOf(stages);
  }

  /** Counts a text's words. Special tokens in it are text. */
  add(text: string | Uint8Array): void {
    const counts = this.#counts;
    this.#cut(carried(text), (word) => {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    });
  }

  /** Words and how often each occurs, in the order of the words. */
  entries(): (readonly [string, number])[] {
    return [...this.#counts].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  }
}
