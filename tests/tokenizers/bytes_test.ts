import { assertEquals, assertThrows } from "@std/assert";
import { bytesTokenizer } from "../../src/tokenizers/mod.ts";

Deno.test("the bytes tokenizer gives the bytes of UTF-8", () => {
  assertEquals([...bytesTokenizer.encode("aé")], [97, 195, 169]);
  assertEquals([...bytesTokenizer.decode([97, 195, 169, -1, 256])], [97, 195, 169]);
  assertEquals([...bytesTokenizer.encode(Uint8Array.of(255, 0))], [255, 0]);
});

Deno.test("the bytes tokenizer reads its separator only where it is asked to", () => {
  assertEquals(bytesTokenizer.encode("<|endoftext|>").length, 13);
  assertEquals([...bytesTokenizer.encode("a<|endoftext|>b", { special: true })], [97, 256, 98]);
  assertEquals(
    new TextDecoder().decode(bytesTokenizer.decode([97, 256], { special: true })),
    "a<|endoftext|>",
  );
});

Deno.test("the bytes tokenizer refuses what is no token of it", () => {
  for (const token of [257, -2, 1.5]) {
    assertThrows(() => bytesTokenizer.decode([token]), RangeError, "not in the vocabulary");
  }
});
