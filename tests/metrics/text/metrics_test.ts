/** Metrics of text on data small enough to know every number. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { DataError, MetricUnavailable } from "../../../src/base/mod.ts";
import type { Dataset } from "../../../src/data/mod.ts";
import { requireDeclared } from "../../../src/metrics/contract.ts";
import { bits } from "../../../src/metrics/text/bits.ts";
import { copied } from "../../../src/metrics/text/copied.ts";
import { distinct } from "../../../src/metrics/text/distinct.ts";
import { cut } from "../../../src/metrics/text/documents.ts";
import { readTask } from "../../../src/metrics/text/tasks/read.ts";
import { builtInTasks, tasks } from "../../../src/metrics/text/tasks/tasks.ts";
import type { LanguageModel } from "../../../src/subject/mod.ts";
import { inFolder } from "../../run/harness.ts";
import { logProbabilityOf } from "./bigram.ts";
import { textContext, textData, writer } from "./documents.ts";

const train = ["one two three four five", "six seven eight nine ten"];
const test = ["abc", "ab é", "the longest of three"];
const dataset = textData({ train, test });
const numbers = (values: readonly { name: string; value: number | null }[]) =>
  Object.fromEntries(values.map(({ name, value }) => [name, value]));

Deno.test("bits a byte of the run's own documents, and of others", async () => {
  const own = bits.config.parse({ documents: 3 });
  const found = await bits.compute(textContext({ subject: writer([]), dataset }), own);
  requireDeclared(bits, own, found);
  const nats = test.reduce((sum, text) => sum - logProbabilityOf(text), 0);
  const bytes = test.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
  const [first, second] = found;
  assertEquals([first.name, second.name], ["bits/byte@3", "tokens/byte@3"]);
  assertAlmostEquals(first.value!, nats / Math.LN2 / bytes, 1e-12);
  assertEquals([second.value, first.beside?.bytes], [1, bytes]);
  assertAlmostEquals(first.beside!.wordPerplexity, Math.exp(nats / 7), 1e-6);
  assert(first.beside!.stderr > 0);

  const data = { dataset: "toys", version: 1, config: {} };
  const asked = bits.config.parse({ documents: 2, characters: 1, of: "toys" });
  const settled = await bits.settle!(asked, {
    path: (written) => written,
    data: (of) => Promise.resolve(of === "toys" ? data : { ...data, dataset: "?" }),
  });
  assertEquals(settled.of, data);
  const other = await bits.compute(
    textContext({
      subject: writer([]),
      dataset,
      other: () => Promise.resolve(textData({ test: ["bx", "éy"] }) as Dataset),
    }),
    settled,
  );
  assertEquals(other.map(({ name }) => name), [
    "bits/byte(toys)-c1@2",
    "tokens/byte(toys)-c1@2",
  ]);
  const cost = -(logProbabilityOf("b") + logProbabilityOf("é")) / Math.LN2 / 3;
  assertAlmostEquals(other[0].value!, cost, 1e-12);
});

Deno.test("bits a byte aren't there without a language model, or without enough documents", async () => {
  const options = bits.config.parse({ documents: 3 });
  const mute = { subject: writer([], { language: undefined }), dataset };
  await assertRejects(
    () => bits.compute(textContext(mute), options),
    MetricUnavailable,
    "gives no",
  );
  const few = textContext({ subject: writer([]), dataset: textData({ test: ["a"] }) });
  await assertRejects(() => bits.compute(few, options), MetricUnavailable, "holds 1 texts");
});

Deno.test("texts are cut at whole characters", () => {
  assertEquals(["", "a😀b", "a😀b", "a😀b"].map((text, i) => cut(text, i)), [
    "",
    "a",
    "a😀",
    "a😀b",
  ]);
});

Deno.test("copies of training are seen, beside what held-out documents share with it anyway", async () => {
  const data = textData({ train, test: ["two three four and more", "nothing alike"] });
  const options = copied.config.parse({ samples: 2, words: [3, 4] });
  const samples = ["zero one two three four", "six eight"];
  const found = await copied.compute(
    textContext({ subject: writer(samples), dataset: data }),
    options,
  );
  requireDeclared(copied, options, found);
  assertEquals(numbers(found), {
    "copied-3w@2": 2 / 3, // "one two three" and "two three four" of three runs
    "copied-4w@2": 1 / 2,
    "longest-copy@2": 4,
  });
  assertEquals(found[0].beside, { runs: 3, heldOut: 1 / 3, trainDocuments: 2 });
  assertEquals(found[2].beside, { heldOut: 3, trainDocuments: 2 });
  const short = await copied.compute(
    textContext({ subject: writer(["one two", "x"]), dataset: data }),
    options,
  );
  assertEquals(short[0].value, null);
  assertEquals(short[2].value, 2);
});

Deno.test("different runs of words are counted among equally many", async () => {
  const options = distinct.config.parse({ samples: 3, runs: 4, words: [1, 2] });
  const samples = ["a b a", "b a", "c"];
  const found = await distinct.compute(
    textContext({ subject: writer(samples), dataset: textData({ test: ["p q r", "p q"] }) }),
    options,
  );
  requireDeclared(distinct, options, found);
  assertEquals(found.map(({ name }) => name), ["distinct-1@4", "distinct-2@4"]);
  assertEquals([found[0].value, found[0].beside], [2 / 4, { heldOut: 3 / 4 }]);
  assertEquals(found[1].value, null, "3 pairs of words, 4 are counted");
});

/** Knows what is right: what follows a context is what it was told. */
function oracle(right: ReadonlyMap<string, string>): LanguageModel {
  const known = (context: string) =>
    [...right].find(([key]) => context.endsWith(key))?.[1] ?? "nothing";
  return {
    tokenizer: null,
    context: 512,
    loglikelihood: (asked) =>
      Promise.resolve(asked.map(({ context, continuation }) => {
        const greedy = context !== "" && continuation.trim() === known(context);
        return { logProbability: greedy ? -0.1 : -3, greedy, tokens: 1 };
      })),
    rolling: (texts) => Promise.resolve(texts.map(() => ({ logProbability: -1, tokens: 1 }))),
    generate: (prompts) =>
      Promise.resolve(
        prompts.map(({ text }) => ({ text: ` ${known(text)}.`, tokens: 1, ended: "document" })),
      ),
  };
}

const builtIn = new URL("../../../src/metrics/text/tasks/built_in/", import.meta.url);
const lines = async (file: string) =>
  (await Deno.readTextFile(new URL(file, builtIn))).trim().split("\n").map((row) =>
    JSON.parse(row)
  );

Deno.test("who knows the faces has all of the built-in tasks right", async () => {
  const right = new Map<string, string>();
  for (const { opening, ages, age } of await lines("faces_age.jsonl")) {
    right.set(opening, ages[age]);
  }
  for (const { opening } of await lines("faces_cloze.jsonl")) right.set(opening, "hair.");
  for (const { caption, expression, years } of await lines("faces.jsonl")) {
    right.set(`${caption}\nQuestion: how does the person look?\nAnswer:`, expression);
    right.set(`${caption}\nQuestion: how old is the person?\nAnswer:`, years);
  }
  const here = { path: (written: string) => written, data: () => Promise.reject() };
  const options = await tasks.settle!(tasks.config.parse({ include: builtInTasks }), here);
  const subject = writer([], { language: oracle(right) });
  const found = await tasks.compute(textContext({ subject, dataset }), options);
  requireDeclared(tasks, options, found);
  const values = numbers(found);
  for (const [name, value] of Object.entries(values)) {
    assertAlmostEquals(value!, name.startsWith("perplexity") ? Math.exp(0.1) : 1, 1e-12, name);
  }
  assertEquals(Object.keys(values).length, 7);
  assertEquals(values["exact_match(faces_say,number)@120"], 1);
  const few = await tasks.settle!({ ...options, include: ["faces_age"], limit: 9 }, here);
  assertEquals(tasks.declares(few).map(({ name }) => name), [
    "acc(faces_age)@9",
    "acc_norm(faces_age)@9",
  ]);
});

const yaml = `task: mine
dataset_path: json
dataset_kwargs: { data_files: { test: rows.jsonl } }
test_split: test
output_type: multiple_choice
doc_to_text: "{{ q }}"
doc_to_choice: [b, c]
doc_to_target: a
metric_list: [{ metric: acc }]
`;

Deno.test("a task's file is part of the config, and a changed one is refused", () =>
  inFolder(async (folder) => {
    const here = { path: (written: string) => join(folder, written), data: () => Promise.reject() };
    await Deno.writeTextFile(join(folder, "mine.yaml"), yaml);
    await Deno.writeTextFile(join(folder, "rows.jsonl"), '{"q":"a","a":0}\n{"q":"b","a":0}\n');
    const given = tasks.config.parse({ include: ["mine.yaml"] });
    const first = await tasks.settle!(given, here);
    const context = textContext({ subject: writer([]), dataset, path: here.path });
    const [{ name, value, beside }] = await tasks.compute(context, first);
    assertEquals([name, value, beside], ["acc(mine)@2", 1, { stderr: 0 }]);
    assertEquals(await tasks.settle!(first, here), first, "settled once and for all");
    await Deno.writeTextFile(join(folder, "rows.jsonl"), '{"q":"a","a":1}\n');
    await assertRejects(() => tasks.compute(context, first), DataError, "has changed since");
    const second = await tasks.settle!(given, here);
    assert(JSON.stringify(second) !== JSON.stringify(first));
    const [{ name: other }] = tasks.declares(second);
    assertEquals(other, "acc(mine)@1");
    const chat = await tasks.compute(context, { ...second, chat: true });
    assertEquals(
      chat.map(({ name, value, reason }) => [name, value, reason]),
      [["acc(mine,chat)@1", null, "its tokenizer has no chat template"]],
    );
  }));

Deno.test("what a task has and isn't understood is told with its key and line", async () => {
  const faults: [string, string][] = [
    ["group: g", "t.yaml:10: `group`: groups of tasks aren't read"],
    ["process_docs: !function utils.process", "t.yaml:10: `process_docs`: `!function`"],
    ["metric_lists: []", "t.yaml:10: unknown key `metric_lists`; did you mean `metric_list`?"],
    ["repeats: 3", "t.yaml:10: `repeats`"],
    ["include: t.yaml", "t.yaml includes itself"],
    ["filter_list: [{ name: n, filter: [{ function: lowercase }] }]", "ends with `take_first`"],
    ["num_fewshot: 1\nfewshot_split: dev", "names no file of the split dev"],
    ["a: [", "t.yaml:1"],
  ];
  const read = (text: string) => (file: string) =>
    Promise.resolve(new TextEncoder().encode(file === "t.yaml" ? text : '{"q":"x","a":0}'));
  for (const [more, message] of faults) {
    await assertRejects(() => readTask("t.yaml", read(`${yaml}${more}\n`)), DataError, message);
  }
  const changed: [RegExp, string, string][] = [
    [/json/, "openai/gsm8k", 't.yaml:2: `dataset_path: "openai/gsm8k"` would be fetched'],
    [/metric: acc/, "metric: bleu", "t.yaml:9: `metric_list.0.metric`"],
    [/metric: acc/, "metric: perplexity", "isn't defined for `output_type: multiple_choice`"],
    [/doc_to_choice: .*\n/, "", "`multiple_choice` wants `doc_to_choice`"],
    [/test_split: .*\n/, "", "wants `test_split` or `validation_split`"],
  ];
  for (const [from, to, message] of changed) {
    await assertRejects(() => readTask("t.yaml", read(yaml.replace(from, to))), DataError, message);
  }
});

Deno.test("y and n are texts, as PyYAML has them", async () => {
  const own = yaml.replace("[b, c]", "[y, n]");
  const read = (file: string) =>
    Promise.resolve(new TextEncoder().encode(file === "t.yaml" ? own : '{"q":"x","a":0}'));
  assertEquals((await readTask("t.yaml", read)).doc_to_choice, ["y", "n"]);
});

Deno.test("a document that can't be read is told with its line", async () => {
  const rows: [string, string][] = [
    ['{"q":"x","a":0}\n{"q":', "rows.jsonl, line 2: no JSON"],
    ['{"q":"x","a":0}\n\n7', "rows.jsonl, line 3: an object"],
    ['{"q":"x","a":1.0}', 'the number 1.0: write it as a text, "1.0"'],
    ['{"q":"x","a":0}\n{"q":"x","a":0.5}', "`a` has whole numbers and others"],
    ["", "holds no document"],
  ];
  for (const [text, message] of rows) {
    const read = (file: string) =>
      Promise.resolve(new TextEncoder().encode(file === "t.yaml" ? yaml : text));
    await assertRejects(() => readTask("t.yaml", read), DataError, message);
  }
});

Deno.test("a template that asks for what a document lacks is told with the document", () =>
  inFolder(async (folder) => {
    const here = { path: (written: string) => join(folder, written), data: () => Promise.reject() };
    await Deno.writeTextFile(join(folder, "mine.yaml"), yaml.replace("{{ q }}", "{{ question }}"));
    await Deno.writeTextFile(join(folder, "rows.jsonl"), '{"q":"a","a":0}\n');
    const options = await tasks.settle!(tasks.config.parse({ include: ["mine.yaml"] }), here);
    const context = textContext({ subject: writer([]), dataset, path: here.path });
    await assertRejects(
      () => tasks.compute(context, options),
      DataError,
      "`question` isn't defined",
    );
  }));
