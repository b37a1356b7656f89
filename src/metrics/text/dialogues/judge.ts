/**
 * A subject that judges, as metrics ask it.
 * @module
 */
import { MetricUnavailable } from "../../../base/mod.ts";
import { type Exchange, type Message, withoutAsking } from "../../../data/text/mod.ts";
import type { Judge, Subject } from "../../../subject/mod.ts";

/** The judge's numbers of dialogues of one name, in their order. */
export type Judged = (dialogues: readonly (readonly Message[])[]) => Promise<number[]>;

/** A subject's judge. @throws MetricUnavailable where it judges nothing */
export function judgeIn({ label, judge }: Subject): Judge {
  if (judge !== undefined) return judge;
  throw new MetricUnavailable("not-defined", `${label} judges no dialogues`);
}

/** Numbers by name. @throws MetricUnavailable where the subject gives none of that name */
export function judging(subject: Subject, name: string): Judged {
  const judge = judgeIn(subject), at = judge.attributes.indexOf(name);
  if (at < 0) throw new MetricUnavailable("not-defined", `${subject.label} gives no ${name}`);
  return async (dialogues) => {
    const { dimension, data } = await judge.judge(dialogues);
    return dialogues.map((_, i) => data[i * dimension + at]);
  };
}

/** What a judge is shown: the prompt without what it asks for, and the answer. */
export function dialogueOf({ prompt }: Pick<Exchange, "prompt">, answer: string): Message[] {
  return [...withoutAsking(prompt), { role: "assistant", content: answer }];
}
