/**
 * Words by which documents are compared with tasks, with their places: what stands between spaces, in
 * lower case, without ASCII's punctuation, as NeMo Curator's `get_words` has them.
 * @module
 */
import { splitWords } from "../words/mod.ts";

/** Words with where each stands in its text. */
export interface PlacedWords {
  readonly words: readonly string[];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

const punctuation = /[!-/:-@[-`{-~]/g;

/** See the module. */
export function placedWords(text: string): PlacedWords {
  const words: string[] = [], from: number[] = [], to: number[] = [];
  let at = 0;
  for (const written of splitWords(text)) {
    at = text.indexOf(written, at);
    const word = written.toLowerCase().replace(punctuation, "");
    if (word !== "") {
      words.push(word);
      from.push(at);
      to.push(at + written.length);
    }
    at += written.length;
  }
  return { words, from, to };
}
