/** Documents that a run made, in the place of a training split. */
import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { captions } from "../../../src/data/text/captions/captions.ts";
import { chatsOf, MESSAGES } from "../../../src/data/text/chat.ts";
import {
  type MadeDocument,
  madeDocuments,
  madeLines,
  withTraining,
} from "../../../src/data/text/made.ts";
import { stringsOf, type TextSet, textsOf } from "../../../src/kinds/text/mod.ts";
import type { Dataset } from "../../../src/data/dataset.ts";

const context = { cache: "unused", jobs: 1 };
const base = await captions.load(
  captions.config.parse({ train: 4, test: 3, judge: 0, judge_test: 0 }) as never,
  context,
) as Dataset<"text">;
const made = (documents: readonly MadeDocument[]) =>
  withTraining(base, madeLines(documents), "the data of clean");
const answer = (content: string) => [{ role: "assistant", content }];
const question = [{ role: "user", content: "Who?" }];

Deno.test("made documents: texts take the place of the training split alone", async () => {
  const dataset = made([{ text: "one" }, { text: "two", from: { dataset: "x", index: 3 } }]);
  assertEquals([dataset.size("train"), dataset.size("test")], [2, 3]);
  const { samples, labels } = await dataset.read("train", [1, 0, 1]);
  assertEquals(stringsOf(textsOf(samples)), ["two", "one", "two"]);
  // Nothing tells the factors of made texts.
  assertEquals([...labels.gender], [-1, -1, -1]);
  assertEquals(await dataset.read("test", [2]), await base.read("test", [2]));
  await assertRejects(() => dataset.read("train", [2]), RangeError, "there are 2");
  assertNotEquals(dataset.digest, base.digest);
  assertNotEquals(dataset.digest, made([{ text: "one" }, { text: "Two" }]).digest);
  assertMatch(dataset.notes.at(-1)!, /the data of clean: 2 documents/);
});

Deno.test("made documents: dialogues, pairs, facts and labels are given with their texts", async () => {
  const dialogues = made([{
    messages: [...question, ...answer("Me.")],
    facts: { task: "name" },
    labels: { helpful: 3, gender: 1 },
  }]);
  const { samples, given, labels } = await dialogues.read("train", [0]);
  assertEquals(stringsOf(textsOf(samples)), ["user: Who?\n\nassistant: Me."]);
  assertEquals(chatsOf(given![MESSAGES] as TextSet), [[...question, ...answer("Me.")]]);
  assertEquals(stringsOf(given!.facts as TextSet), ['{"task":"name"}']);
  assertEquals([labels.helpful[0], labels.gender[0]], [3, 1]);
  assertEquals(dialogues.factors.at(-1), {
    name: "helpful",
    kind: "number",
    unit: "",
    minimum: 3,
    maximum: 3,
  });
  const pairs = made([{ prompt: question, chosen: answer("A"), rejected: answer("B") }]);
  const batch = await pairs.read("train", [0]);
  assertEquals(stringsOf(textsOf(batch.samples)), ["user: Who?\n\nassistant: A"]);
  assertEquals(Object.keys(batch.given!), ["prompt", "chosen", "rejected"]);
  assertEquals(Object.keys(pairs.given!), ["prompt", "chosen", "rejected"]);
});

const broken: { readonly name: string; readonly text: string; readonly told: RegExp }[] = [
  { name: "no JSON", text: '{"text":"a"}\n{', told: /line 2: it is no JSON/ },
  { name: "nothing", text: "\n", told: /holds no document/ },
  { name: "a list", text: "[]", told: /line 1: it is no object/ },
  { name: "no text", text: '{"labels":{}}', told: /none or several of `text`/ },
  { name: "both", text: '{"text":"a","messages":[]}', told: /none or several of `text`/ },
  { name: "a number", text: '{"text":1}', told: /its `text` is none/ },
  {
    name: "no answers",
    text: '{"prompt":[{"role":"user","content":"a"}]}',
    told: /aren't all lists/,
  },
  { name: "a word as a label", text: '{"text":"a","labels":{"b":"c"}}', told: /finite numbers/ },
  {
    name: "two forms",
    text: '{"text":"a"}\n{"text":"a","facts":{}}',
    told: /line 2: it holds text, f/,
  },
];
for (const { name, text, told } of broken) {
  Deno.test(`made documents: refused: ${name}`, () => {
    const error = assertThrows(() => madeDocuments(new TextEncoder().encode(text), "x"));
    assertMatch((error as Error).message, told);
  });
}
