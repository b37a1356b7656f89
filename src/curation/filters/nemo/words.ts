/**
 * Checks of a text's words, as NeMo Curator counts them (`stages/text/filters/heuristic/string.py`):
 * a word is what stands between spaces.
 * @module
 */
import { characters } from "../../words/mod.ts";
import type { Check } from "../check.ts";
import type { TextView } from "../view.ts";

const ellipses = new Set(["...", "[...]", "…", "(...)", "[…]", "-»", "read more..", "read more"]);
const common = new Set("the be to of and that have with".split(" "));
const alphabetic = /\p{Alphabetic}/u;

const shareOr = (none: number, { plainWords }: TextView, takes: (word: string) => boolean) =>
  plainWords.length === 0 ? none : plainWords.filter(takes).length / plainWords.length;

function meanLength({ plainWords }: TextView): number {
  if (plainWords.length === 0) return 0;
  return plainWords.reduce((sum, word) => sum + characters(word), 0) / plainWords.length;
}

/** A mark of omission, or more runs of # than half its characters. */
const isSymbol = (word: string) =>
  ellipses.has(word) ||
  (word.includes("#") && word.match(/#+/g)!.length / characters(word) > 0.5);

/** See the module. */
export const wordChecks: readonly Check<TextView, Record<never, never>>[] = [
  {
    setting: "maxSymbolsPerWord",
    value: "symbols_per_word",
    drops: "above",
    limit: 0.1,
    about: "largest share of words that are an ellipsis or mostly #",
    of: (view) => shareOr(1, view, isSymbol),
  },
  {
    setting: "minWords",
    value: "word_count",
    drops: "below",
    limit: 50,
    about: "fewest words",
    of: ({ plainWords }) => plainWords.length,
  },
  {
    setting: "maxWords",
    value: "word_count",
    drops: "above",
    limit: 100_000,
    about: "most words",
    of: ({ plainWords }) => plainWords.length,
  },
  {
    setting: "minMeanWordLength",
    value: "mean_word_length",
    drops: "below",
    limit: 3,
    about: "least mean length of words, in characters",
    of: meanLength,
  },
  {
    setting: "maxMeanWordLength",
    value: "mean_word_length",
    drops: "above",
    limit: 10,
    about: "largest mean length of words, in characters",
    of: meanLength,
  },
  {
    setting: "maxWordLength",
    value: "longest_word",
    drops: "above",
    limit: 1000,
    about: "characters of the longest word",
    of: ({ plainWords }) => plainWords.reduce((most, word) => Math.max(most, characters(word)), 0),
  },
  {
    setting: "minWordsWithLetters",
    value: "words_with_letters",
    drops: "below",
    limit: 0.8,
    about: "least share of words with a letter",
    of: (view) => shareOr(0, view, (word) => alphabetic.test(word)),
  },
  {
    setting: "minCommonWords",
    value: "common_english_words",
    drops: "below",
    limit: 2,
    about: "fewest words of: the be to of and that have with",
    of: ({ plainWords }) => plainWords.filter((word) => common.has(word)).length,
  },
];
