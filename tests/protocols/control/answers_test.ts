/** Control rows that answer dialogues. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Dataset } from "../../../src/data/mod.ts";
import { captions, exchangesOf, instructions, verdictOf } from "../../../src/data/text/mod.ts";
import { MetricUnavailable } from "../../../src/base/mod.ts";
import { openEngine } from "../../../src/engine/mod.ts";
import { controls } from "../../../src/protocols/control/controls.ts";
import { likeness } from "../../../src/protocols/control/text/answers.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { controlsFor } from "../../../src/suite/entries/controls.ts";

const { engine } = await openEngine("wasm");
const config = instructions.config.parse({ train: 60, test: 20, judge: 0, judge_test: 0 });
const dataset = await instructions.load(config, { cache: ".", jobs: 1 }) as Dataset;
const exchanges = await exchangesOf(dataset, {
  split: "test",
  rows: Uint32Array.from({ length: 20 }, (_, i) => i),
});
const training = await exchangesOf(dataset, {
  split: "train",
  rows: Uint32Array.from({ length: 60 }, (_, i) => i),
});
const questions = exchanges.map(({ prompt }, row) => ({ messages: prompt, row }));
const open = (name: string) => controls[name].open({ dataset, engine, key: hostKey(1, name) });
const rewards = async (name: string) => {
  const answers = await open(name).answers!(questions, { most: 400 });
  return answers.map(({ text }, i) => verdictOf(exchanges[i].facts!, text).reward);
};

Deno.test("the oracle's answers are worth all there is, within the tokens that it may have", async () => {
  assertEquals(await rewards("template-oracle"), exchanges.map(() => 1));
  const [cut] = await open("template-oracle").answers!(questions, { most: 3 });
  assertEquals([cut.tokens, cut.ended], [3, false]);
  await assertRejects(
    () =>
      open("template-oracle").answers!([{ messages: [{ role: "user", content: "?" }], row: 0 }], {
        most: 9,
      }),
    MetricUnavailable,
    "no held-out dialogue has",
  );
  await assertRejects(() => open("template-oracle").sample(1), MetricUnavailable);
});

Deno.test("the majority's answer is a training answer of the task, the same for all its prompts", async () => {
  const answers = await open("majority-answer").answers!(questions, { most: 400 });
  const tasks = Map.groupBy(answers.keys(), (i) => exchanges[i].labels.task);
  for (const [task, own] of tasks) {
    assertEquals(new Set(own.map((i) => answers[i].text)).size, 1);
    const known = training.filter(({ labels }) => labels.task === task)
      .map(({ answer }) => answer.at(-1)!.content.trim());
    assert(known.length === 0 || known.includes(answers[own[0]].text));
  }
});

Deno.test("the nearest training answer stands in training, and is its own prompt's where that is asked", async () => {
  const all = training.map(({ answer }) => answer.at(-1)!.content.trim());
  const answers = await open("training-answer").answers!(questions, { most: 400 });
  for (const { text } of answers) assert(all.includes(text));
  const asked = training.map(({ prompt }, row) => ({ messages: prompt, row }));
  const own = await open("training-answer").answers!(asked, { most: 400 });
  const same = own.filter(({ text }, i) => text === all[i]).length;
  assert(same >= 55, `${same} of 60 training prompts are answered by their own answer`);
});

Deno.test("shared words are counted once, of all words", () => {
  const set = (text: string) => new Set(text.split(" "));
  assertEquals(likeness(set("a b c"), set("b c d")), 0.5);
  assertEquals(likeness(set("a"), set("a")), 1);
  assertEquals(likeness(set("a"), set("b")), 0);
});

Deno.test("rows that answer are planned for data that give dialogues with facts, and no others", () => {
  const all = { rows: Object.keys(controls), named: false };
  const on = (of: typeof captions | typeof instructions) =>
    controlsFor(all, of.outline!(of.config.parse({}) as never)!);
  const rows = ["template-oracle", "majority-answer", "training-answer"];
  assertEquals(rows.filter((row) => on(instructions).includes(row)), rows);
  assertEquals(rows.filter((row) => on(captions).includes(row)), []);
});
