/**
 * Exact rules: what an answer is worth by the facts that are given with its prompt.
 * @module
 */

/** What a rule says of an answer: what it is worth, and each attribute that this is made of. */
export interface Verdict {
  readonly reward: number;
  readonly attributes: Readonly<Record<string, number>>;
}

/** A rule: a pure function of facts, as JSON has them, and the answer's text. */
export type Rule = (facts: unknown, answer: string) => Verdict;
