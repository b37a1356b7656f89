/**
 * Words of documents, cut as the published filters cut them.
 * @module
 */
export { type Lexicon, trait } from "./lexicon.ts";
export {
  characters,
  occurrences,
  splitLines,
  splitWords,
  strip,
  stripEnd,
  stripStart,
} from "./python.ts";
export { separators, signs, stops, terminal } from "./punctuation.ts";
export { simplified } from "./simplify.ts";
export { sentences, type Words, wordsOf, wordTexts } from "./words.ts";
