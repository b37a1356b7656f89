/** Laws of tasks: a score is of the documents, and not of how they were asked. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { aggregate } from "../../../../src/metrics/text/tasks/aggregate.ts";
import { type Task, taskOf, written } from "../../../../src/metrics/text/tasks/definition.ts";
import type { Document } from "../../../../src/metrics/text/tasks/documents.ts";
import { runTask } from "../../../../src/metrics/text/tasks/run.ts";
import { scoreChoices } from "../../../../src/metrics/text/tasks/score.ts";
import type { LanguageModel } from "../../../../src/subject/mod.ts";
import { languageOf } from "../../../../src/subject/mod.ts";
import { bigramModel, logProbabilityOf } from "../../../metrics/text/bigram.ts";
import { close, law } from "../../../law.ts";

/** A task over the split `test`. */
function task(keys: Record<string, unknown>): Task {
  const given = {
    task: "t",
    dataset_path: "json",
    dataset_kwargs: { data_files: { test: "f" } },
    test_split: "test",
    ...keys,
  };
  return taskOf(written.parse(given), { test: [{ file: "f", sha256: "", rows: 1 }] });
}

const choice = task({
  output_type: "multiple_choice",
  doc_to_text: "{{ q }}:",
  doc_to_choice: "{{ choices }}",
  doc_to_target: "label",
  metric_list: [{ metric: "acc" }, { metric: "acc_norm" }, { metric: "acc_bytes" }],
});
const word = fc.string({
  unit: fc.constantFrom("a", "b", "c", "é", "漢"),
  minLength: 1,
  maxLength: 5,
});
const document = fc.record({
  q: word,
  choices: fc.array(word, { minLength: 2, maxLength: 4 }),
  label: fc.nat({ max: 1 }),
});

/** The same model, asked so many at a time and in another order. */
function inBatches(language: LanguageModel, size: number): LanguageModel {
  return {
    ...language,
    async loglikelihood(asked) {
      const order = asked.map((_, i) => i).reverse(), found = new Array(asked.length);
      for (let at = 0; at < order.length; at += size) {
        const part = order.slice(at, at + size);
        const scores = await language.loglikelihood(part.map((i) => asked[i]));
        part.forEach((i, k) => found[i] = scores[k]);
      }
      return found;
    },
  };
}

law("a task's score doesn't depend on how many are asked at once, nor on the documents' order", {
  source: "definition",
  given: {
    documents: fc.array(document, { minLength: 1, maxLength: 8 }),
    size: fc.integer({ min: 1, max: 5 }),
    turn: fc.nat({ max: 7 }),
  },
  holds: async ({ documents, size, turn }) => {
    const language = languageOf(bigramModel(64));
    const how = { limit: null, chat: false };
    const score = async (docs: readonly Document[], model: LanguageModel) =>
      (await runTask(choice, { test: docs }, { language: model, ...how }))
        .map(({ value }) => value.toFixed(12));
    const whole = await score(documents, language);
    assertEquals(await score(documents, inBatches(language, size)), whole);
    const turned = [...documents.slice(turn), ...documents.slice(0, turn)].reverse();
    assertEquals(await score(turned, language), whole);
  },
  cases: 40,
  kills: ["pairs-sliced-by-choices-of-the-first"],
});

law(
  "acc takes the likeliest choice, acc_norm a character's, acc_bytes a byte's; of equal ones the first",
  {
    source: "lm-evaluation-harness: process_results",
    given: { doc: document },
    holds: async ({ doc }) => {
      const found = await runTask(choice, { test: [doc] }, {
        language: languageOf(bigramModel(64)),
        limit: null,
        chat: false,
      });
      const before = ":".charCodeAt(0);
      const by = (length: (text: string) => number) => {
        const worth = doc.choices.map((one) => logProbabilityOf(` ${one}`, before) / length(one));
        return worth.indexOf(Math.max(...worth)) === doc.label ? 1 : 0;
      };
      const wanted = [
        by(() => 1),
        by((one) => [...one].length),
        by((one) => new TextEncoder().encode(one).length),
      ];
      assertEquals(found.map(({ value }) => value), wanted);
    },
    kills: ["acc-norm-by-bytes", "acc-norm-unnormed", "ties-go-to-the-last"],
  },
);

law("of equal choices the first counts", {
  source: "numpy: argmax",
  given: { logs: fc.array(fc.integer({ min: -3, max: -1 }), { minLength: 2, maxLength: 5 }) },
  holds: ({ logs }) => {
    const choices = logs.map((_, i) => `${i}`);
    const found = logs.map((logProbability) => ({ logProbability, greedy: false, tokens: 1 }));
    const hits = choices.map((_, label) =>
      scoreChoices(
        choice,
        { kind: "choices", document: { label }, target: label, choices, pairs: [] },
        { found, form: { several: false, targets: false } },
      ).acc
    );
    assertEquals(hits.indexOf(1), logs.indexOf(Math.max(...logs)));
    assertEquals(hits.filter((hit) => hit === 1).length, 1);
  },
  kills: ["ties-go-to-the-last"],
});

law("the standard error of a mean is the deviation over the root of the number", {
  source: "s/√n",
  given: { values: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 2, maxLength: 40 }) },
  holds: ({ values }) => {
    const { value, stderr } = aggregate(values, "mean"), n = values.length;
    // Of zeros and ones: s² = n p(1 − p)/(n − 1).
    close(stderr!, Math.sqrt(value * (1 - value) / (n - 1)), 1e-12, "stderr");
  },
  kills: ["stderr-without-the-root", "stderr-of-the-population"],
});

law("examples stand before the question, each parted from the next", {
  source: "lm-evaluation-harness: fewshot_context",
  given: { words: fc.uniqueArray(word, { minLength: 3, maxLength: 5 }) },
  holds: async ({ words }) => {
    const few = task({
      output_type: "loglikelihood",
      doc_to_text: "Q {{ w }}",
      doc_to_target: " {{ w }}!",
      num_fewshot: 2,
      fewshot_split: "test",
      fewshot_config: { sampler: "first_n" },
      fewshot_delimiter: "\n##\n",
      target_delimiter: "=",
      description: "D. ",
    });
    const contexts: string[] = [];
    const language = languageOf(bigramModel(512));
    await runTask(few, { test: words.map((w) => ({ w })) }, {
      language: {
        ...language,
        loglikelihood: (asked) => {
          contexts.push(...asked.map(({ context }) => context));
          return language.loglikelihood(asked);
        },
      },
      limit: null,
      chat: false,
    });
    const wanted = words.map((own) => {
      const shown = words.filter((other) => other !== own).slice(0, 2);
      return `D. ${shown.map((w) => `Q ${w}= ${w}!\n##\n`).join("")}Q ${own}`;
    });
    assertEquals(contexts, wanted);
  },
  cases: 8,
  kills: ["examples-not-parted", "examples-hold-the-answer"],
});
