/**
 * Chat templates: a dialogue as one text.
 * @module
 */
import { Template } from "@huggingface/jinja";
import { DataError } from "../../base/mod.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { Turn } from "./message.ts";

const templates = new Map<string, Template>();

/** How a dialogue is rendered. */
export interface RenderOptions {
  /** Whether the beginning of an answer is written after the last turn: the generation prompt. */
  readonly asks: boolean;
  /** The last turn is the beginning of an answer, to be gone on with: nothing follows its text. */
  readonly begun?: boolean;
  /** What the template calls special tokens: see `chatTokensOf`. */
  readonly names: Readonly<Record<string, string>>;
}

/**
 * A dialogue as a chat template writes it, as transformers' `apply_chat_template` does.
 * @param source Jinja
 * @throws DataError where the template can't be read, or refuses
 */
export function renderChat(
  source: string,
  turns: readonly Turn[],
  { asks, begun = false, names }: RenderOptions,
): string {
  let template = templates.get(source);
  try {
    if (template === undefined) templates.set(source, template = new Template(source));
    const text = template.render({ messages: turns, add_generation_prompt: asks, ...names });
    if (!begun) return text;
    const last = turns[turns.length - 1].content.trim(), end = text.lastIndexOf(last);
    if (end < 0) throw new Error("what it writes doesn't hold the beginning of the answer");
    return text.slice(0, end + last.length);
  } catch (error) {
    throw new DataError(`the chat template: ${(error as Error).message}`);
  }
}

/** What chat templates call a tokenizer's special tokens, by their texts: `bos_token`. */
export function chatTokensOf(
  { special, separator, bos, eos = separator }: Tokenizer,
): Readonly<Record<string, string>> {
  const named = Object.entries({ bos_token: bos, eos_token: eos }).flatMap(([name, token]) => {
    const own = Object.entries(special).find(([, number]) => number === token);
    return own === undefined ? [] : [[name, own[0]]];
  });
  return Object.fromEntries(named);
}
