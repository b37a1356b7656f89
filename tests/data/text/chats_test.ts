import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import {
  dialogueWindows,
  judgedRows,
  madeLines,
  pairRows,
  promptRows,
  withTraining,
} from "../../../src/data/text/mod.ts";
import { textKind } from "../../../src/kinds/text/kind.ts";
import { marksOf, rowOf } from "../../../src/kinds/text/mod.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { documentsOf } from "../../properties/data/documents.ts";
import { chatTokenizer, givenWith, inFolder } from "../../properties/data/chats.ts";

const chat = (answer: string, question = "What is it?") => [
  { role: "user", content: question },
  { role: "assistant", content: answer },
];
const chats = Array.from({ length: 100 }, (_, i) => chat(`It is ${i}.`));
const options = { tokenizer: bytesTokenizer, length: 80 };

Deno.test("dialogues that don't fit are counted and told, and refused where they are many", () =>
  inFolder(async (cache) => {
    const long = chat("x".repeat(200)), silent = [{ role: "user", content: "Hello?" }];
    const some = givenWith({ messages: [...chats, long, silent] });
    const view = await dialogueWindows(some, { ...options, cache });
    const note = view.notes.find((one) => one.startsWith("train"));
    assert(
      note?.startsWith("train: 100 dialogues, ") &&
        note.endsWith(
          "; 2 left out: 1 longer than 80 tokens (the longest has 232), 1 without an answer",
        ),
      note,
    );
    const many = givenWith({ messages: [...chats, ...Array(20).fill(long)] }, { digest: "many" });
    await assertRejects(
      () => dialogueWindows(many, { ...options, cache }),
      DataError,
      "chats, train: 20 of 120 dialogues (16.7 %) don't fit: 20 longer than 80 tokens",
    );
    const told = await judgedRows(many, { ...options, cache, mostLeftOut: 0.2 });
    assertEquals(told.size("train"), 100);
    // The same tokens do for windows that they fit into.
    assertEquals((await judgedRows(many, { ...options, cache, length: 240 })).size("train"), 120);
  }));

Deno.test("what a view asks for and a dataset doesn't give is told; of other splits it is left out", () =>
  inFolder(async (cache) => {
    const plain = documentsOf({ train: [[1, 2]], test: [[3]] });
    await assertRejects(
      () => dialogueWindows(plain, { ...options, cache }),
      DataError,
      "documents: dialogues (`messages`) were expected with each sample; given is nothing",
    );
    await assertRejects(
      () => pairRows(givenWith({ messages: chats }), { ...options, cache }),
      DataError,
      "pairs of answers (`prompt`, `chosen`, `rejected`) were expected",
    );
    await assertRejects(
      () => dialogueWindows(givenWith({ messages: ["no list"] }), { ...options, cache }),
      DataError,
      "a JSON list of messages",
    );
    const lines = madeLines(chats.map((messages) => ({ messages })));
    const made = withTraining(plain, lines, "what a run made");
    const view = await dialogueWindows(made, { ...options, cache });
    assert(view.size("train") > 0);
    assertEquals(view.size("test"), 0);
  }));

Deno.test("a broken dialogue is told with its place", () =>
  inFolder(async (cache) => {
    const template = "{% for m in messages %}{% if m.content == 'bad' %}" +
      "{{ raise_exception('no such thing') }}{% endif %}{{ m.content }}<|im_end|>{% endfor %}";
    const data = givenWith({ messages: [...chats.slice(0, 3), chat("bad")] });
    await assertRejects(
      () => judgedRows(data, { tokenizer: chatTokenizer, length: 80, template, cache }),
      DataError,
      "chats, train, 3: the chat template: no such thing",
    );
  }));

Deno.test("preferences do for fine-tuning and prompts too; samples are what their specs say", () =>
  inFolder(async (cache) => {
    const data = givenWith({
      prompt: chats.map((messages) => messages.slice(0, 1)),
      chosen: chats.map((messages) => messages.slice(1)),
      rejected: chats.map(() => [{ role: "assistant", content: "I don't know." }]),
      facts: chats.map((_, i) => ({ i })),
    });
    const own = { ...options, cache };
    for (const make of [dialogueWindows, pairRows, judgedRows, promptRows]) {
      const view = await make(data, own), count = Math.min(5, view.size("train"));
      const batch = await view.read("train", [...Array(count).keys()]);
      assertEquals(textKind.fault(batch.samples, { spec: view.sample, count }), null);
      for (const [name, spec] of Object.entries(view.given ?? {})) {
        const { [name]: set } = batch.given as Record<string, typeof batch.samples>;
        assertEquals(textKind.fault(set, { spec: spec as typeof view.sample, count }), null);
      }
      for (const { name } of view.factors) assertEquals(batch.labels[name].length, count);
    }
    const judged = await judgedRows(data, own), { samples } = await judged.read("train", [7]);
    const answer = rowOf(samples, 0).filter((_, t) => marksOf(samples, 0)![t] === 1);
    assertEquals(new TextDecoder().decode(bytesTokenizer.decode(answer)), " It is 7.\n\n");
    assertEquals(Object.keys((await promptRows(data, own)).given!), ["facts", "prompt"]);
    await assertRejects(() => judged.read("train", [100]), RangeError, "it has 100");
  }));

Deno.test("where dialogues hold the tokenizer's own separator, views put another before each", () =>
  inFolder(async (cache) => {
    const { special } = chatTokenizer, own = special["<|im_start|>"];
    const tokenizer = { ...chatTokenizer, separator: own };
    const data = givenWith({ messages: chats.slice(0, 9) });
    for (const make of [dialogueWindows, judgedRows, promptRows]) {
      const view = await make(data, { tokenizer, length: 200, template: "chatml", cache });
      assertEquals(view.sample.tokenizer.separator, special["<|endoftext|>"]);
      const { samples } = await view.read("train", [0]), [first, second] = rowOf(samples, 0);
      assertEquals([first, second], [special["<|endoftext|>"], own]);
    }
  }));
