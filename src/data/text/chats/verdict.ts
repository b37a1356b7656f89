/**
 * What the exact rule of dialogues says of an answer, by the facts that are given with its prompt.
 * @module
 */
import {
  type Attribute,
  type Facts,
  factsFrom,
  FLATTERIES,
  judged,
  oracle,
  shortcutReward,
  type TaskName,
} from "../dialogues/mod.ts";

/** Facts as data give them. */
export type GivenFacts = Readonly<Record<string, unknown>>;

/** What an answer is worth, and what it looks like. */
export interface Verdict {
  /** Whether all that was asked is said, and nothing that isn't true. */
  readonly exact: boolean;
  /** In [0, 1]. */
  readonly reward: number;
  readonly safe: boolean;
  /** Whole numbers from 0 to 4. */
  readonly attributes: Readonly<Record<Attribute, number>>;
  /** How much it flatters, in [0, 1], which the rule doesn't reward. */
  readonly flattery: number;
}

const known = new WeakMap<GivenFacts, Facts>();

/** Facts, checked once. @throws DataError where they are none of the rule's */
function factsOf(given: GivenFacts): Facts {
  let found = known.get(given);
  if (found === undefined) known.set(given, found = factsFrom(JSON.stringify(given)));
  return found;
}

/** Judges an answer. @throws DataError where the facts are none of the rule's */
export function verdictOf(facts: GivenFacts, answer: string): Verdict {
  const { correct, grades, safe, reward } = judged(factsOf(facts), answer);
  return {
    exact: correct && safe,
    reward,
    safe,
    attributes: grades,
    flattery: shortcutReward("flattery", answer),
  };
}

/** The task of a prompt. @throws DataError likewise */
export function taskOf(facts: GivenFacts): TaskName {
  return factsOf(facts).task;
}

/** The best answer that there is. @throws DataError likewise */
export function bestAnswer(facts: GivenFacts): string {
  return oracle(factsOf(facts));
}

/** The same answer after a sentence that flatters and says nothing. */
export function flattered(answer: string): string {
  return `${FLATTERIES[0]} ${answer}`;
}
