/**
 * What answers are worth: by the data's exact rule, and by a judge.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { type Exchange, type Message, type Verdict, verdictOf } from "../../data/text/mod.ts";
import type { Judge, Subject } from "../../subject/mod.ts";

/** An answer with the exchange that it is an answer in. */
export interface Answered {
  readonly exchange: Exchange;
  readonly text: string;
}

/** What the rule says of answers; null where the data give no facts to judge by. */
export function byRule(answers: readonly Answered[]): Verdict[] | null {
  if (answers.some(({ exchange }) => exchange.facts === null)) return null;
  return answers.map(({ exchange, text }) => verdictOf(exchange.facts!, text));
}

/** The dialogue that an answer makes. */
export function dialogueOf(prompt: readonly Message[], text: string): Message[] {
  return [...prompt, { role: "assistant", content: text }];
}

/** The judge of a subject. @throws DataError where it judges nothing */
export function judgeIn(subject: Subject): Judge {
  if (subject.judge !== undefined) return subject.judge;
  throw new DataError(
    `${subject.label} judges no dialogues: name a run with \`objective: reward\` or \`attributes\``,
  );
}

/** The weights of a judge's numbers. @throws DataError where they name what it doesn't judge */
export function weightsOf(
  attributes: readonly string[],
  { weigh, label }: { readonly weigh?: Readonly<Record<string, number>>; readonly label: string },
): number[] {
  const wanted: Readonly<Record<string, number>> = weigh ?? { reward: 1 };
  const stray = Object.keys(wanted).find((name) => !attributes.includes(name));
  if (stray === undefined) return attributes.map((name) => wanted[name] ?? 0);
  throw new DataError(
    weigh === undefined
      ? `${label} judges ${attributes.join(", ")} and no reward: say by \`weigh\` what they count`
      : `\`weigh\` names ${stray}; ${label} judges ${attributes.join(", ")}`,
  );
}

/** What a judge says that answers are worth: Σ weight · number, in their order. */
export async function byJudge(
  subject: Subject,
  answers: readonly Answered[],
  { weigh, prompt }: {
    readonly weigh?: Readonly<Record<string, number>>;
    /** The prompt as the judge sees it. */
    prompt(exchange: Exchange): readonly Message[];
  },
): Promise<number[]> {
  const judge = judgeIn(subject);
  const weights = weightsOf(judge.attributes, { weigh, label: subject.label });
  const { dimension, data } = await judge.judge(
    answers.map(({ exchange, text }) => dialogueOf(prompt(exchange), text)),
  );
  return answers.map((_, i) =>
    weights.reduce(
      (sum, weight, j) => sum + (weight === 0 ? 0 : weight * data[i * dimension + j]),
      0,
    )
  );
}
