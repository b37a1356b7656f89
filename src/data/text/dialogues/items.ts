/**
 * Dialogues by number: what fixes each, and what is held out.
 * @module
 */
import { z } from "zod";
import { DataError } from "../../../base/mod.ts";
import { hostFold, hostKey } from "../../../random/host/mod.ts";
import type { Split } from "../../dataset.ts";
import { headsConfig, sampleHead } from "../../heads/mod.ts";
import { saidOf } from "../captions/grammar.ts";
import { Draws } from "./draws.ts";
import { TASKS } from "./facts.ts";
import { canShow, type Combination, combinationFrom, shows } from "./held_out.ts";
import type { Known } from "./facts.ts";
import type { Person } from "./grammar/people.ts";
import { type Question, tasks } from "./tasks.ts";

/** Times that a dialogue is drawn anew, to be of a wanted combination. */
const ATTEMPTS = 20_000;

const { train, test, judge, judge_test, seed } = headsConfig.shape;

/** Settings that all datasets of dialogues have. */
export const shared = {
  train: train.describe("dialogues to learn from"),
  test: test.describe("dialogues held out, on other persons"),
  judge: judge.describe("dialogues on other persons again"),
  judge_test: judge_test.describe("dialogues on other persons again"),
  seed: seed.describe("fixes all dialogues"),
  tasks: z.array(z.enum(TASKS)).min(1).default([...TASKS]).describe(
    "what is asked, all alike often",
  ),
  heldOut: z.array(
    z.string().refine((text) => combinationFrom(text) !== null, {
      message:
        "a task on a trait (`edit/hair`) or values of a person (`expression=sad+hair=afro`) " +
        "were expected",
    }),
  ).default(["yes_no/hair", "expression=surprised+hair_colour=auburn"]).describe(
    "combinations that only held-out dialogues show: a task on a trait, or values of one person",
  ),
  heldOutShare: z.number().min(0).max(1).default(0.2).describe(
    "share of the held-out dialogues that show one of them",
  ),
};
const config = z.strictObject(shared);

/** Parsed settings that all datasets of dialogues have. */
export type SharedConfig = z.output<typeof config>;

/** What a dialogue is about, and what its answers make of it. */
export interface Item<T> extends Question {
  readonly heldOut: boolean;
  readonly answers: T;
}

/** Draws the answers to a question. `people`: persons that they make of the true ones. */
export type Answering<T> = (
  question: Question,
  draws: Draws,
) => { readonly answers: T; readonly people: readonly Known[] };

/** The person that a key draws, as dialogues speak of them. */
export function personFrom(key: ReturnType<typeof hostKey>): Person {
  const { yaw: _, light_azimuth: __, ...person } = saidOf(sampleHead(key));
  return person;
}

/**
 * Dialogue `index` of a split. Of the training splits none shows a combination that is held out, in wrong
 * answers neither; of the others a share does.
 * @throws DataError where none of the wanted kind is found: the tasks can't show what is held out
 */
export function itemOf<T>(
  { name, config }: { readonly name: string; readonly config: SharedConfig },
  { split, index }: { readonly split: Split; readonly index: number },
  answer: Answering<T>,
): Item<T> {
  const key = hostKey(config.seed, "dialogues", name, split, index);
  const combinations = config.heldOut.map((text) => combinationFrom(text)!)
    .filter((one) => canShow(config.tasks, one));
  const training = split === "train" || split === "judge";
  const wanted = !training && combinations.length > 0 &&
    new Draws(hostFold(key, "held out")).chance(config.heldOutShare);
  const found = ofKind(combinations, wanted, (attempt) => {
    const own = hostFold(key, attempt), draws = new Draws(hostFold(own, "draws"));
    let persons = 0;
    const task = draws.pick(config.tasks);
    const question = tasks[task](
      draws,
      () => personFrom(hostFold(hostFold(own, "person"), persons++)),
    );
    const { answers, people } = answer(question, draws);
    return { ...question, people: [...question.people, ...people], answers };
  });
  if (found !== null) return { ...found, heldOut: wanted };
  throw new DataError(
    `${name}: in ${ATTEMPTS} dialogues none ${wanted ? "shows" : "is without"} one of the ` +
      `combinations held out, ${config.heldOut.join(", ")}: change \`heldOut\` or \`tasks\``,
  );
}

/** The first draw that shows a combination held out, or shows none. */
function ofKind<T extends Question>(
  combinations: readonly Combination[],
  wanted: boolean,
  draw: (attempt: number) => T,
): T | null {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const one = draw(attempt);
    const { facts: { task }, traits, people } = one;
    if (shows({ task, traits, people }, combinations) === wanted) return one;
  }
  return null;
}
