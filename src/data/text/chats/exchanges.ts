/**
 * Dialogues of a dataset, each parted into what is asked and what was answered, with the facts by which an
 * answer is judged.
 * @module
 */
import { DataError, MetricUnavailable } from "../../../base/mod.ts";
import { stringsOf, type TextSet } from "../../../kinds/text/mod.ts";
import { ANSWERS } from "../../../tokenizers/chat/mod.ts";
import type { Dataset, Split } from "../../dataset.ts";
import { chatsOf, CHOSEN, FACTS, type Message, MESSAGES, PROMPT, REJECTED } from "../chat.ts";

/** A dialogue with its last answer apart. */
export interface Exchange {
  /** All before the answer. */
  readonly prompt: readonly Message[];
  /** The answer's messages; none where the data give only prompts. */
  readonly answer: readonly Message[];
  /** A better answer and a worse one; left out where the data give none. */
  readonly pair?: { readonly chosen: readonly Message[]; readonly rejected: readonly Message[] };
  /** By which an answer is judged; null where the data give none. */
  readonly facts: Readonly<Record<string, unknown>> | null;
  /** Numbers by the names of factors. */
  readonly labels: Readonly<Record<string, number>>;
}

/** A dialogue cut before its last answer. */
export function parted(messages: readonly Message[]): Pick<Exchange, "prompt" | "answer"> {
  const at = messages.findLastIndex(({ role }) => role === ANSWERS);
  return at < 0
    ? { prompt: messages, answer: [] }
    : { prompt: messages.slice(0, at), answer: messages.slice(at) };
}

/** Whether a dataset gives dialogues. */
export function givesDialogues({ given = {} }: Pick<Dataset, "given">): boolean {
  return [MESSAGES, PROMPT].some((name) => Object.hasOwn(given, name));
}

/**
 * Dialogues of a split, in the order of `rows`.
 * @throws MetricUnavailable where the data give none; DataError where a prompt has no message
 */
export async function exchangesOf(
  dataset: Dataset,
  { split, rows }: { readonly split: Split; readonly rows: ArrayLike<number> },
): Promise<Exchange[]> {
  if (!givesDialogues(dataset)) {
    throw new MetricUnavailable(
      "not-defined",
      `${dataset.name} holds no dialogues: data that give messages were expected`,
    );
  }
  const { given = {}, labels, samples } = await dataset.read(split, rows);
  const chats = (name: string) =>
    Object.hasOwn(given, name) ? chatsOf(given[name] as TextSet) : null;
  const [whole, prompts, chosen, rejected] = [MESSAGES, PROMPT, CHOSEN, REJECTED].map(chats);
  if (whole === null && prompts === null) {
    throw new DataError(`${dataset.name}: the texts of ${split} are no dialogues`);
  }
  const facts = given[FACTS] === undefined
    ? null
    : stringsOf(given[FACTS] as TextSet).map((text) => JSON.parse(text));
  return Array.from({ length: samples.count }, (_, i): Exchange => {
    const own = prompts === null
      ? parted(whole![i])
      : { prompt: prompts[i], answer: whole?.[i].slice(prompts[i].length) ?? chosen?.[i] ?? [] };
    if (own.prompt.length === 0) {
      throw new DataError(`${dataset.name}: dialogue ${rows[i]} of ${split} asks nothing`);
    }
    return {
      ...own,
      ...(chosen && rejected && { pair: { chosen: chosen[i], rejected: rejected[i] } }),
      facts: facts?.[i] ?? null,
      labels: Object.fromEntries(
        Object.entries(labels).map(([name, values]) => [name, values[i]]),
      ),
    };
  });
}

/** An answer's text. */
export function answerText(answer: readonly Message[]): string {
  return answer.findLast(({ role }) => role === ANSWERS)?.content ?? "";
}
