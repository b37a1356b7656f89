/**
 * Which chat template a model is spoken to by.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { list } from "../../base/text/mod.ts";
import type { Tokenizer } from "../tokenizer.ts";

/** Special tokens that `chatml` is written with. */
export const CHATML_TOKENS = ["<|im_start|>", "<|im_end|>"] as const;

/** Each message between two special tokens, its role before it (OpenAI's ChatML). */
const chatml = `{% for message in messages %}<|im_start|>{{ message['role'] }}
{{ message['content'] | trim }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

/**
 * Without special tokens, for tokenizers that have none: "User: …" and "Assistant: …", an empty line
 * after each. An answer ends at the first empty line.
 */
const plain = `{% for message in messages %}{{ message['role'] | capitalize }}: ` +
  `{{ message['content'] | trim }}{{ '\\n\\n' }}{% endfor %}` +
  `{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}`;

/** Templates that are named. */
export const TEMPLATES: Readonly<Record<"chatml" | "plain", string>> = { chatml, plain };

const isJinja = (text: string) => /\{[{%]/.test(text);

/** Whether the tokenizer has the special tokens that `chatml` is written with. */
export function speaksChatml({ special }: Pick<Tokenizer, "special">): boolean {
  return CHATML_TOKENS.every((token) => Object.hasOwn(special, token));
}

/**
 * The chat template of a tokenizer: the one that is wanted; else its own; else `chatml` where it has
 * the special tokens of it; else `plain`.
 * @param wanted a name of `TEMPLATES`, or Jinja
 * @returns Jinja
 * @throws DataError for what is neither, and for `chatml` where its special tokens are missing
 */
export function templateOf(tokenizer: Tokenizer, wanted?: string): string {
  const named = wanted !== undefined && Object.hasOwn(TEMPLATES, wanted);
  if (wanted !== undefined && !named) {
    if (isJinja(wanted)) return wanted;
    throw new DataError(
      `the chat template ${JSON.stringify(wanted)} is no Jinja and none of the named ones: ` +
        list(Object.keys(TEMPLATES)),
    );
  }
  if (wanted === "chatml" && !speaksChatml(tokenizer)) {
    throw new DataError(
      `the chat template \`chatml\` is written with ${CHATML_TOKENS.join(" and ")}, which the ` +
        `tokenizer ${tokenizer.name} doesn't have as special tokens: add them (\`special\` of ` +
        "`tokenize`), or take `plain`",
    );
  }
  if (named) return TEMPLATES[wanted as keyof typeof TEMPLATES];
  return tokenizer.chatTemplate ?? (speaksChatml(tokenizer) ? chatml : plain);
}
