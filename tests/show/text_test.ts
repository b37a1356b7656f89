/** What a run on texts leaves to look at. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Dataset } from "../../src/data/dataset.ts";
import { textSet, tokenised } from "../../src/kinds/text/texts.ts";
import { sheetBytes, sheetOf, type TextSheet } from "../../src/show/passage/sheet.ts";
import { cutStretches, cutText, stretchesOf } from "../../src/show/passage/stretches.ts";
import { show } from "../../src/show/show.ts";
import { promptOf } from "../../src/show/text.ts";
import { languageOf } from "../../src/subject/language_of.ts";
import type { Subject } from "../../src/subject/subject.ts";
import { bytesTokenizer } from "../../src/tokenizers/bytes.ts";
import { law } from "../law.ts";

const documents = ["Call me Ishmael. Some years ago", "naïve café\nand a second line", "x"];

/** Documents as windows have them: a separator before each. */
const rows = documents.map((text) => Int32Array.of(256, ...bytesTokenizer.encode(text)));
const dataset = {
  name: "made",
  sample: { kind: "text", tokenizer: bytesTokenizer },
  size: (split: string) => split === "test" ? rows.length : 0,
  read: (_: string, indices: ArrayLike<number>) =>
    Promise.resolve({
      samples: textSet(Array.from(indices, (i) => rows[i]), { tokenizer: bytesTokenizer }),
      labels: {},
    }),
} as unknown as Dataset;

/** Every byte is as likely as any other; it writes "and so on". */
const language = languageOf({
  tokenizer: bytesTokenizer,
  context: 64,
  score: (rows) =>
    Promise.resolve(rows.map(({ length }) => ({
      logProbabilities: new Float64Array(length - 1).fill(-3 * Math.LN2),
      greedy: new Uint8Array(length - 1),
    }))),
  write: (prompts) =>
    Promise.resolve(prompts.map(() => Int32Array.of(...bytesTokenizer.encode(" and so on"), 256))),
});

const subject: Subject<"text"> = {
  label: "made",
  capabilities: { likelihood: "exact", latent: "none", reconstructs: false, samples: true },
  sample: (count) =>
    Promise.resolve(tokenised(Array.from({ length: count }, (_, i) => `é ${i}`), bytesTokenizer)),
  language,
};

async function shown(subject: Subject<"text">, of = dataset) {
  const sheets: Record<string, TextSheet> = {};
  const artefacts = await show({
    subject,
    dataset: of,
    samples: subject.capabilities.samples ? (count) => subject.sample(count) : null,
    neighbourhood: null,
    write: (file, bytes) => {
      sheets[file] = sheetOf(bytes, file);
      return Promise.resolve();
    },
  });
  return { artefacts, sheets };
}

Deno.test("texts: samples, continuations beside the truth, and shaded tokens are left", async () => {
  const { artefacts, sheets } = await shown(subject);
  assertEquals(artefacts.map(({ file, shows }) => [file, shows]), [
    ["samples.json", { what: "samples", medium: "text", kind: "text" }],
    ["continuations.json", { what: "continuations", medium: "text", kind: "text" }],
    ["probabilities.json", { what: "probabilities", medium: "text", kind: "text" }],
  ]);
  const samples = sheets["samples.json"].passages;
  assertEquals(samples.length, 8);
  assertEquals(samples[3].blocks[0].stretches, [{ text: "é 3" }]);
  const [first] = sheets["continuations.json"].passages;
  assertEquals(first.blocks.map(({ stretches }) => stretches.map(({ text }) => text).join("")), [
    "Call me",
    " and so on",
    " Ishmael. Some years ago",
  ]);
  const shaded = sheets["probabilities.json"];
  assert(shaded.shaded);
  assertEquals(shaded.passages.map(({ title }) => title), [
    "Held-out text 1",
    "Held-out text 2",
    "Sample 1",
  ]);
  // ï and é are two bytes each, of 3 bits; together they are one character.
  const accents = shaded.passages[1].blocks[0].stretches.filter(({ tokens }) => tokens === 2);
  assertEquals(accents, [{ text: "ï", bits: 6, tokens: 2 }, { text: "é", bits: 6, tokens: 2 }]);
  const spoken = shaded.passages[1].blocks[0].stretches.map(({ text }) => text).join("");
  assertEquals(spoken, documents[1]);
});

Deno.test("texts: what writes nothing leaves its samples, and what has none the rest", async () => {
  const { language: _, ...silent } = subject;
  assertEquals((await shown(silent)).artefacts.map(({ name }) => name), ["samples"]);
  const scored = { ...subject, capabilities: { ...subject.capabilities, samples: false } };
  const { artefacts, sheets } = await shown(scored);
  assertEquals(artefacts.map(({ name }) => name), ["continuations", "probabilities"]);
  assertEquals(sheets["probabilities.json"].passages.length, 2);
});

const anyText = fc.string({ unit: "binary", maxLength: 40 });

law("tokens as stretches: their texts are the text, their bits the whole's", {
  source: "definition",
  given: { text: anyText, seed: fc.nat(1000) },
  holds: ({ text, seed }) => {
    const clean = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      new TextEncoder().encode(text),
    );
    const tokens = Array.from(bytesTokenizer.encode(text), (token, i) => ({
      token,
      logProbability: -((seed + i) % 7) * Math.LN2,
    }));
    const stretches = stretchesOf(tokens, bytesTokenizer);
    assertEquals(stretches.map(({ text }) => text).join(""), clean);
    const bits = tokens.reduce((sum, one) => sum - one.logProbability / Math.LN2, 0);
    assert(Math.abs(stretches.reduce((sum, one) => sum + one.bits!, 0) - bits) < 1e-6);
    assertEquals(stretches.length, [...clean].length);
  },
  kills: ["characters-of-several-tokens-cut"],
});

law("a text that is cut is its beginning, and no character of it is cut in two", {
  source: "definition",
  given: { text: anyText, most: fc.integer({ min: 1, max: 50 }) },
  holds: ({ text, most }) => {
    const { text: start, left } = cutText(text, most);
    assert(text.startsWith(start) && start.length <= most && start.length + left === text.length);
    assert(start.length >= Math.min(most, text.length) - 1);
    assertEquals(start.isWellFormed() || !text.isWellFormed(), true);
    const halves = [{ text: text.slice(0, 3) }, { text: text.slice(3) }];
    const cut = cutStretches(halves, most);
    const together = cut.stretches.map(({ text }) => text).join("");
    assert(text.startsWith(together) && together.length <= most);
    assertEquals(together.length + cut.left, text.length);
  },
  kills: ["characters-cut-in-two"],
});

law("a prompt and what follows are the text; the prompt ends with a word where it can", {
  source: "definition",
  given: { text: anyText, most: fc.integer({ min: 1, max: 50 }) },
  holds: ({ text, most }) => {
    const { prompt, rest } = promptOf(text, most);
    assertEquals(prompt + rest, text);
    assert(prompt.length <= most);
  },
});

Deno.test("a special token is not the text that is spelt like it", () => {
  const tokens = [256, ...bytesTokenizer.encode("<|endoftext|>"), 256];
  const stretches = stretchesOf(tokens.map((token) => ({ token })), bytesTokenizer);
  assertEquals(stretches, [
    { text: "<|endoftext|>", special: true },
    { text: "<|endoftext|>" },
    { text: "<|endoftext|>", special: true },
  ]);
});

Deno.test("a sheet is read back as it was kept; other files are refused by name", () => {
  const sheet: TextSheet = {
    format: 1,
    shaded: true,
    passages: [{ title: "one", blocks: [{ stretches: [{ text: "a\u0000<b>", bits: 1.5 }] }] }],
  };
  assertEquals(sheetOf(sheetBytes(sheet), "samples.json"), sheet);
  const bytes = (text: string) => new TextEncoder().encode(text);
  assertThrows(() => sheetOf(bytes("{"), "r/samples.json"), Error, "r/samples.json holds no texts");
  assertThrows(
    () => sheetOf(bytes("{}"), "r/samples.json"),
    Error,
    "r/samples.json holds no texts",
  );
});

Deno.test("texts: of dialogues, answers stand in place of continuations, with what they are worth", async () => {
  const facts = {
    task: "ask",
    people: [{ gender: "female", age: "child", age_years: 12 }],
    asks: { what: "traits", traits: ["age_years"] },
  };
  const chats = ["She is 12.", "She is 13."].map((content) => [
    { role: "user", content: "How old is she?" },
    { role: "assistant", content },
  ]);
  const given = (values: readonly unknown[]) =>
    tokenised(values.map((value) => JSON.stringify(value)), bytesTokenizer);
  const { sample } = dataset;
  const dialogues = (facts: unknown): Dataset => ({
    ...dataset,
    given: { messages: sample, facts: sample },
    size: () => 2,
    read: () =>
      Promise.resolve({
        samples: tokenised(["x", "y"], bytesTokenizer),
        labels: {},
        given: { messages: given(chats), facts: given([facts, facts]) },
      }),
  });
  const answers = [" She is 12.\n\n", " She is old"];
  let asked = 0;
  const model = languageOf({
    tokenizer: bytesTokenizer,
    context: 256,
    score: () => Promise.reject(new Error("nothing is scored")),
    write: (prompts) =>
      Promise.resolve(prompts.map(() => bytesTokenizer.encode(answers[asked++ % 2]))),
  });
  const { tokens: _, ...silent } = model;
  const own = { ...subject, language: silent };
  const { sheets } = await shown(own, dialogues(facts));
  const blocks = sheets["continuations.json"].passages.map(({ blocks }) =>
    blocks.map(({ stretches, note }) => [stretches.map(({ text }) => text).join(""), note])
  );
  assertEquals(blocks, [
    [
      ["user: How old is she?", undefined],
      ["She is 12.", "right; worth 1.00 of 1; 13 tokens"],
      ["She is 12.", undefined],
    ],
    [
      ["user: How old is she?", undefined],
      ["She is old", "not right; worth 0.00 of 1; cut after 11 tokens"],
      ["She is 13.", undefined],
    ],
  ]);
  const other = await shown(own, dialogues({ of: "another rule" }));
  assertEquals(other.sheets["continuations.json"].passages[0].blocks[1].note, "13 tokens");
});
