/**
 * Checks of which characters a text is made of, as NeMo Curator counts them
 * (`stages/text/filters/heuristic/string.py`).
 * @module
 */
import { characters } from "../../words/mod.ts";
import type { Check } from "../check.ts";
import type { TextView } from "../view.ts";

/** Characters in what a pattern matches, over all; of an empty text 1, which every limit drops. */
function share({ text, characters: all }: TextView, pattern: RegExp): number {
  if (all === 0) return 1;
  let n = 0;
  for (const [match] of text.matchAll(pattern)) n += match.length;
  return n / all;
}

const letters = /[a-zA-Z0-9\n?!,.]+/g;
const digits = /\p{Nd}/gu;
const addresses = /https?:\/\/(?:[a-zA-Z0-9$\-_@.&+!*(),]|%[0-9a-fA-F]{2})+/g;
const spaces = /[\t\n\r\b ]+/g;
const brackets = /[{}⟨⟩[\]()]/g;

/** Matches of a pattern that takes one character each, over all. */
function shareOf({ text, characters: all }: TextView, pattern: RegExp): number {
  return all === 0 ? 1 : (text.match(pattern)?.length ?? 0) / all;
}

/** See the module. */
export const characterChecks: readonly Check<TextView, Record<never, never>>[] = [
  {
    setting: "maxNonAlphaNumeric",
    value: "non_alpha_numeric",
    drops: "above",
    limit: 0.25,
    about: "largest share of characters other than a-z, A-Z, 0-9, ends of lines and ?!,.",
    of: (view) =>
      view.characters === 0 ? 1 : (view.characters - inRuns(view.text, letters)) / view.characters,
  },
  {
    setting: "maxNumbers",
    value: "numbers",
    drops: "above",
    limit: 0.15,
    about: "largest share of characters that are digits",
    of: (view) => shareOf(view, digits),
  },
  {
    setting: "maxUrls",
    value: "urls",
    drops: "above",
    limit: 0.2,
    about: "largest share of characters in web addresses",
    of: (view) => view.text.includes("http") ? share(view, addresses) : view.characters > 0 ? 0 : 1,
  },
  {
    setting: "maxWhiteSpace",
    value: "white_space",
    drops: "above",
    limit: 0.25,
    about: "largest share of characters that are space",
    of: (view) => share(view, spaces),
  },
  {
    setting: "maxParentheses",
    value: "parentheses",
    drops: "above",
    limit: 0.1,
    about: "largest share of characters that are brackets",
    of: (view) => shareOf(view, brackets),
  },
];

/** Characters in the runs that a pattern matches. */
function inRuns(text: string, pattern: RegExp): number {
  let n = 0;
  for (const [run] of text.matchAll(pattern)) n += characters(run);
  return n;
}
