/**
 * Gopher's filter of repetition: lines, paragraphs and runs of words that a text says again.
 *
 * Rae et al. 2021 (arXiv:2112.11446), table A1, as datatrove 0.10.1 counts: a share of characters is
 * of all characters of the text.
 * @module
 */
import type { Check } from "./check.ts";
import { filterStage } from "./check.ts";
import { strip } from "../words/mod.ts";
import { repeats, type TextView, viewOf } from "./view.ts";

interface View {
  readonly text: TextView;
  readonly paragraphs: {
    readonly all: number;
    readonly count: number;
    readonly characters: number;
  };
  readonly lines: { readonly all: number; readonly count: number; readonly characters: number };
}

const counted = (texts: readonly string[]) => ({ all: texts.length, ...repeats(texts) });

function look(text: string): View {
  let paragraphs: View["paragraphs"] | undefined, lines: View["lines"] | undefined;
  return {
    text: viewOf(text),
    get paragraphs() {
      return paragraphs ??= counted(strip(text).split(/\n{2,}/));
    },
    get lines() {
      return lines ??= counted(text.split(/\n+/));
    },
  };
}

const top = { 2: 0.2, 3: 0.18, 4: 0.16 };
const again = { 5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.1 };
const share = "largest share of";

/** See the module. */
const checks: readonly Check<View, Record<never, never>>[] = [
  { value: "characters", drops: "below", limit: 1, of: ({ text }) => text.characters },
  {
    setting: "repeatedParagraphs",
    value: "repeated_paragraphs",
    drops: "above",
    limit: 0.3,
    about: `${share} paragraphs that were there before`,
    of: ({ paragraphs }) => paragraphs.count / paragraphs.all,
  },
  {
    setting: "repeatedParagraphCharacters",
    value: "repeated_paragraph_characters",
    drops: "above",
    limit: 0.2,
    about: `${share} characters in such paragraphs`,
    of: ({ text, paragraphs }) => paragraphs.characters / text.characters,
  },
  {
    setting: "repeatedLines",
    value: "repeated_lines",
    drops: "above",
    limit: 0.3,
    about: `${share} lines that were there before`,
    of: ({ lines }) => lines.count / lines.all,
  },
  {
    setting: "repeatedLineCharacters",
    value: "repeated_line_characters",
    drops: "above",
    limit: 0.2,
    about: `${share} characters in such lines`,
    of: ({ text, lines }) => lines.characters / text.characters,
  },
  ...Object.entries(top).map(([n, limit]) => ({
    setting: `top${n}Gram`,
    value: `top_${n}_gram`,
    drops: "above" as const,
    limit,
    about: `${share} characters in the run of ${n} words that is met most often`,
    of: ({ text }: View) => text.grams.top(Number(n)) / text.characters,
  })),
  ...Object.entries(again).map(([n, limit]) => ({
    setting: `repeated${n}Grams`,
    value: `repeated_${n}_grams`,
    drops: "above" as const,
    limit,
    about: `${share} characters in runs of ${n} words that were there before`,
    of: ({ text }: View) => text.grams.repeated(Number(n)) / text.characters,
  })),
];

/** See the module. */
export const gopherRepetition = filterStage({
  name: "gopher_repetition",
  about: "drops texts that repeat their lines, paragraphs or runs of words (Gopher)",
  papers: ["arXiv:2112.11446"],
  checks,
  more: {},
  view: ({ text }) => look(text),
});
