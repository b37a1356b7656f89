/** Tokens and merges as Hugging Face's tokenizers have them (tests/golden/tokenizers/make.py). */
import { assertEquals } from "@std/assert";
import { openTokenizer, readTokenizer, type Tokenizer } from "../../src/tokenizers/mod.ts";
import { golden, oursOf, patternsTried } from "../golden/tokenizers/ours.ts";

interface Tokens {
  readonly plain: readonly (readonly number[])[];
  readonly special: Readonly<Record<string, readonly number[]>>;
}
interface Golden {
  readonly learnt: Readonly<
    Record<string, Tokens & { merges: readonly string[]; vocab: Record<string, number> }>
  >;
  readonly read: Readonly<Record<string, Tokens>>;
}

const texts = await golden<string[]>("texts.json");
const { learnt, read } = await golden<Golden>("golden.json");

/** Every text's tokens are the golden ones, special tokens read as text and as what they are. */
function expectTokens(tokenizer: Tokenizer, { plain, special }: Tokens): void {
  texts.forEach((text, i) => {
    assertEquals([...tokenizer.encode(text)], plain[i], JSON.stringify(text));
    assertEquals(
      [...tokenizer.encode(text, { special: true })],
      special[i] ?? plain[i],
      `${JSON.stringify(text)} with special tokens`,
    );
  });
}

for (const pattern of patternsTried) {
  Deno.test(`${pattern}: merges are those of Hugging Face's trainer`, async () => {
    const { json } = await oursOf(pattern);
    const { vocab, merges } = JSON.parse(json).model;
    assertEquals(merges.map((pair: string[]) => pair.join(" ")), learnt[pattern].merges);
    assertEquals(vocab, learnt[pattern].vocab);
    // What transformers read for the golden tokens is what is written today.
    const file = new URL(`../golden/tokenizers/files/ours_${pattern}.json`, import.meta.url);
    assertEquals(json, await Deno.readTextFile(file));
  });

  Deno.test(`${pattern}: tokens are those of transformers on our tokenizer.json`, async () => {
    const { tokenizer, json } = await oursOf(pattern);
    expectTokens(tokenizer, learnt[pattern]);
    const again = await readTokenizer(new TextEncoder().encode(json));
    assertEquals(again.digest, tokenizer.digest);
    expectTokens(again, learnt[pattern]);
  });
}

for (const [name, tokens] of Object.entries(read)) {
  Deno.test(`a tokenizer.json of another hand: ${name}`, async () => {
    const path = new URL(`../golden/tokenizers/files/read_${name}.json`, import.meta.url).pathname;
    const tokenizer = await openTokenizer(path);
    assertEquals(tokenizer.name, "bpe");
    expectTokens(tokenizer, tokens);
  });
}
