/**
 * The words of a text, and its sentences.
 * @module
 */
import { type Lexicon, lexicon, trait } from "./lexicon.ts";

/** Words of a text in order, as numbers of a lexicon. */
export interface Words {
  readonly lexicon: Lexicon;
  readonly numbers: Int32Array;
}

/** Words as spaCy cuts English, those of space left out. */
export function wordsOf(text: string): Words {
  const all = lexicon(), found = all.split(text), { traits } = all;
  let n = 0;
  for (const number of found) {
    if ((traits[number] & trait.space) === 0) found[n++] = number;
  }
  return { lexicon: all, numbers: found.subarray(0, n) };
}

/** The same as texts. */
export function wordTexts(text: string): string[] {
  const { lexicon, numbers } = wordsOf(text);
  return Array.from(numbers, (number) => lexicon.words[number]);
}

/**
 * How many sentences a text has as spaCy's sentencizer counts them: one begins at the first word
 * after a stop that is neither punctuation nor a stop itself.
 */
export function sentences(text: string): number {
  const all = lexicon(), found = all.split(text), { traits } = all;
  let n = 1, stopped = false;
  for (const number of found) {
    const of = traits[number], stop = (of & trait.stop) !== 0;
    if (stopped && !stop && (of & trait.punctuation) === 0) {
      n++;
      stopped = false;
    } else if (stop) stopped = true;
  }
  return n;
}
