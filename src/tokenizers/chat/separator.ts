/**
 * Which token may stand between dialogues: one that the template doesn't write within them. What comes
 * after such a token sees nothing before it.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { ChatForm } from "./ends.ts";
import { ANSWERS } from "./message.ts";
import { chatTokensOf, renderChat } from "./render.ts";

/** Texts that mean the end or the begin of a document, those first that templates use least. */
const KNOWN = [
  "<|endoftext|>",
  "<|end_of_text|>",
  "<|begin_of_text|>",
  "<eos>",
  "</s>",
  "<bos>",
  "<s>",
  "<pad>",
];

const turns = [
  { role: "user", content: "question" },
  { role: ANSWERS, content: "answer" },
  { role: "user", content: "question" },
  { role: ANSWERS, content: "answer" },
];

/** Special tokens that the template writes within a dialogue: not those at its very begin alone. */
function within({ tokenizer, template }: ChatForm): Set<number> {
  const names = chatTokensOf(tokenizer), special = new Set(Object.values(tokenizer.special));
  const written = (messages: typeof turns, asks: boolean) =>
    tokenizer.encode(renderChat(template, messages, { asks, names }), { special: true }).subarray(
      1,
    );
  const all = [...written(turns.slice(0, 2), false), ...written(turns.slice(0, 1), true)];
  try {
    all.push(...written(turns, false));
  } catch (error) {
    if (!(error instanceof DataError)) throw error; // one for a single answer
  }
  return new Set(all.filter((token) => special.has(token)));
}

/**
 * The tokenizer with a token between documents that stands in no dialogue: its own where that is so, or
 * else another special token. (SmolLM2's own is the one that begins each message.)
 * @throws DataError where it has no such token
 */
export function separatedTokenizer({ tokenizer, template }: ChatForm): Tokenizer {
  const used = within({ tokenizer, template }), { special } = tokenizer;
  if (!used.has(tokenizer.separator)) return tokenizer;
  const free = Object.entries(special).filter(([, token]) => !used.has(token));
  const token = KNOWN.map((text) => free.find(([own]) => own === text)?.[1])
    .find((one) => one !== undefined) ??
    free.map(([, token]) => token).toSorted((a, b) => a - b).at(0);
  // What templates call `eos_token` stays what it was.
  const { eos = tokenizer.separator } = tokenizer;
  if (token !== undefined) return { ...tokenizer, eos, separator: token };
  throw new DataError(
    `the chat template writes the token that stands between documents (${tokenizer.separator}) within a ` +
      "dialogue, so that turns after it wouldn't see those before, and the tokenizer has no other special " +
      "token: add one, or name another template",
  );
}
