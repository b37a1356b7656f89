/**
 * Checks of which characters a text is made of, as NeMo Curator counts them
 * (`stages/text/filters/heuristic/string.py`). Each is a share of all characters; of an empty text it
 * is 1, which every limit drops.
 * @module
 */
import type { Check } from "../check.ts";
import type { TextView } from "../view.ts";

const kept = /[a-zA-Z0-9\n?!,.]+/g;
const digits = /[0-9]/g;
const addresses = /https?:\/\/(?:[a-zA-Z0-9$\-_@.&+\/:=?#~!*(),]|%[0-9a-fA-F]{2})+/g;
const spaces = /[\t\n\r\b ]+/g;
const brackets = /[{}⟨⟩[\]()]/g;

/** Code units in what a pattern matches; of patterns without characters above U+FFFF. */
function inMatches(text: string, pattern: RegExp): number {
  let n = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    n += match[0].length;
  }
  return n;
}

const share = ({ characters: all }: TextView, n: number) => all === 0 ? 1 : n / all;

/** See the module. */
export const characterChecks: readonly Check<TextView, Record<never, never>>[] = [
  {
    setting: "maxNonAlphaNumeric",
    value: "non_alpha_numeric",
    drops: "above",
    limit: 0.25,
    about: "largest share of characters other than a-z, A-Z, 0-9, ends of lines and ?!,.",
    of: (view) => share(view, view.characters - inMatches(view.text, kept)),
  },
  {
    setting: "maxNumbers",
    value: "numbers",
    drops: "above",
    limit: 0.15,
    about: "largest share of characters that are digits",
    of: (view) => share(view, view.text.match(digits)?.length ?? 0),
  },
  {
    setting: "maxUrls",
    value: "urls",
    drops: "above",
    limit: 0.2,
    about: "largest share of characters in web addresses",
    of: (view) => share(view, inMatches(view.text, addresses)),
  },
  {
    setting: "maxWhiteSpace",
    value: "white_space",
    drops: "above",
    limit: 0.25,
    about: "largest share of characters that are space",
    of: (view) => share(view, inMatches(view.text, spaces)),
  },
  {
    setting: "maxParentheses",
    value: "parentheses",
    drops: "above",
    limit: 0.1,
    about: "largest share of characters that are brackets",
    of: (view) => share(view, inMatches(view.text, brackets)),
  },
];
