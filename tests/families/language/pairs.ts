/** Dialogues of a few tokens: rows of prompts with answers, as the views of dialogues make them. */
import * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../../src/families/family.ts";
import type { Setting } from "../../../src/families/language/model.ts";
import type { ScoredRows } from "../../../src/families/language/objectives/rows.ts";
import { hostIntegers, hostKey } from "../../../src/random/host/host.ts";
import { integers } from "./small.ts";

/** A prompt with an answer, in tokens. */
export interface Exchange {
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
}

/** A prompt with two answers. */
export interface Pair {
  readonly prompt: readonly number[];
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
}

/** Rows of `columns` tokens: the separator, prompt, answer; only the answer is scored. */
export function exchangeRows(
  exchanges: readonly Exchange[],
  { separator, columns }: { readonly separator: number; readonly columns: number },
): { readonly tokens: Int32Array; readonly scored: Int32Array } {
  const tokens = new Int32Array(exchanges.length * columns).fill(-1);
  const scored = new Int32Array(tokens.length);
  exchanges.forEach(({ prompt, answer }, i) => {
    const row = [separator, ...prompt, ...answer];
    if (row.length > columns) throw new RangeError(`${row.length} tokens, room for ${columns}`);
    tokens.set(row, i * columns);
    scored.fill(1, i * columns + 1 + prompt.length, i * columns + row.length);
  });
  return { tokens, scored };
}

/** As tensors, for a model of the setting. */
export function scoredRows(exchanges: readonly Exchange[], setting: Setting): ScoredRows {
  const columns = setting.shape.context + 1, { separator } = setting.tokenizer;
  const { tokens, scored } = exchangeRows(exchanges, { separator, columns });
  const size = [exchanges.length, columns] as const;
  return { tokens_BT: integers(tokens, size), scored_BT: integers(scored, size) };
}

/** A step's inputs of pairs. */
export function pairInputs(
  pairs: readonly Pair[],
  setting: Setting,
  numbers: readonly number[] = pairs.map((_, i) => i),
): TensorRecord {
  const side = (name: "chosen" | "rejected") =>
    scoredRows(pairs.map((pair) => ({ prompt: pair.prompt, answer: pair[name] })), setting);
  return {
    ...side("chosen"),
    given: { rejected: side("rejected") },
    labels: { number: tf.tensor1d([...numbers]) },
  };
}

/** Random tokens but for the separator. */
export function drawnTokens(seed: number, count: number, vocabulary = 7): number[] {
  return Array.from(hostIntegers(hostKey(seed, "pairs"), count, vocabulary - 1));
}

/** Pairs of random tokens; lengths of prompts and answers go round through those given. */
export function drawnPairs(
  seed: number,
  count: number,
  { prompts = [2, 1, 3], answers = [1, 3, 2, 4] }: {
    readonly prompts?: readonly number[];
    readonly answers?: readonly number[];
  } = {},
): Pair[] {
  return Array.from({ length: count }, (_, i) => ({
    prompt: drawnTokens(100 * seed + 3 * i, prompts[i % prompts.length]),
    chosen: drawnTokens(100 * seed + 3 * i + 1, answers[i % answers.length]),
    rejected: drawnTokens(100 * seed + 3 * i + 2, answers[(i + 2 + i % 2) % answers.length]),
  }));
}
