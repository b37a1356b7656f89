/**
 * Gopher's filter of quality: texts too short or too long, of odd words, of signs, lists and cut
 * lines, and those that are no English.
 *
 * Rae et al. 2021 (arXiv:2112.11446), section A.1.1, as datatrove 0.10.1 counts: words are spaCy's,
 * and the first four checks look at those that are more than signs.
 * @module
 */
import { z } from "zod";
import { occurrences, stripEnd, stripStart, trait } from "../words/mod.ts";
import { type Check, filterStage } from "./check.ts";
import { type TextView, viewOf } from "./view.ts";

const more = {
  stopWords: z.array(z.string().min(1)).min(1).default([
    ..."the be to of and that have with".split(" "),
  ]).describe("words of which `minStopWords` must be there"),
};

type More = { readonly stopWords: readonly string[] };

/** Words that are more than signs, and their characters. */
function plain({ words: { numbers, lexicon } }: TextView): { count: number; characters: number } {
  const { traits, lengths } = lexicon;
  let count = 0, characters = 0;
  for (const word of numbers) {
    if ((traits[word] & trait.word) === 0) continue;
    count++;
    characters += lengths[word];
  }
  return { count, characters };
}

const meanLength = (view: TextView) => {
  const { count, characters } = plain(view);
  return characters / count;
};

/** The share of lines that a test takes. */
const lineShare = ({ lines }: TextView, takes: (line: string) => boolean) =>
  lines.filter(takes).length / lines.length;

function withLetters({ words: { numbers, lexicon: { traits } } }: TextView): number {
  let n = 0;
  for (const word of numbers) if ((traits[word] & trait.letter) !== 0) n++;
  return n / numbers.length;
}

/** How many of some words are there. */
function there({ words: { numbers, lexicon } }: TextView, words: readonly string[]): number {
  const wanted = new Set(words.flatMap((word) => lexicon.find(word) ?? []));
  let found = 0;
  for (let i = 0; i < numbers.length && wanted.size > 0; i++) {
    if (wanted.delete(numbers[i])) found++;
  }
  return found;
}

const perWord = ({ words }: TextView, n: number) => n / words.numbers.length;
const bullet = (line: string) => /^[•-]/.test(stripStart(line));
const cutOff = (line: string) => /(?:\.\.\.|…)$/.test(stripEnd(line));

/** See the module. */
const checks: readonly Check<TextView, More>[] = [
  {
    setting: "minWords",
    value: "words",
    drops: "below",
    limit: 50,
    about: "fewest words",
    of: (view) => plain(view).count,
  },
  {
    setting: "maxWords",
    value: "words",
    drops: "above",
    limit: 100_000,
    about: "most words",
    of: (view) => plain(view).count,
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
    setting: "maxSymbolsPerWord",
    value: "hashes_per_word",
    drops: "above",
    limit: 0.1,
    about: "most # a word, and most ellipses a word",
    of: (view) => perWord(view, occurrences(view.text, "#")),
  },
  {
    setting: "maxSymbolsPerWord",
    value: "ellipses_per_word",
    drops: "above",
    limit: 0.1,
    of: (view) => perWord(view, occurrences(view.text, "...") + occurrences(view.text, "…")),
  },
  {
    setting: "maxBulletLines",
    value: "bullet_lines",
    drops: "above",
    limit: 0.9,
    about: "largest share of lines that begin with • or -",
    of: (view) => lineShare(view, bullet),
  },
  {
    setting: "maxEllipsisLines",
    value: "ellipsis_lines",
    drops: "above",
    limit: 0.3,
    about: "largest share of lines that end with an ellipsis",
    of: (view) => lineShare(view, cutOff),
  },
  {
    setting: "minWordsWithLetters",
    value: "words_with_letters",
    drops: "below",
    limit: 0.8,
    about: "least share of words with a letter",
    of: withLetters,
  },
  {
    setting: "minStopWords",
    value: "stop_words",
    drops: "below",
    limit: 2,
    about: "fewest of the stop words that are there",
    of: (view, { stopWords }) => there(view, stopWords),
  },
];

/** See the module. */
export const gopherQuality = filterStage({
  name: "gopher_quality",
  about: "drops texts of odd length, odd words, many signs or no English (Gopher)",
  papers: ["arXiv:2112.11446"],
  checks,
  more,
  view: ({ text }) => viewOf(text),
});
