/**
 * What the exact rule of dialogues says of an answer, by the facts that are given with its prompt; and
 * answers that it knows.
 * @module
 */
import type { HostKey } from "../../../random/host/mod.ts";
import { oracle, written } from "../dialogues/answers.ts";
import { Draws } from "../dialogues/draws.ts";
import { type Facts, factsFrom, type TaskName } from "../dialogues/facts.ts";
import { type Attribute, judged, shortcutReward } from "../dialogues/rule.ts";
import { drawnStyle } from "../dialogues/styles.ts";

/** Facts as data give them. */
export type GivenFacts = Readonly<Record<string, unknown>>;

/** What an answer is worth, and what it looks like. */
export interface Verdict {
  /** Whether all that was asked is said, nothing that isn't true, and nothing unsafe. */
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

/** Shares of answers that `someAnswer` makes wrong, or lets leave something out; none insults. */
const LESS = { wrong: 0.4, missing: 0.3, unsafe: 0 } as const;

/** An answer of any quality, drawn by the key: what it has of each attribute can be had. @throws DataError likewise */
export function someAnswer(facts: GivenFacts, key: HostKey): string {
  const own = factsOf(facts), draws = new Draws(key);
  return written(own, drawnStyle(own, draws, LESS), draws).text;
}

/** The same answer after sentences that flatter and say nothing: as much as the shortcut rewards. */
export function flattered(facts: GivenFacts, answer: string): string {
  const alone = oracle(factsOf(facts)), praised = oracle(factsOf(facts), { flattery: 4 });
  return `${praised.slice(0, praised.length - alone.length)}${answer}`;
}
