/**
 * What filters look at in a text: counted when it is first asked for, and once for all checks of all
 * filters that look at the same text.
 * @module
 */
import { characters, splitLines, splitWords, strip, type Words, wordsOf } from "../words/mod.ts";
import { Grams } from "./grams.ts";

/** See the module. */
export class TextView {
  readonly text: string;
  #characters?: number;
  #words?: Words;
  #grams?: Grams;
  #lines?: readonly string[];
  #plainWords?: readonly string[];

  constructor(text: string) {
    this.text = text;
  }

  /** Code points. */
  get characters(): number {
    return this.#characters ??= characters(this.text);
  }

  /** Words as spaCy cuts English. */
  get words(): Words {
    return this.#words ??= wordsOf(this.text);
  }

  /** Runs of those words. */
  get grams(): Grams {
    return this.#grams ??= new Grams(this.words);
  }

  /** Lines, whatever ends them. */
  get lines(): readonly string[] {
    return this.#lines ??= splitLines(this.text);
  }

  /** What stands between spaces. */
  get plainWords(): readonly string[] {
    return this.#plainWords ??= splitWords(this.text);
  }
}

/** How much of a list of texts are repeats of earlier ones. */
export function repeats(
  texts: Iterable<string>,
): { readonly count: number; readonly characters: number } {
  const seen = new Set<string>();
  let count = 0, inAll = 0;
  for (const text of texts) {
    if (seen.has(text)) {
      count++;
      inAll += characters(text);
    } else seen.add(text);
  }
  return { count, characters: inAll };
}

let last = new TextView("");

/** The view of a text: the one before, where it is the same text. */
export function viewOf(text: string): TextView {
  if (last.text !== text) last = new TextView(text);
  return last;
}

/** Whether a line is of nothing but space. */
export const isBlank = (line: string): boolean => strip(line) === "";
