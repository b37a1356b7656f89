/**
 * A dialogue as tokens, with the marks of those that a model learns to write: its answers, and what ends
 * each. The prompt before an answer and the answer are rendered and tokenised apart, so that training
 * sees the very tokens that generation begins with.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { type ChatForm, endsOf } from "./ends.ts";
import { guarded } from "./guard.ts";
import { ANSWERS, type Turn } from "./message.ts";
import { chatTokensOf, renderChat } from "./render.ts";

/** A dialogue's tokens. The token that stands before documents is not among them. */
export interface Dialogue {
  readonly tokens: Int32Array;
  /** 1: a target, of an answer or what ends it. [tokens.length] */
  readonly scored: Uint8Array;
  /** Where each answer ends: the place after what ends it. */
  readonly ends: readonly number[];
}

/**
 * A dialogue up to the end of its last answer, by any template: it is rendered up to each answer with
 * the generation prompt, and then with the answer.
 * @param options `from`: number of the first message whose answer is a target; default 0
 * @returns no tokens where there is no answer
 * @throws DataError where the template refuses the dialogue, has no generation prompt, or writes earlier
 * turns in another way once later ones follow
 */
export function dialogueTokens(
  messages: readonly Turn[],
  { from = 0, ...form }: ChatForm & { readonly from?: number },
): Dialogue {
  return written(messages, { form, from, asks: false });
}

/**
 * The tokens that generation begins with: the dialogue so far and the generation prompt. They are those
 * that stand before the answer in `dialogueTokens`.
 * @throws DataError as `dialogueTokens` does
 */
export function promptTokens(messages: readonly Turn[], form: ChatForm): Int32Array {
  return written(messages, { form, from: messages.length, asks: true }).tokens;
}

function written(all: readonly Turn[], { form, from, asks }: {
  readonly form: ChatForm;
  readonly from: number;
  readonly asks: boolean;
}): Dialogue {
  const { tokenizer, template } = form;
  const names = chatTokensOf(tokenizer), ending = endsOf(form);
  const { messages, encode } = guarded(all, tokenizer);
  const render = (count: number, asks: boolean) =>
    renderChat(template, messages.slice(0, count), { asks, names });
  const tokens: number[] = [], scored: number[] = [], ends: number[] = [];
  const add = (some: Int32Array, target: boolean) => {
    for (const token of some) {
      // What a template writes at the begin of a text (BOS) is put there by whoever packs dialogues.
      if (tokens.length === 0 && token === tokenizer.separator) continue;
      tokens.push(token);
      scored.push(target ? 1 : 0);
    }
  };
  let done = "";
  const prompt = (count: number) => {
    const text = render(count, true);
    add(encode(textAfter(done, text, `before message ${count + 1}`)), false);
    return text;
  };
  for (const [i, { role }] of messages.entries()) {
    if (role !== ANSWERS) continue;
    const before = prompt(i);
    const answer = textAfter(before, render(i + 1, false), `in message ${i + 1}`);
    const end = answer.lastIndexOf(ending.text);
    if (end < 0) {
      throw new DataError(
        `the chat template ends message ${i + 1} without ${
          JSON.stringify(ending.text)
        }, which ends ` +
          "other answers: name another template",
      );
    }
    add(encode(answer.slice(0, end)), i >= from);
    add(ending.tokens, i >= from);
    ends.push(tokens.length);
    done = before + answer.slice(0, end + ending.text.length);
  }
  if (asks) prompt(messages.length);
  return { tokens: Int32Array.from(tokens), scored: Uint8Array.from(scored), ends };
}

/** What follows the beginning of a text. @throws DataError where it begins in another way */
function textAfter(begin: string, text: string, where: string): string {
  if (text.startsWith(begin)) return text.slice(begin.length);
  let same = 0;
  while (begin[same] === text[same]) same++;
  const shown = (one: string) => JSON.stringify(one.slice(Math.max(0, same - 20), same + 40));
  throw new DataError(
    `the chat template rewrites earlier turns: ${where} it has ${shown(text)} where it had ` +
      `${
        shown(begin)
      }, so that no answer is trained after the tokens that it is generated after. Cut ` +
      "dialogues after their first answer, or name another template (`chatml`)",
  );
}
