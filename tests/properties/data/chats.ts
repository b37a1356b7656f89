/** Dialogues and tokenizers for laws and tests of them. @module */
import fc from "fast-check";
import type { Dataset } from "../../../src/data/mod.ts";
import { tokenised } from "../../../src/kinds/text/texts.ts";
import type { Turn } from "../../../src/tokenizers/chat/mod.ts";
import {
  bytesTokenizer,
  learn,
  makeBpe,
  patterns,
  WordCounts,
} from "../../../src/tokenizers/mod.ts";

const SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

function learnt() {
  const counts = new WordCounts(patterns.gpt2);
  const words = [
    "user",
    "assistant",
    "system",
    "A happy girl",
    "with short black hair",
    "Her mood",
  ];
  for (let i = 0; i < 20; i++) {
    for (const word of words) {
      counts.add(`${word} of ${i}.\n`);
      counts.add(`${word}\n\n`);
    }
  }
  return makeBpe(learn(counts, { vocabulary: 340, special: SPECIAL })).tokenizer;
}

/** A small BPE with the special tokens of `chatml`. */
export const chatTokenizer = learnt();

/** Tokenizers of the ways in which dialogues are written here. */
export const forms = { chatml: chatTokenizer, plain: bytesTokenizer } as const;
/** A name of `forms`. */
export type Form = keyof typeof forms;

/** Texts of messages: without white space around them, and no empty lines within. */
export const contents: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("Hello", "A happy girl of 12.", "black", "7", "What? No!", "user: hi", "é√ 🙂"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 24 })
    .map((text) => text.replace(/\s+/g, " ").trim()).filter((text) => text !== ""),
);

/** A question with its answer, and what may come before. */
export const dialogues: fc.Arbitrary<Turn[]> = fc.tuple(
  fc.option(contents, { nil: undefined }),
  fc.array(fc.tuple(contents, contents), { minLength: 1, maxLength: 3 }),
).map(([system, turns]) => [
  ...(system === undefined ? [] : [{ role: "system", content: system }]),
  ...turns.flatMap(([question, answer]) => [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ]),
]);

/** A dataset that gives these texts with its samples, by name; both splits hold the same. */
export function givenWith(
  given: Readonly<Record<string, readonly unknown[]>>,
  { name = "chats", digest = "chats", reads, test = true }: {
    readonly name?: string;
    readonly digest?: string;
    readonly reads?: { count: number };
    readonly test?: boolean;
  } = {},
): Dataset<"text"> {
  const columns = Object.entries(given), count = columns[0][1].length;
  const sample = { kind: "text", tokenizer: bytesTokenizer } as const;
  const size = (split: string) => split === "train" || (split === "test" && test) ? count : 0;
  return {
    name,
    version: 1,
    digest,
    sample,
    given: Object.fromEntries(columns.map(([name]) => [name, sample])),
    factors: [{ name: "place", kind: "number", unit: "1", minimum: 0, maximum: count }],
    notes: [],
    size,
    read(_, indices) {
      if (reads !== undefined) reads.count += indices.length;
      const texts = (of: (i: number) => string) =>
        tokenised(Array.from(indices, of), bytesTokenizer);
      return Promise.resolve({
        samples: texts((i) => `sample ${i}`),
        labels: { place: Float32Array.from(indices) },
        given: Object.fromEntries(
          columns.map(([name, values]) => [name, texts((i) => JSON.stringify(values[i]))]),
        ),
      });
    },
  };
}

/** A folder that is there while it is used. */
export async function inFolder<T>(use: (cache: string) => Promise<T>): Promise<T> {
  const cache = await Deno.makeTempDir({ prefix: "likeness-chats-" });
  try {
    return await use(cache);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}
