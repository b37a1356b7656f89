/** Checks count and decide as NeMo Curator's filters do. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { nemoHeuristics } from "../../src/curation/filters/nemo/nemo.ts";
import { documentOf, mapStage } from "./stages.ts";
import { golden, unpacked } from "./golden.ts";

/** Of each document a score and whether it is kept, by check; null where the filter breaks down. */
interface NemoGolden {
  readonly rows: readonly Readonly<Record<string, readonly [number, boolean] | null>>[];
}

const { rows } = await unpacked<NemoGolden>("curation_nemo.json.gz");
const limits = Object.keys(nemoHeuristics.limits!);
const off = Object.fromEntries(limits.map((setting) => [setting, null]));
const settings = nemoHeuristics.config.parse({}) as Record<string, number | null>;
const name = (value: string) => `nemo_heuristics: ${value}`;

Deno.test("each check finds what NeMo Curator's filter finds", async () => {
  // Limits that nothing is beyond, so that all are counted.
  const loose = Object.fromEntries(
    limits.map((setting) => [setting, nemoHeuristics.limits![setting] === "most" ? 1e9 : -1e9]),
  );
  const stage = await mapStage(nemoHeuristics, loose);
  let compared = 0;
  for (const [i, { text, fault }] of golden.documents.entries()) {
    const { values } = await stage.decide(documentOf(text));
    for (const [value, found] of Object.entries(rows[i])) {
      // Of runs met equally often theirs is one of Python's set, which another process orders anew.
      if (found === null || value.startsWith("top_")) continue;
      // Of a text without words theirs is one more than the limit.
      if (value === "longest_word" && text.trim() === "") continue;
      assertAlmostEquals(values![name(value)], found[0], 1e-12, `${fault}: ${value}`);
      compared++;
    }
  }
  assert(compared > 1500, `${compared} were compared`);
});

Deno.test("each check alone decides as NeMo Curator's filter", async () => {
  const checks: Readonly<Record<string, readonly string[]>> = {
    non_alpha_numeric: ["maxNonAlphaNumeric"],
    numbers: ["maxNumbers"],
    urls: ["maxUrls"],
    white_space: ["maxWhiteSpace"],
    parentheses: ["maxParentheses"],
    symbols_per_word: ["maxSymbolsPerWord"],
    word_count: ["minWords", "maxWords"],
    mean_word_length: ["minMeanWordLength", "maxMeanWordLength"],
    words_with_letters: ["minWordsWithLetters"],
    common_english_words: ["minCommonWords"],
    boilerplate_paragraphs: ["maxBoilerplate"],
    unique_lines: ["minUniqueLines"],
    unique_paragraphs: ["minUniqueParagraphs"],
    unique_line_characters: ["minUniqueLineCharacters"],
    unique_paragraph_characters: ["minUniqueParagraphCharacters"],
    unpunctuated_lines: ["maxUnpunctuatedLines"],
    bullet_lines: ["maxBulletLines"],
    ellipsis_lines: ["maxEllipsisLines"],
    repeated_2_grams: ["maxRepeated2Grams"],
  };
  const dropped = new Set<string>();
  for (const [value, own] of Object.entries(checks)) {
    const stage = await mapStage(nemoHeuristics, {
      ...off,
      ...Object.fromEntries(own.map((setting) => [setting, settings[setting]])),
    });
    for (const [i, { text, fault }] of golden.documents.entries()) {
      const found = rows[i][value];
      if (found === null) continue;
      const { keep } = await stage.decide(documentOf(text));
      assertEquals(keep, found[1], `${fault}: ${value}`);
      if (!keep) dropped.add(value);
    }
  }
  assert(dropped.size > 12, `documents are dropped by ${[...dropped].join(", ")}`);
});
