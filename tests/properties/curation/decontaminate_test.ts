/** Laws of decontamination. */
import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { decontaminate } from "../../../src/curation/decontaminate/decontaminate.ts";
import { contextOf, decisionsOf, keptBy } from "../../curation/stages.ts";
import { law } from "../../law.ts";

const words = (letter: string, least: number, most: number) =>
  fc.uniqueArray(fc.integer({ min: 0, max: 9999 }), { minLength: least, maxLength: most })
    .map((all) => all.map((n) => `${letter}${n}`));

/** A task, a run of its words among sentences of others, and how the run is written. */
const planted = fc.record({
  n: fc.integer({ min: 8, max: 13 }),
  task: words("t", 16, 40),
  at: fc.nat({ max: 100 }),
  before: words("b", 100, 140),
  behind: words("c", 100, 140),
  written: fc.constantFrom(
    (words: string[]) => words.join(" "),
    (words: string[]) => words.map((word) => word.toUpperCase()).join("\n"),
    (words: string[]) => words.map((word) => `(${word}),`).join("  "),
  ),
});

const sentences = (words: readonly string[]) =>
  words.map((word, i) => i % 8 === 7 ? `${word}.` : word).join(" ");

function documentWith(
  { task, at, before, behind, written }: Omit<
    typeof planted extends fc.Arbitrary<infer T> ? T : never,
    "n"
  >,
  count: number,
): { text: string; run: string[] } {
  const from = at % (task.length - count + 1), run = task.slice(from, from + count);
  return { text: `${sentences(before)}. ${written(run)} ${sentences(behind)}`, run };
}

law("a planted run of n words is cut out, and one of n − 1 is kept", {
  source: "Brown et al. 2020, appendix C",
  given: { planted },
  holds: async ({ planted }) => {
    const context = contextOf({ test: [planted.task.join(" ")] }), settings = { n: planted.n };
    const { text, run } = documentWith(planted, planted.n);
    const [cut] = await keptBy(decontaminate, [text], { settings, context });
    assert(
      !run.some((word) => cut.toLowerCase().split(/[^a-z0-9]+/).includes(word)),
      "the run is there",
    );
    // Two hundred characters and the rest of a sentence on each side, not all.
    assert(
      cut.length > text.length - 700 && cut.length <= text.length - 400,
      `${cut.length} are left`,
    );
    const less = documentWith(planted, planted.n - 1);
    assertEquals(await keptBy(decontaminate, [less.text], { settings, context }), [less.text]);
  },
  kills: ["decontamination-a-word-early", "decontamination-cuts-one-side"],
  cases: 100,
});

law("runs that the documents have too often are common speech, and stay", {
  source: "Smith et al. 2022; NeMo Curator",
  given: {
    planted,
    copies: fc.integer({ min: 1, max: 5 }),
    maxMatches: fc.integer({ min: 1, max: 5 }),
  },
  holds: async ({ planted, copies, maxMatches }) => {
    const context = contextOf({ test: [planted.task.join(" ")] });
    const { text } = documentWith(planted, planted.n);
    const all = Array.from({ length: copies }, () => text);
    const settings = { n: planted.n, maxMatches, action: "drop" };
    const kept = await keptBy(decontaminate, all, { settings, context });
    assertEquals(kept.length, copies > maxMatches ? copies : 0);
  },
  kills: ["decontamination-ignores-how-often"],
  cases: 60,
});

law("what was cut is free of the tasks' runs", {
  source: "definition",
  given: { planted, times: fc.integer({ min: 1, max: 4 }) },
  holds: async ({ planted, times }) => {
    const context = contextOf({ test: [planted.task.join(" ")] });
    const { text } = documentWith(planted, planted.n);
    const document = Array.from({ length: times }, () => text).join(" ");
    const settings = { n: planted.n, maxMatches: 100 };
    const kept = await keptBy(decontaminate, [document], { settings, context });
    for (const decision of await decisionsOf(decontaminate, kept, { settings, context })) {
      assertEquals(decision.values, { "decontaminate: matches": 0 });
    }
  },
  cases: 60,
});
