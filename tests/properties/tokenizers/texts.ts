/**
 * Texts and bytes for the laws of tokenizers: pieces that are known to be difficult, and anything.
 * @module
 */
import fc from "fast-check";
import { golden } from "../../golden/tokenizers/ours.ts";

const difficult = await golden<string[]>("texts.json");

/** Texts of difficult pieces. */
export const text = fc.array(
  fc.oneof(
    fc.constantFrom(...difficult),
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.constantFrom(" ", "\n", "the ", "newest", "'s", "ab", "a"),
  ),
  { maxLength: 8 },
).map((parts) => parts.join(""));

/** Bytes: texts, and what is no UTF-8 between them. */
export const bytes = fc.array(
  fc.oneof(
    text.map((one) => new TextEncoder().encode(one)),
    fc.uint8Array({ maxLength: 6 }),
    fc.constantFrom([0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98], [0xe2, 0x82], [
      0x80,
    ])
      .map((one) => Uint8Array.from(one)),
  ),
  { maxLength: 5 },
).map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));
