import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DataError, UsageError } from "../../src/base/errors.ts";
import { alphabet, bytesWritten, written } from "../../src/tokenizers/bpe/alphabet.ts";
import { specialToken } from "../../src/tokenizers/bpe/parts.ts";
import { separatorOf } from "../../src/tokenizers/separator.ts";
import {
  type BpeParts,
  bytesJson,
  bytesTokenizer,
  learn,
  makeBpe,
  openTokenizer,
  partsOfGguf,
  patterns,
  readTokenizer,
  WordCounts,
} from "../../src/tokenizers/mod.ts";
import { golden, oursOf } from "../golden/tokenizers/ours.ts";

const utf8 = new TextEncoder();
const file = (name: string) =>
  new URL(`../golden/tokenizers/files/${name}.json`, import.meta.url).pathname;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "likeness-tokenizer-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a folder's chat template and tokens around a text come with its tokenizer", () =>
  inFolder(async (folder) => {
    await Deno.copyFile(file("ours_gpt2"), `${folder}/tokenizer.json`);
    assertEquals((await openTokenizer(folder)).chatTemplate, undefined);
    const config = {
      bos_token: { content: "<|im_start|>" },
      eos_token: "<|endoftext|>",
      chat_template: [{ name: "tool", template: "no" }, { name: "default", template: "yes" }],
    };
    await Deno.writeTextFile(`${folder}/tokenizer_config.json`, JSON.stringify(config));
    const { bos, eos, chatTemplate, separator } = await openTokenizer(folder);
    assertEquals({ bos, eos, chatTemplate, separator }, {
      bos: 1,
      eos: 0,
      chatTemplate: "yes",
      separator: 0,
    });
    await Deno.writeTextFile(`${folder}/chat_template.jinja`, "own file");
    assertEquals((await openTokenizer(folder)).chatTemplate, "own file");
  }));

Deno.test("tokens that a post-processor puts around texts are told, and the first one separates", async () => {
  const tokenizer = await openTokenizer(file("read_bos"));
  assertEquals([tokenizer.bos, tokenizer.eos, tokenizer.separator], [1, 0, 1]);
  const asked = await openTokenizer(file("read_bos"), { separator: "<|endoftext|>" });
  assertEquals(asked.separator, 0);
  await assertRejects(
    () => openTokenizer(file("read_bos"), { separator: "<x>" }),
    DataError,
    "is no special token of this tokenizer; it has <|endoftext|>, <|im_start|>",
  );
});

Deno.test("the separator: asked for, before texts, known by name, after texts, first", () => {
  const special = { "<a>": 3, "</s>": 1, "<b>": 2 };
  assertEquals(separatorOf({ special, separator: "<b>", bos: 3 }), 2);
  assertEquals(separatorOf({ special, bos: 3, eos: 2 }), 3);
  assertEquals(separatorOf({ special, eos: 2 }), 1);
  assertEquals(separatorOf({ special: { "<a>": 3, "<b>": 2 }, eos: 3 }), 3);
  assertEquals(separatorOf({ special: { "<a>": 3, "<b>": 2 } }), 2);
  assertThrows(() => separatorOf({ special: {} }), DataError, "has no special token");
});

Deno.test("what is no tokenizer.json is told apart", async () => {
  await assertRejects(() => readTokenizer(utf8.encode("{")), DataError, "is no JSON");
  await assertRejects(() => readTokenizer(utf8.encode("[]")), DataError, "has no `model`");
  await assertRejects(() => openTokenizer("/none/here"), DataError, "no tokenizer there");
  await inFolder(async (folder) => {
    await assertRejects(() => openTokenizer(folder), DataError, "has no tokenizer.json");
    await Deno.writeTextFile(`${folder}/tokenizer.json`, "{}");
    await assertRejects(() => openTokenizer(folder), DataError, `${folder}/tokenizer.json: this`);
  });
});

const parts: BpeParts = {
  tokens: [...alphabet, "ab"],
  merges: [["a", "b"]],
  stages: patterns.gpt2,
  added: [specialToken("<|endoftext|>", 257)],
};

Deno.test("parts that don't fit together are refused", () => {
  assertThrows(
    () => makeBpe({ ...parts, merges: [["a", "b"], ["ab", "c"]] }),
    DataError,
    'merge 2 of this tokenizer is of "ab" and "c", and its vocabulary has no "abc"',
  );
  assertThrows(() => makeBpe({ ...parts, tokens: [...alphabet, "a"] }), DataError, 'both "a"');
  assertThrows(() => makeBpe({ ...parts, separator: 5 }), DataError, "no special token");
  assertThrows(
    () =>
      makeBpe({
        ...parts,
        tokens: [...alphabet, "ab", "x".repeat(256)],
        added: [
          specialToken("<|endoftext|>", 258),
        ],
      }),
    DataError,
    "stands for 256 bytes; at most 255 are read",
  );
});

Deno.test("a byte that a vocabulary lacks is an error where a text has it, and no token left out", () => {
  const { tokenizer } = makeBpe({
    ...parts,
    tokens: ["a", "b", "ab"],
    added: [
      specialToken("<|endoftext|>", 3),
    ],
  });
  assertEquals([...tokenizer.encode("abab")], [2, 2]);
  assertThrows(() => tokenizer.encode("abc"), DataError, "has the byte 0x63");
});

Deno.test("tokens outside of the vocabulary are refused, padding is none", () => {
  const { tokenizer } = makeBpe(parts);
  assertEquals(tokenizer.vocabulary, 258);
  assertEquals(tokenizer.lengths[256], 2);
  assertEquals(tokenizer.lengths[257], 0);
  assertEquals([...tokenizer.decode([256, -1, 257])], [97, 98]);
  for (const token of [258, -2, 0.5, NaN]) {
    assertThrows(() => tokenizer.decode([token]), RangeError, "not in the vocabulary");
  }
});

Deno.test("the bytes tokenizer's file is read as the bytes tokenizer", async () => {
  assert(await readTokenizer(utf8.encode(bytesJson())) === bytesTokenizer);
});

Deno.test("the alphabet of byte-level vocabularies has a character for each byte", () => {
  assertEquals(new Set(alphabet).size, 256);
  assertEquals([written([32, 10, 0, 97]), written([127, 173, 255])], ["ĠĊĀa", "ġŃÿ"]);
  assertEquals(bytesWritten("Ġa"), Uint8Array.of(32, 97));
  assertEquals(bytesWritten(" a"), null);
});

Deno.test("a GGUF file's vocabulary gives the tokens that its tokenizer.json gives", async () => {
  const { tokenizer, json } = await oursOf("smollm");
  const { model } = JSON.parse(json) as {
    model: { vocab: Record<string, number>; merges: [string, string][] };
  };
  const tokens = Object.keys(model.vocab).sort((a, b) => model.vocab[a] - model.vocab[b]);
  const { tokenizer: read } = makeBpe(partsOfGguf({
    tokens,
    merges: model.merges.map((pair) => pair.join(" ")),
    types: tokens.map((_, id) => id < 2 ? 3 : 1),
    pre: "smollm",
  }));
  assertEquals(read.special, tokenizer.special);
  for (const text of await golden<string[]>("texts.json")) {
    for (const special of [false, true]) {
      assertEquals(read.encode(text, { special }), tokenizer.encode(text, { special }));
    }
  }
  const vocabulary = { tokens, merges: [] };
  assertThrows(
    () => partsOfGguf({ ...vocabulary, pre: "other" }),
    DataError,
    '"other"; known here',
  );
  assertThrows(() => partsOfGguf({ ...vocabulary, merges: ["a b c"] }), DataError, "is no pair");
});

Deno.test("learning stops where no pair is left, and refuses what can't be special", () => {
  const counts = new WordCounts(patterns.gpt2);
  counts.add("aaab");
  const { merges, tokens } = learn(counts, { vocabulary: 300, special: ["<s>"] });
  assertEquals(merges, [["a", "a"], ["a", "b"], ["aa", "ab"]]);
  assertEquals(tokens.length, 260);
  const learning = (vocabulary: number, ...special: string[]) => () =>
    learn(counts, { vocabulary, special });
  assertThrows(learning(300, "a"), UsageError, "it is one byte");
  assertThrows(learning(300, "<s>", "<s>"), UsageError, "it is one already");
  assertThrows(learning(256, "<s>"), UsageError, "has no room for 256 bytes");
  // A special token's text is never made of pieces.
  assertEquals(learn(counts, { vocabulary: 300, special: ["aa"] }).merges, [
    ["a", "b"],
    ["a", "ab"],
    [
      "a",
      "aab",
    ],
  ]);
});
