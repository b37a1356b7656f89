/**
 * C4's filter: keeps of a page the lines that read as sentences, and drops pages with placeholder
 * text, with code, or with too few sentences left.
 *
 * Raffel et al. 2020 (arXiv:1910.10683), section 2.2, as datatrove 0.10.1 does it; its list of bad
 * words is not part of it there either. A line is judged in this order: too long a word, no end of a
 * sentence, too few words, JavaScript, notices of policy. At placeholder text or a brace the rest of
 * the page isn't looked at.
 * @module
 */
import { z } from "zod";
import { characters, sentences, splitLines, splitWords, strip } from "../words/mod.ts";
import { type Check, filterStage } from "./check.ts";

const more = {
  minWordsPerLine: z.int().min(0).default(3).describe("lines of fewer words go"),
  maxWordLength: z.int().min(1).default(1000).describe("lines with a longer word go"),
  citations: z.boolean().default(true).describe("take [1], [edit] and [citation needed] out"),
  terminal: z.boolean().default(true).describe("lines that end without . ? ! \" or ' go"),
  loremIpsum: z.boolean().default(true).describe("drop texts with placeholder text"),
  javascript: z.boolean().default(true).describe("lines that name JavaScript go"),
  brace: z.boolean().default(true).describe("drop texts with a {"),
  policy: z.boolean().default(true).describe("lines about cookies or terms of use go"),
};

type More = { readonly [key in keyof typeof more]: z.infer<(typeof more)[key]> };

const citation = /\[\p{Nd}*\]|\[edit\]|\[citation needed\]/gu;
const policies = [
  "terms of use",
  "privacy policy",
  "cookie policy",
  "uses cookies",
  "use of cookies",
  "use cookies",
];

interface View {
  readonly kept: readonly string[];
  readonly loremIpsum: number;
  readonly brace: number;
  readonly sentences: number;
}

/** A page's lines, judged. */
function judged(text: string, more: More): View {
  const kept: string[] = [];
  let count = 0;
  const seen = (what: Partial<View>) => ({
    kept,
    loremIpsum: 0,
    brace: 0,
    sentences: count,
    ...what,
  });
  for (const raw of splitLines(text)) {
    let line = strip(raw);
    const words = splitWords(line);
    const { maxWordLength: longest } = more;
    // A word's code units are no fewer than its characters.
    if (words.some((word) => word.length > longest && characters(word) > longest)) continue;
    if (more.citations && line.includes("[")) line = line.replace(citation, "");
    if (more.terminal && (!/[.?!"']$/.test(line) || line.endsWith("..."))) continue;
    if (words.length < more.minWordsPerLine) continue;
    const low = line.toLowerCase();
    if (more.loremIpsum && low.includes("lorem ipsum")) return seen({ loremIpsum: 1 });
    if (more.javascript && low.includes("javascript")) continue;
    if (more.brace && line.includes("{")) return seen({ brace: 1 });
    if (more.policy && policies.some((policy) => low.includes(policy))) continue;
    count += sentences(line);
    kept.push(line);
  }
  return seen({ sentences: count });
}

/** See the module. */
const checks: readonly Check<View, More>[] = [
  {
    value: "lorem_ipsum",
    drops: "above",
    limit: 0,
    of: ({ loremIpsum }) => loremIpsum,
  },
  { value: "brace", drops: "above", limit: 0, of: ({ brace }) => brace },
  {
    setting: "minSentences",
    value: "sentences",
    drops: "below",
    limit: 5,
    about: "fewest sentences in the lines that stay",
    of: ({ sentences }) => sentences,
  },
];

/** See the module. */
export const c4Quality = filterStage({
  name: "c4_quality",
  about: "keeps lines that read as sentences, drops texts with few of them (C4)",
  papers: ["arXiv:1910.10683"],
  checks,
  more,
  view: ({ text }, more) => judged(text, more),
  text: ({ kept }) => strip(kept.join("\n")),
});
