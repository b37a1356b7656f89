/**
 * Answers to dialogues: a model of text asked by its chat template, and what it wrote until the answer
 * ended. Metrics and protocols ask alike, so that their numbers are of the same answers.
 * @module
 */
import { MetricUnavailable } from "../base/mod.ts";
import {
  chatTokensOf,
  endsOf,
  promptTokens,
  renderChat,
  templateOf,
  TEMPLATES,
  type Turn,
} from "../tokenizers/chat/mod.ts";
import type { Tokenizer } from "../tokenizers/mod.ts";
import type { Choosing, LanguageModel, Prompt } from "./language.ts";

/** A dialogue that ends where an answer is wanted. */
export interface Question {
  readonly messages: readonly Turn[];
  /** Fixes the draws, with the run's key. */
  readonly row: number;
}

/** How answers are written. By default the likeliest. */
export interface Answering extends Choosing {
  /** Tokens of an answer at most. */
  readonly most: number;
  /** A chat template, or the name of one; left out: the tokenizer's own. */
  readonly template?: string;
}

/** An answer. */
export interface Answer {
  /** Without what ended it, and without spaces around it. */
  readonly text: string;
  readonly tokens: number;
  /** Whether it was ended, and not cut where it had too many tokens. */
  readonly ended: boolean;
}

type Asking = Pick<Prompt, "text" | "tokens" | "until" | "ends">;

/** How a model with a tokenizer is asked: by the tokens that it was trained to answer after. */
function byTokens(tokenizer: Tokenizer, template: string): (messages: readonly Turn[]) => Asking {
  const form = { tokenizer, template }, ending = endsOf(form), names = chatTokensOf(tokenizer);
  const [first, ...others] = ending.tokens;
  const special = others.length === 0 && Object.values(tokenizer.special).includes(first);
  return (messages) => ({
    text: renderChat(template, messages, { asks: true, names }),
    tokens: Int32Array.from([tokenizer.separator, ...promptTokens(messages, form)]),
    ...(special ? { ends: [first] } : { until: [ending.text] }),
  });
}

/** How a model is asked whose tokens aren't known: by a text, as its server reads it. */
function byText(
  template: string,
  names: Readonly<Record<string, string>>,
): (messages: readonly Turn[]) => Asking {
  return (messages) => ({ text: renderChat(template, messages, { asks: true, names }) });
}

/** @throws MetricUnavailable where there is no template to ask by */
function asker(
  { tokenizer, chatTemplate, chatTokens = {} }: LanguageModel,
  wanted: string | undefined,
): (messages: readonly Turn[]) => Asking {
  if (tokenizer !== null) return byTokens(tokenizer, templateOf(tokenizer, wanted ?? chatTemplate));
  const named = Object.hasOwn(TEMPLATES, wanted ?? "")
    ? TEMPLATES[wanted as keyof typeof TEMPLATES]
    : wanted;
  const template = named ?? chatTemplate;
  if (template !== undefined) return byText(template, chatTokens);
  throw new MetricUnavailable(
    "not-defined",
    "its server tells of no chat template: name one, `template: chatml`",
  );
}

/**
 * Answers in the order of the questions; one doesn't depend on which others are asked with it.
 * @throws MetricUnavailable where there is no chat template; DataError where it refuses a dialogue
 */
export async function answersTo(
  language: LanguageModel,
  questions: readonly Question[],
  { most, template, ...choosing }: Answering,
): Promise<Answer[]> {
  const ask = asker(language, template);
  const written = await language.generate(
    questions.map(({ messages, row }) => ({
      ...choosing,
      ...ask(messages),
      most,
      special: true,
      row,
    })),
  );
  return written.map(({ text, tokens, ended }) => ({
    text: text.trim(),
    tokens,
    ended: ended !== "length",
  }));
}
