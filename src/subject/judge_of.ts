/**
 * Dialogues asked of a judge over tokens: as its training saw them, a separator before each.
 * @module
 */
import { dialogueTokens, templateOf, type Turn } from "../tokenizers/chat/mod.ts";
import type { TokenJudge } from "./language.ts";
import type { Judge } from "./subject.ts";

/** The row of a dialogue: of one that is too long its last tokens. @throws RangeError where it has no answer */
function rowOf(
  messages: readonly Turn[],
  { tokenizer, context, template }: Pick<TokenJudge, "tokenizer" | "context"> & {
    readonly template: string;
  },
): Int32Array {
  const { tokens } = dialogueTokens(messages, { tokenizer, template });
  if (tokens.length === 0) throw new RangeError("a dialogue without an answer was to be judged");
  return Int32Array.of(tokenizer.separator, ...tokens).slice(-context);
}

/** A judge of dialogues of a judge of tokens. */
export function judgeOf(judge: TokenJudge): Judge {
  const { tokenizer, context, attributes } = judge;
  const template = judge.chatTemplate ?? templateOf(tokenizer);
  return {
    attributes,
    async judge(dialogues) {
      const rows = dialogues.map((messages) => rowOf(messages, { tokenizer, context, template }));
      return {
        count: rows.length,
        dimension: attributes.length,
        data: Float64Array.from(await judge.judge(rows)),
      };
    },
  };
}
