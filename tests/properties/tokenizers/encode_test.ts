/** Laws of encoding and decoding. */
import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { bpeOf } from "../../../src/tokenizers/bpe/bpe.ts";
import { specialToken } from "../../../src/tokenizers/bpe/parts.ts";
import { alphabet } from "../../../src/tokenizers/bpe/alphabet.ts";
import { splitterOf } from "../../../src/tokenizers/split/splitter.ts";
import {
  bytesTokenizer,
  patternNames,
  patterns,
  readTokenizer,
  type Tokenizer,
} from "../../../src/tokenizers/mod.ts";
import { golden, oursOf } from "../../golden/tokenizers/ours.ts";
import { law } from "../../law.ts";
import { bytes, text } from "./texts.ts";

const made = await Promise.all(patternNames.map(oursOf));
const jsons = made.map(({ json }) => new TextEncoder().encode(json));
const whole = await readTokenizer(
  new TextEncoder().encode(JSON.stringify(await golden("read_whole.json"))),
);
const tokenizers: readonly Tokenizer[] = [
  bytesTokenizer,
  whole,
  ...made.map(({ tokenizer }) => tokenizer),
];
const anyTokenizer = fc.constantFrom(...tokenizers);

law("a tokenizer gives back any bytes", {
  source: "definition",
  given: { tokenizer: anyTokenizer, bytes },
  holds: ({ tokenizer, bytes }) => {
    assertEquals(tokenizer.decode(tokenizer.encode(bytes)), bytes);
  },
  kills: ["tokenizer-byte-that-is-no-text-dropped", "tokenizer-last-token-of-a-seen-word-dropped"],
  cases: 600,
});

law("a text's tokens are those of its bytes, and lengths add up to them", {
  source: "definition",
  given: { tokenizer: anyTokenizer, text },
  holds: ({ tokenizer, text }) => {
    const utf8 = new TextEncoder().encode(text);
    const tokens = tokenizer.encode(text);
    assertEquals(tokens, tokenizer.encode(utf8));
    assertEquals(tokens.reduce((sum, token) => sum + tokenizer.lengths[token], 0), utf8.length);
  },
  kills: ["tokenizer-length-of-the-written-form"],
  cases: 200,
});

/** A word, and how much of it has been seen before as a word of its own. */
const grown = fc.record({
  word: fc.array(fc.constantFrom(..."abenrst"), { minLength: 8, maxLength: 14 })
    .map((all) => all.join("")),
  seen: fc.integer({ min: 1, max: 8 }),
});

law("what was encoded before changes no token", {
  source: "definition",
  given: {
    at: fc.nat(jsons.length - 1),
    before: fc.array(text, { maxLength: 4 }),
    grown: fc.array(grown, { minLength: 1, maxLength: 6 }),
    text,
  },
  holds: async ({ at, before, grown, text }) => {
    const [fresh, used] = await Promise.all([readTokenizer(jsons[at]), readTokenizer(jsons[at])]);
    for (const one of before) used.encode(one);
    for (const { word, seen } of grown) used.encode(word.slice(0, seen));
    const all = `${text} ${grown.map(({ word }) => word).join("\n")}`;
    const first = used.encode(all);
    assertEquals(first, fresh.encode(all));
    assertEquals(used.encode(all), first);
  },
  kills: ["tokenizer-cache-ignores-the-end-of-words"],
  cases: 60,
});

law("at the border of two words, tokens of both sides are the tokens of the whole", {
  source: "definition",
  given: {
    name: fc.constantFrom(...patternNames),
    text,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  holds: ({ name, text, share }) => {
    const { tokenizer } = made[patternNames.indexOf(name)];
    const words: string[] = [];
    splitterOf(patterns[name])(text.toWellFormed(), (word) => words.push(word));
    const k = Math.round(share * words.length);
    const [left, right] = [words.slice(0, k).join(""), words.slice(k).join("")];
    assertEquals([...tokenizer.encode(left), ...tokenizer.encode(right)], [
      ...tokenizer.encode(left + right),
    ]);
  },
  cases: 300,
});

/** "ab" is special, and the merge of "a" and "b" would make it. */
const trap = bpeOf({
  tokens: [...alphabet, "ab"],
  merges: [["a", "b"]],
  stages: patterns.gpt2,
  added: [specialToken("ab", 256)],
}, "trap");

law("no text makes a special token, unless it is asked to", {
  source: "definition",
  given: {
    tokenizer: fc.constantFrom(...tokenizers, trap),
    text,
    which: fc.nat(3),
    after: fc.boolean(),
  },
  holds: ({ tokenizer, text, which, after }) => {
    const special = Object.keys(tokenizer.special);
    const one = special[which % special.length];
    const found = after ? text + one : one + text;
    const ids = new Set(Object.values(tokenizer.special));
    assert(!tokenizer.encode(found).some((token) => ids.has(token)), found);
    const asked = tokenizer.encode(found, { special: true });
    assert(asked.some((token) => ids.has(token)), found);
    // Asked for, they are read back too.
    const back = new TextDecoder("utf-8", { ignoreBOM: true })
      .decode(tokenizer.decode(asked, { special: true }));
    assertEquals(back, found.toWellFormed());
  },
  kills: ["tokenizer-special-read-in-text", "tokenizer-special-made-by-a-merge"],
  cases: 300,
});
