/** Filters decide as datatrove's do, for the same reason and with the same numbers. */
import { assert, assertEquals } from "@std/assert";
import { c4Quality } from "../../src/curation/filters/c4_quality.ts";
import { finewebQuality } from "../../src/curation/filters/fineweb_quality.ts";
import { gopherQuality } from "../../src/curation/filters/gopher_quality.ts";
import { gopherRepetition } from "../../src/curation/filters/gopher_repetition.ts";
import type { Decision, MapStage, StageDefinition } from "../../src/curation/stage.ts";
import { documentOf, mapStage } from "./stages.ts";
import { golden } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- each has settings of its own
type Any = StageDefinition<any>;
const filters: readonly Any[] = [gopherRepetition, gopherQuality, c4Quality, finewebQuality];

/** Our name of each of datatrove's reasons. */
const names: Readonly<Record<string, string>> = {
  empty: "characters",
  dup_para_frac: "repeated_paragraphs",
  dup_para_char_frac: "repeated_paragraph_characters",
  dup_line_frac: "repeated_lines",
  dup_line_char_frac: "repeated_line_characters",
  ...Object.fromEntries([5, 6, 7, 8, 9, 10].map((n) => [
    `duplicated_${n}_n_grams`,
    `repeated_${n}_grams`,
  ])),
  gopher_short_doc: "words",
  gopher_long_doc: "words",
  gopher_below_avg_threshold: "mean_word_length",
  gopher_above_avg_threshold: "mean_word_length",
  gopher_too_many_hashes: "hashes_per_word",
  gopher_too_many_ellipsis: "ellipses_per_word",
  gopher_too_many_bullets: "bullet_lines",
  gopher_too_many_end_ellipsis: "ellipsis_lines",
  gopher_below_alpha_threshold: "words_with_letters",
  gopher_enough_stop_words: "stop_words",
  curly_bracket: "brace",
  too_few_sentences: "sentences",
  line_punct_ratio: "terminal_lines",
  short_line_ratio: "short_lines",
  char_dup_ratio: "repeated_characters",
  list_ratio: "new_lines_per_word",
};

function ours(filter: string, why: string): string {
  const name = filter === "fineweb_quality" && why === "empty" ? "lines" : names[why] ?? why;
  return `${filter}: ${name}`;
}

const reason = (decision: Decision) => decision.keep ? null : decision.why;
const decide = async (stage: MapStage, text: string) => await stage.decide(documentOf(text));

for (const filter of filters) {
  Deno.test(`${filter.name} decides as datatrove on ${golden.documents.length} documents`, async () => {
    const stage = await mapStage(filter), rows = golden.filters[filter.name];
    const reasons = new Set<string | null>();
    for (const [i, { text, fault }] of golden.documents.entries()) {
      const { why, text: left } = rows[i];
      assert(why === null || typeof why === "string", `datatrove broke down on ${fault}`);
      const decision = await decide(stage, text);
      assertEquals(reason(decision), why === null ? null : ours(filter.name, why), fault);
      if (decision.keep) assertEquals(decision.text ?? text, left ?? text, fault);
      reasons.add(why);
    }
    assert(reasons.size > 3, `these reasons alone are met: ${[...reasons].join(", ")}`);
  });
}

/** No limit drops anything. */
function loose(filter: Any): Record<string, number> {
  return Object.fromEntries(
    Object.entries(filter.limits ?? {}).filter(([setting]) => setting !== "shortLine")
      .map(([setting, kind]) => [setting, kind === "most" ? 1e9 : -1e9]),
  );
}

for (const filter of filters.filter(({ name }) => name !== "c4_quality")) {
  Deno.test(`${filter.name} counts what datatrove counts, to the last bit`, async () => {
    const stage = await mapStage(filter, loose(filter));
    let compared = 0;
    for (const [i, { text, fault }] of golden.documents.entries()) {
      const decision = await decide(stage, text);
      if (!decision.keep) continue;
      for (const [name, value] of Object.entries(golden.filters[filter.name][i].values!)) {
        if (value === null) continue;
        assertEquals(decision.values?.[`${filter.name}: ${name}`], value, `${fault}: ${name}`);
        compared++;
      }
    }
    assert(compared > 300, `${compared} values were compared`);
  });
}

Deno.test("the four filters after one another decide as datatrove's do", async () => {
  const stages = await Promise.all(filters.map((filter) => mapStage(filter)));
  for (const [i, { text: whole, fault }] of golden.documents.entries()) {
    let text = whole, found: string | null = null;
    for (const stage of stages) {
      const decision = await decide(stage, text);
      found = reason(decision);
      if (!decision.keep) break;
      text = decision.text ?? text;
    }
    const why = golden.pipeline[i];
    assertEquals(
      found?.split(": ")[1] ?? null,
      why === null ? null : ours(found?.split(": ")[0] ?? "", why).split(": ")[1],
      fault,
    );
  }
});
