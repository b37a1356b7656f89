/**
 * What a chat template writes after an answer.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { ANSWERS } from "./message.ts";
import { chatTokensOf, renderChat } from "./render.ts";

/** A tokenizer, and the template by which it writes dialogues. */
export interface ChatForm {
  readonly tokenizer: Tokenizer;
  /** Jinja: see `templateOf`. */
  readonly template: string;
}

/** What ends an answer. */
export interface Ending {
  readonly text: string;
  /** One special token, or the tokens of a text where the template writes no special token there. */
  readonly tokens: Int32Array;
}

/** Texts that no template changes. */
const QUESTION = "question", ANSWER = "answer";
const question = { role: "user", content: QUESTION };

const known = new WeakMap<Tokenizer, Map<string, Ending>>();

/**
 * What ends an answer: the first special token that the template writes after one, found by rendering;
 * without one all that it writes there.
 * @throws DataError where nothing is written there, or an answer can't be told from its prompt
 */
export function endsOf({ tokenizer, template }: ChatForm): Ending {
  const own = known.get(tokenizer) ?? new Map<string, Ending>();
  known.set(tokenizer, own);
  let ending = own.get(template);
  if (ending === undefined) own.set(template, ending = found({ tokenizer, template }));
  return ending;
}

function found({ tokenizer, template }: ChatForm): Ending {
  const names = chatTokensOf(tokenizer);
  const turns = [question, { role: ANSWERS, content: ANSWER }];
  const whole = renderChat(template, turns, { asks: false, names });
  const at = whole.lastIndexOf(ANSWER);
  if (at < 0) throw new DataError("the chat template doesn't write what an answer says");
  requirePrompt(whole.slice(0, at), { template, names });
  const after = whole.slice(at + ANSWER.length);
  const special = new Map(Object.entries(tokenizer.special).map(([text, token]) => [token, text]));
  const first = tokenizer.encode(after, { special: true }).find((token) => special.has(token));
  if (first !== undefined) return { text: special.get(first)!, tokens: Int32Array.of(first) };
  if (after !== "") return { text: after, tokens: tokenizer.encode(after) };
  throw new DataError(
    "the chat template writes nothing after an answer, so that nothing tells where one ends: name " +
      "another one (`chatml`, `plain`, or Jinja of your own)",
  );
}

/** Refuses a template whose prompts lack what it writes before an answer. */
function requirePrompt(
  before: string,
  { template, names }: Pick<ChatForm, "template"> & { names: Readonly<Record<string, string>> },
): void {
  const prompt = renderChat(template, [question], { asks: true, names });
  const bare = renderChat(template, [question], { asks: false, names });
  const lacking = before.startsWith(prompt) ? before.slice(prompt.length).trim() : "";
  if (prompt !== bare || lacking === "") return;
  throw new DataError(
    `the chat template has no generation prompt: it writes ${JSON.stringify(lacking)} before an ` +
      "answer, but not where one is asked for (`add_generation_prompt`). A model would be trained on " +
      "answers to prompts that it is never given: name another one (`chatml`, `plain`), or add it",
  );
}
