/**
 * What metrics of dialogues share: held-out prompts with the facts by which answers are judged, and the
 * subject's answers to them, which are had once however many metrics ask.
 * @module
 */
import { z } from "zod";
import { MetricUnavailable } from "../../../base/mod.ts";
import {
  askingFor,
  type Exchange,
  exchangesOf,
  type Message,
  type Verdict,
  verdictOf,
} from "../../../data/text/mod.ts";
import { type Answer, type Answering, answersTo, type Subject } from "../../../subject/mod.ts";
import { requireCount } from "../../comparison.ts";
import type { EvaluationContext } from "../../metric.ts";

/** Settings of metrics that ask. */
export const askingKeys = {
  prompts: z.int().min(2).default(128).describe("N: prompts of the test split, the first"),
  tokens: z.int().min(1).default(64).describe("tokens of an answer at most"),
  template: z.string().min(1).optional().describe(
    "chat template to ask by: chatml, plain, or Jinja; left out: the tokenizer's own",
  ),
  ask: z.record(z.string(), z.int()).optional().describe(
    "attributes that every prompt asks for, with their values: helpful: 4; left out: as the data have it",
  ),
};

/** See `askingKeys`. */
export interface Asking {
  readonly prompts: number;
  readonly tokens: number;
  readonly template?: string;
  readonly ask?: Readonly<Record<string, number>>;
}

/** An exchange that an answer can be judged in. */
export type Judgeable = Exchange & { readonly facts: NonNullable<Exchange["facts"]> };

/** What is asked beside what is usual, as a part of a value's name: "-ask-helpful4". */
export function askText({ ask = {} }: Pick<Asking, "ask">): string {
  return Object.entries(ask).map(([name, value]) => `-${name}${value}`).join("");
}

/**
 * The first dialogues of the test split.
 * @throws MetricUnavailable where they are too few, or no dialogues
 */
export async function heldOutExchanges(
  { dataset }: Pick<EvaluationContext, "dataset">,
  count: number,
): Promise<Exchange[]> {
  requireCount(dataset, "test", count);
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  return await exchangesOf(dataset, { split: "test", rows });
}

/** The same, with facts. @throws MetricUnavailable where the data give none */
export async function judgeableExchanges(
  context: Pick<EvaluationContext, "dataset">,
  count: number,
): Promise<Judgeable[]> {
  const exchanges = await heldOutExchanges(context, count);
  const judgeable = exchanges.filter((one): one is Judgeable => one.facts !== null);
  if (judgeable.length === exchanges.length) return judgeable;
  throw new MetricUnavailable(
    "not-defined",
    `the dialogues of ${context.dataset.name} come without facts, by which an answer could be judged`,
  );
}

const known = new WeakMap<object, Map<string, Promise<readonly Answer[]>>>();

/** What a subject answers with; an answer doesn't hang on what else is asked. */
async function answered(
  subject: Subject,
  prompts: readonly (readonly Message[])[],
  { rows, ...how }: Answering & { readonly rows: readonly number[] },
): Promise<readonly Answer[]> {
  const questions = prompts.map((messages, i) => ({ messages, row: rows[i] }));
  if (subject.answers !== undefined) return await subject.answers(questions, how);
  if (subject.language !== undefined) return await answersTo(subject.language, questions, how);
  throw new MetricUnavailable("not-defined", `${subject.label} answers nothing`);
}

/**
 * A subject's answers to prompts, in their order. The same are asked for once.
 * @param options `rows`: numbers that fix the draws; left out: 0, 1, …
 * @throws MetricUnavailable where it answers nothing
 */
export function answersOf(
  { subject }: Pick<EvaluationContext, "subject">,
  prompts: readonly (readonly Message[])[],
  { rows = prompts.map((_, i) => i), ...how }: Answering & { readonly rows?: readonly number[] },
): Promise<readonly Answer[]> {
  const own = known.get(subject) ?? new Map<string, Promise<readonly Answer[]>>();
  known.set(subject, own);
  const key = JSON.stringify([how, rows, prompts]);
  let found = own.get(key);
  if (found === undefined) {
    own.set(key, found = answered(subject, prompts, { ...how, rows }));
    found.catch(() => own.delete(key)); // who awaits it is told
  }
  return found;
}

/** A held-out prompt answered once, likeliest token by likeliest token, and judged. */
export interface JudgedAnswer {
  readonly exchange: Judgeable;
  readonly answer: Answer;
  readonly verdict: Verdict;
}

/** What a subject answers to the first held-out prompts, and what the rule says of it. */
export async function judgedAnswers(
  context: EvaluationContext,
  { prompts, tokens, template, ask }: Asking,
): Promise<JudgedAnswer[]> {
  const exchanges = await judgeableExchanges(context, prompts);
  const asked = exchanges.map(({ prompt }) => ask === undefined ? prompt : askingFor(prompt, ask));
  const answers = await answersOf(context, asked, {
    most: tokens,
    ...(template !== undefined && { template }),
  });
  return exchanges.map((exchange, i) => ({
    exchange,
    answer: answers[i],
    verdict: verdictOf(exchange.facts, answers[i].text),
  }));
}
