/**
 * Dialogues of samples, from what is given with them.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import { type TextSet, textsOf } from "../../../kinds/text/mod.ts";
import { ANSWERS, type Message } from "../../../tokenizers/chat/mod.ts";
import type { Batch, Dataset } from "../../dataset.ts";
import { chatsOf, CHOSEN, MESSAGES, PROMPT, REJECTED } from "../chat.ts";

/** What a dataset gives with its samples that dialogues are made of. @throws DataError without it */
export function requireGiven(dataset: Dataset<"text">, names: readonly string[]): void {
  const { name, given = {} } = dataset;
  const missing = names.filter((one) => given[one] === undefined);
  if (missing.length === 0) return;
  const there = Object.keys(given);
  throw new DataError(
    `${name}: \`${missing.join("`, `")}\` has to be given with each sample; it gives ` +
      (there.length === 0 ? "nothing" : `\`${there.join("`, `")}\``) +
      ". Datasets of dialogues are `instructions`, `preferences`, `attributes`, and `texts` with " +
      "`form: chat`",
  );
}

const givenOf = (batch: Batch<"text">, name: string): TextSet => textsOf(batch.given![name]);

/** How the whole dialogues of a dataset are read. @throws DataError where it gives none */
export function wholeDialogues(dataset: Dataset<"text">): (batch: Batch<"text">) => Message[][] {
  if (dataset.given?.[MESSAGES] === undefined && dataset.given?.[CHOSEN] !== undefined) {
    requireGiven(dataset, [PROMPT, CHOSEN]);
    return (batch) => pairsOf(batch).map(({ prompt, chosen }) => [...prompt, ...chosen]);
  }
  requireGiven(dataset, [MESSAGES]);
  return (batch) => chatsOf(givenOf(batch, MESSAGES));
}

/** Prompts with their answers. */
export function pairsOf(
  batch: Batch<"text">,
): { prompt: Message[]; chosen: Message[]; rejected: Message[] }[] {
  const chosen = chatsOf(givenOf(batch, CHOSEN)), rejected = chatsOf(givenOf(batch, REJECTED));
  return chatsOf(givenOf(batch, PROMPT)).map((prompt, i) => ({
    prompt,
    chosen: chosen[i],
    rejected: rejected[i],
  }));
}

/** How prompts are read: as they are given, or else dialogues up to their last answer. */
export function promptsOf(dataset: Dataset<"text">): (batch: Batch<"text">) => Message[][] {
  if (dataset.given?.[PROMPT] !== undefined) return (batch) => chatsOf(givenOf(batch, PROMPT));
  const whole = wholeDialogues(dataset);
  return (batch) => whole(batch).map((messages) => messages.slice(0, lastAnswer(messages)));
}

/** Number of the last answer's message; that of all of them where there is none. */
export function lastAnswer(messages: readonly Message[]): number {
  const at = messages.findLastIndex(({ role }) => role === ANSWERS);
  return at < 0 ? messages.length : at;
}
