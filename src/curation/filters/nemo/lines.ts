/**
 * Checks of a text's lines and paragraphs, as NeMo Curator counts them
 * (`stages/text/filters/heuristic/`): lines that aren't blank, and what two ends of lines part.
 * @module
 */
import { characters, strip } from "../../words/mod.ts";
import type { Check } from "../check.ts";
import { isBlank, repeats, type TextView } from "../view.ts";

/** A text's lines and paragraphs. */
export interface Parts {
  readonly lines: readonly string[];
  readonly paragraphs: readonly string[];
}

/** See `Parts`. */
export const partsOf = ({ text }: TextView): Parts => ({
  lines: text.split("\n").filter((line) => !isBlank(line)),
  paragraphs: text.split("\n\n"),
});

const share = (lines: readonly string[], takes: (line: string) => boolean) =>
  lines.length === 0 ? 1 : lines.filter(takes).length / lines.length;

/** The share of lines that are the first of their text; of none 0. */
const firsts = (texts: readonly string[]) =>
  texts.length === 0 ? 0 : 1 - repeats(texts).count / texts.length;

function firstCharacters(texts: readonly string[]): number {
  const all = texts.reduce((sum, text) => sum + characters(text), 0);
  return all === 0 ? 0 : (all - repeats(texts).characters) / all;
}

const bullets = /^[•‣⁃⁌⁍∙○●◘◦⦾⦿]/;
const cutOff = /(?:\.\.\.|\[\.\.\.\]|…|\(\.\.\.\)|\[…\]|-»|read more\.\.|read more)$/;
/** Notices of sites; the longer ones of NeMo Curator's list hold one of these too, but for three. */
const notices = [
  "terms of use",
  "privacy policy",
  "cookie policy",
  "uses cookies",
  "privacy overview",
  "use of cookies",
  "use cookies",
  "privacy & cookies policy",
  "privacy and cookies policy",
];

function boilerplate(paragraphs: readonly string[]): number {
  let n = 0;
  for (const one of paragraphs) {
    const low = one.toLowerCase();
    if (low.includes("lorem ipsum")) return 1;
    if (notices.some((notice) => low.includes(notice))) n++;
  }
  return n / paragraphs.length;
}

/** See the module. */
export const lineChecks: readonly Check<Parts, Record<never, never>>[] = [
  {
    setting: "maxBoilerplate",
    value: "boilerplate_paragraphs",
    drops: "above",
    limit: 0.4,
    about: "largest share of paragraphs with a notice about cookies or terms of use",
    of: ({ paragraphs }) => boilerplate(paragraphs),
  },
  {
    setting: "minUniqueLines",
    value: "unique_lines",
    drops: "below",
    limit: 0.7,
    about: "least share of lines left without repeats",
    of: ({ lines }) => firsts(lines),
  },
  {
    setting: "minUniqueParagraphs",
    value: "unique_paragraphs",
    drops: "below",
    limit: 0.7,
    about: "least share of paragraphs left without repeats",
    of: ({ paragraphs }) => firsts(paragraphs),
  },
  {
    setting: "minUniqueLineCharacters",
    value: "unique_line_characters",
    drops: "below",
    limit: 0.8,
    about: "least share of lines' characters left without repeats",
    of: ({ lines }) => firstCharacters(lines),
  },
  {
    setting: "minUniqueParagraphCharacters",
    value: "unique_paragraph_characters",
    drops: "below",
    limit: 0.8,
    about: "least share of paragraphs' characters left without repeats",
    of: ({ paragraphs }) => firstCharacters(paragraphs),
  },
  {
    setting: "maxUnpunctuatedLines",
    value: "unpunctuated_lines",
    drops: "above",
    limit: 0.85,
    about: "largest share of lines that don't end with . ? ! \" or '",
    of: ({ lines }) => share(lines, (line) => !/[.?!"']$/.test(strip(line))),
  },
  {
    setting: "maxBulletLines",
    value: "bullet_lines",
    drops: "above",
    limit: 0.9,
    about: "largest share of lines that begin with a bullet",
    of: ({ lines }) => share(lines, (line) => bullets.test(strip(line))),
  },
  {
    setting: "maxEllipsisLines",
    value: "ellipsis_lines",
    drops: "above",
    limit: 0.3,
    about: "largest share of lines that end with an ellipsis",
    of: ({ lines }) => share(lines, (line) => cutOff.test(strip(line).toLowerCase())),
  },
];
