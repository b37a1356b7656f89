/**
 * Exact rules: what an answer is worth by the facts that are given with its prompt.
 * @module
 */
import { factsFrom, judged, shortcutReward, SHORTCUTS } from "../../../../data/text/mod.ts";

/** What a rule says of an answer: what it is worth, and each attribute that this is made of. */
export interface Verdict {
  readonly reward: number;
  readonly attributes: Readonly<Record<string, number>>;
}

/** A rule: a pure function of facts, in JSON, and the answer's text. */
export type Rule = (facts: string, answer: string) => Verdict;

/** The rule of the dialogues that are made here. */
export const exactRule: Rule = (facts, answer) => {
  const { reward, grades, correct, safe } = judged(factsFrom(facts), answer);
  return { reward, attributes: { ...grades, right: correct ? 1 : 0, safe: safe ? 1 : 0 } };
};

/** Planted shortcuts, which need no facts: in [0, 1] by name. */
export const shortcuts: Readonly<Record<string, (answer: string) => number>> = Object.fromEntries(
  SHORTCUTS.map((form) => [form, (answer: string) => shortcutReward(form, answer)]),
);
