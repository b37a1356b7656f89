/**
 * Answers that a policy writes to the prompts of a batch, some to each, and what their tokens are said
 * to be worth while it writes them.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import type { Batch } from "../../../../data/mod.ts";
import { rowOf, type TextSet } from "../../../../kinds/text/mod.ts";
import type { CollectContext, TensorRecord } from "../../../family.ts";
import type { Policy } from "./settings.ts";
import { endsOf as chatEndsOf } from "../../../../tokenizers/chat/mod.ts";
import { endsOf, tokenModel } from "../../decoding/token_model.ts";
import type { Setting, State } from "../../model.ts";

/** An answer. */
export interface Answer {
  /** Which prompt of the batch it answers. */
  readonly prompt: number;
  readonly before: Int32Array;
  /** What was written, what ended it included. At least one. */
  readonly tokens: Int32Array;
  /** Whether it was ended, and not cut at the most tokens. */
  readonly ended: boolean;
  /** Without what ended it, and without spaces around it, as chat templates write answers. */
  readonly text: string;
}

/** Answers that are written together: some times the first number, at most the second. */
const ROWS = 8, MOST_ROWS = 32;

const utf8 = new TextDecoder();

/** The text that ends an answer, where the chat template has no special token that does. */
function endingText({ tokenizer, template }: Setting): string | undefined {
  if (template === undefined) return undefined;
  const { text, tokens } = chatEndsOf({ tokenizer, template });
  return tokenizer.special[text] === tokens[0] ? undefined : text;
}

/** How many of the tokens an answer has that a text ends, and what stands before that; or null. */
function cutAt(
  tokens: Int32Array,
  ending: string,
  { tokenizer }: Setting,
): { readonly count: number; readonly text: string } | null {
  const textOf = (count: number) => utf8.decode(tokenizer.decode(tokens.subarray(0, count)));
  if (!textOf(tokens.length).includes(ending)) return null;
  for (let count = 1;; count++) {
    const text = textOf(count), at = text.indexOf(ending);
    if (at >= 0) return { count, text: text.slice(0, at) };
  }
}

/** What was written as an answer. */
export function answerOf(
  tokens: Int32Array,
  { prompt, before, setting }: {
    readonly prompt: number;
    readonly before: Int32Array;
    readonly setting: Setting;
  },
): Answer {
  const ending = endingText(setting);
  const cut = ending === undefined ? null : cutAt(tokens, ending, setting);
  if (cut !== null) {
    const { count, text } = cut;
    return { prompt, before, tokens: tokens.slice(0, count), ended: true, text: text.trim() };
  }
  const ended = endsOf(setting).includes(tokens.at(-1)!);
  const own = ended ? tokens.subarray(0, -1) : tokens;
  return {
    prompt,
    before,
    tokens,
    ended,
    text: utf8.decode(setting.tokenizer.decode(own)).trim(),
  };
}

/** The policy as it writes and is scored: not its average, and nothing of the optimiser's. */
export function liveOf({ params, adapter, head }: State): TensorRecord {
  return { params, ...(adapter && { adapter }), ...(head && { head }) } as TensorRecord;
}

/**
 * `policy.group` answers to each prompt, one after the other. A draw hangs on the step's key, the
 * answer's number and the token's place alone.
 * @throws DataError for a prompt beside which an answer doesn't fit into the context
 */
export async function writeAnswers(
  state: State,
  batch: Batch,
  { context, setting, policy }: {
    readonly context: CollectContext;
    readonly setting: Setting;
    readonly policy: Policy;
  },
): Promise<Answer[]> {
  const prompts = batch.samples as TextSet, { group, answer: most, temperature, topP } = policy;
  const asked = Array.from({ length: prompts.count * group }, (_, row) => {
    const prompt = Math.floor(row / group), before = rowOf(prompts, prompt);
    const { context: seen } = setting.shape;
    if (before.length < 1 || before.length + most - 1 > seen) {
      throw new DataError(
        `a prompt of ${before.length} tokens was to be answered in at most ${most}; the model sees ` +
          `${seen} at once: lower \`policy.answer\`, or raise \`context\``,
      );
    }
    return { prompt, before, row };
  });
  const rows = Math.min(MOST_ROWS, ROWS * Math.ceil(asked.length / ROWS));
  const ending = endingText(setting);
  const done = (tokens: Int32Array) => cutAt(tokens, ending!, setting) !== null;
  const written = await tokenModel(liveOf(state), { context, setting, rows }).write(
    asked.map(({ before, row }) => ({
      tokens: before,
      most,
      row,
      temperature,
      ...(topP < 1 && { topP }),
      ...(ending !== undefined && { done }),
    })),
  );
  return asked.map(({ prompt, before }, i) => answerOf(written[i], { prompt, before, setting }));
}
