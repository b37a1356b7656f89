/**
 * What answering came to, in numbers.
 * @module
 */
import type { MadeDocument } from "../../data/text/mod.ts";
import { bestOf } from "./choose.ts";

/** What came of a prompt; lists hold a number an answer. */
export interface PromptDone {
  readonly documents: readonly MadeDocument[];
  /** Tokens of each answer. */
  readonly tokens: readonly number[];
  /** 1: the answer ended, and was not cut. */
  readonly ended: readonly number[];
  /** By the rule; null where there are no facts. */
  readonly rewards: readonly number[] | null;
  /** 1: exactly right. */
  readonly right: readonly number[] | null;
  /** By the judge; null where there is none. */
  readonly judged: readonly number[] | null;
  /** Numbers of the answers that were chosen. */
  readonly kept: readonly number[];
}

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Means of one of the lists: of first answers, of all, and of those that were chosen. */
function means(
  all: readonly PromptDone[],
  name: string,
  of: (one: PromptDone) => readonly number[] | null,
): Record<string, number> {
  const lists = all.flatMap((one) => of(one) ?? []);
  if (lists.length === 0) return {};
  const kept = all.flatMap((one) => one.kept.map((k) => of(one)![k]));
  return {
    [`${name}, first`]: meanOf(all.map((one) => of(one)![0])),
    [`${name}, all`]: meanOf(lists),
    ...(kept.length > 0 && { [`${name}, kept`]: meanOf(kept) }),
  };
}

/** The mean reward of the answers that one of the lists says are best, at equal cost of sampling. */
function bestBy(
  all: readonly PromptDone[],
  of: (one: PromptDone) => readonly number[] | null,
): number | null {
  const found = all.flatMap((one) => {
    const list = of(one);
    return list === null || one.rewards === null ? [] : [one.rewards[bestOf(list)]];
  });
  return found.length === 0 ? null : meanOf(found);
}

/** Numbers by name, as a record's `measured` holds them. */
export function numbersOf(all: readonly PromptDone[]): Record<string, number> {
  const tokens = all.flatMap((one) => one.tokens), ended = all.flatMap((one) => one.ended);
  const byRule = bestBy(all, ({ rewards }) => rewards);
  const byJudge = bestBy(all, ({ judged }) => judged);
  return {
    prompts: all.length,
    answers: tokens.length,
    tokens: tokens.reduce((sum, value) => sum + value, 0),
    ended: meanOf(ended),
    ...means(all, "reward", ({ rewards }) => rewards),
    ...means(all, "right", ({ right }) => right),
    ...means(all, "judged", ({ judged }) => judged),
    ...(byRule !== null && { "reward, best by rule": byRule }),
    ...(byJudge !== null && { "reward, best by judge": byJudge }),
  };
}
