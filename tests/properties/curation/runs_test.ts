/** Laws of what filters count. */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { Grams } from "../../../src/curation/filters/grams.ts";
import { gopherQuality } from "../../../src/curation/filters/gopher_quality.ts";
import { Lexicon } from "../../../src/curation/words/lexicon.ts";
import { sentences, wordsOf, wordTexts } from "../../../src/curation/words/words.ts";
import { documentOf, mapStage } from "../../curation/stages.ts";
import { law } from "../../law.ts";

/** Few words, some of which join to the same text as others. */
const word = fc.constantFrom("a", "b", "ab", "ba", "aba", "c", "𝒜", "cab");
const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(" "));
const n = fc.integer({ min: 1, max: 6 });

const length = (text: string) => [...text].length;

/** As datatrove's `find_all_duplicate` is written. */
function repeated(words: readonly string[], n: number): number {
  const seen = new Set<string>();
  let found = 0;
  for (let i = 0; i + n <= words.length;) {
    const run = words.slice(i, i + n).join("");
    if (seen.has(run)) {
      found += length(run);
      i += n;
    } else {
      seen.add(run);
      i++;
    }
  }
  return found;
}

/** As datatrove's `find_top_duplicate`. */
function top(words: readonly string[], n: number): number {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) {
    const run = words.slice(i, i + n).join(" ");
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  const most = Math.max(0, ...counts.values());
  const first = [...counts].find(([, count]) => count === most)?.[0] ?? "";
  return length(first) * most;
}

law("runs that are met again are counted as by hand: no overlap twice, joined words compared", {
  source: "Rae et al. 2021, table A1; datatrove 0.10.1",
  given: { text, n },
  holds: ({ text, n }) =>
    assertEquals(new Grams(wordsOf(text)).repeated(n), repeated(wordTexts(text), n)),
  kills: ["repeated-run-counts-its-overlaps", "repeated-runs-compared-word-by-word"],
  cases: 400,
});

law("the run met most often is found as by hand, the first of equals", {
  source: "Rae et al. 2021, table A1; datatrove 0.10.1",
  given: { text, n },
  holds: ({ text, n }) => assertEquals(new Grams(wordsOf(text)).top(n), top(wordTexts(text), n)),
  kills: ["top-run-without-its-spaces"],
  cases: 400,
});

law("no letter of a text is lost or made where it is cut into words", {
  source: "definition",
  given: { text: fc.string({ unit: "binary", maxLength: 40 }) },
  holds: ({ text }) => {
    const joined = wordTexts(text).join("");
    const plain = [...text].filter((one) => !isSpace(one)).join("");
    assertEquals(joined, plain);
  },
  cases: 500,
});

const isSpace = (one: string) =>
  "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000".includes(one) ||
  (one >= "\u2000" && one <= "\u200a");

law("what is remembered of words changes none, whatever is forgotten", {
  source: "definition",
  given: {
    texts: fc.array(fc.oneof(text, fc.string({ unit: "binary", maxLength: 30 })), { maxLength: 8 }),
    most: fc.integer({ min: 1, max: 5 }),
  },
  holds: ({ texts, most }) => {
    const few = new Lexicon(most), all = new Lexicon();
    const words = (of: Lexicon, text: string) => Array.from(of.split(text), (n) => of.words[n]);
    for (const text of [...texts, ...texts]) {
      assertEquals(words(few, text), words(all, text));
      assertEquals(words(new Lexicon(), text), words(all, text));
    }
  },
  cases: 200,
});

Deno.test("tens of thousands of words are told apart", () => {
  const words = Array.from({ length: 30_000 }, (_, i) => `q${i}z`);
  const lexicon = new Lexicon(), text = words.join(" ");
  for (let again = 0; again < 2; again++) {
    assertEquals(Array.from(lexicon.split(text), (n) => lexicon.words[n]), words);
  }
});

law("a sentence more is a sentence more", {
  source: "spaCy's sentencizer",
  given: { count: fc.integer({ min: 1, max: 20 }) },
  holds: ({ count }) =>
    assertEquals(sentences(Array.from({ length: count }, () => "It is so.").join(" ")), count),
});

/** A document of `words` words, `short` of which are of one letter. */
const counted = fc.record({
  words: fc.integer({ min: 5, max: 60 }),
  limit: fc.integer({ min: 1, max: 60 }),
});

law("a limit itself is kept, and only what is beyond it is dropped", {
  source: "Rae et al. 2021, section A.1.1",
  given: { counted },
  holds: async ({ counted: { words, limit } }) => {
    const text = Array.from({ length: words }, (_, i) => i % 2 === 0 ? "the" : "of").join(" ");
    const kept = async (settings: object) => {
      const stage = await mapStage(gopherQuality, { minMeanWordLength: 0, ...settings });
      return (await stage.decide(documentOf(text))).keep;
    };
    assertEquals(await kept({ minWords: limit }), words >= limit);
    assertEquals(await kept({ minWords: 1, maxWords: limit }), words <= limit);
    assertEquals(await kept({ minWords: words, maxWords: words }), true);
  },
  kills: ["filter-drops-at-its-limit"],
});
