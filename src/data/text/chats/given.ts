/**
 * Dialogues of samples, from what is given with them.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import { textsOf } from "../../../kinds/text/mod.ts";
import { ANSWERS, type Message } from "../../../tokenizers/chat/mod.ts";
import type { Batch, Dataset, Split } from "../../dataset.ts";
import { chatsOf, CHOSEN, MESSAGES, PROMPT, REJECTED } from "../chat.ts";

/** Reads something of a batch; undefined where it isn't given. */
export type Reader<T> = (batch: Batch<"text">) => T[] | undefined;

const column: (name: string) => Reader<Message[]> = (name) => (batch) => {
  const given = batch.given?.[name];
  return given === undefined ? undefined : chatsOf(textsOf(given));
};

/** A prompt with two answers, each the messages after it. */
export interface Pair {
  readonly prompt: readonly Message[];
  readonly chosen: readonly Message[];
  readonly rejected: readonly Message[];
}

/** Pairs of answers. */
export const pairsOf: Reader<Pair> = (batch) => {
  const [prompts, chosen, rejected] = [PROMPT, CHOSEN, REJECTED].map((name) => column(name)(batch));
  if (chosen === undefined || rejected === undefined) return undefined;
  return prompts?.map((prompt, i) => ({ prompt, chosen: chosen[i], rejected: rejected[i] }));
};

/** Whole dialogues: `messages`, or else prompts with the chosen answer. */
export const dialoguesOf: Reader<readonly Message[]> = (batch) =>
  column(MESSAGES)(batch) ??
    pairsOf(batch)?.map(({ prompt, chosen }) => [...prompt, ...chosen]);

/** Prompts, or else dialogues up to their last answer. */
export const promptsOf: Reader<readonly Message[]> = (batch) =>
  column(PROMPT)(batch) ??
    dialoguesOf(batch)?.map((messages) => messages.slice(0, lastAnswer(messages)));

/** Number of the last answer's message; that of all of them where there is none. */
export function lastAnswer(messages: readonly Message[]): number {
  const at = messages.findLastIndex(({ role }) => role === ANSWERS);
  return at < 0 ? messages.length : at;
}

/**
 * Whether a split gives what is read of it. What a run made takes the place of the training split alone,
 * so that others may give less.
 * @throws DataError where the training split doesn't
 */
export async function gives<T>(
  dataset: Dataset<"text">,
  split: Split,
  { reader, what }: { readonly reader: Reader<T>; readonly what: string },
): Promise<boolean> {
  if (dataset.size(split) === 0) return false;
  const batch = await dataset.read(split, [0]);
  if (reader(batch) !== undefined) return true;
  if (split !== "train") return false;
  const there = Object.keys(batch.given ?? {});
  throw new DataError(
    `${dataset.name}: ${what} were expected with each sample; given is ` +
      (there.length === 0 ? "nothing" : `\`${there.join("`, `")}\``) +
      ". Dialogues are in `instructions`, `preferences`, `attributes`, in `texts` with `form: chat`, " +
      "and in what runs make of them",
  );
}
