/** Words, sentences and plain text are those of spaCy and datatrove. */
import { assertEquals } from "@std/assert";
import { signs, terminal } from "../../src/curation/words/punctuation.ts";
import { characters, splitLines, splitWords, strip } from "../../src/curation/words/python.ts";
import { simplified } from "../../src/curation/words/simplify.ts";
import { sentences, wordTexts } from "../../src/curation/words/words.ts";
import { golden } from "./golden.ts";

Deno.test("odd strings are cut into spaCy's words", () => {
  for (const [text, words] of golden.words) assertEquals(wordTexts(text), words, text);
});

Deno.test("documents are cut into spaCy's words", () => {
  const last = golden.documents.slice(-golden.wordsOfDocuments.length);
  for (const [i, { text }] of last.entries()) {
    assertEquals(wordTexts(text), golden.wordsOfDocuments[i], text);
  }
});

Deno.test("documents have as many sentences as spaCy finds", () => {
  for (const [i, { text }] of golden.documents.entries()) {
    assertEquals(sentences(text), golden.sentences[i], text);
  }
});

Deno.test("text is made plain as datatrove does it", () => {
  for (const [text, plain] of golden.simplified) assertEquals(simplified(text), plain, text);
});

Deno.test("signs and ends of sentences are datatrove's", () => {
  const points = (ranges: readonly (readonly [number, number])[]) =>
    ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const own = (set: ReadonlySet<string>) =>
    [...set].map((character) => character.codePointAt(0)!).sort((a, b) => a - b);
  assertEquals(own(terminal), points(golden.terminal));
  assertEquals(own(signs), points(golden.signs));
});

Deno.test("space and lines are Python's", () => {
  assertEquals(strip("\x1c\x85 \ufeff x\u3000\n"), "\ufeff x");
  assertEquals(splitWords("a\x1fb\u2028c\ufeffd "), ["a", "b", "c\ufeffd"]);
  assertEquals(splitLines("a\r\nb\rc\x0bd\u2029\n"), ["a", "b", "c", "d", ""]);
  assertEquals(splitLines(""), []);
  assertEquals(characters("a😀b"), 3);
});

Deno.test("a hundred thousand signs without a space are cut; in the square of it they never would be", () => {
  const n = 100_000;
  for (const [sign, words] of [["(", n], ["!", n], ["-", 1], [".", 1], ["x", 1]] as const) {
    assertEquals(wordTexts(sign.repeat(n)).length, words, sign);
  }
  assertEquals(wordTexts(`x${".".repeat(50)}`), ["x", ".".repeat(50)]);
});
