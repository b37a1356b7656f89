/**
 * Combinations that training never shows, though it shows each of their parts.
 * @module
 */
import { type Known, type TaskName, TASKS } from "./facts.ts";
import { CLASSES, type Trait, TRAITS } from "./grammar/people.ts";

/** A task on a trait, or values of one person together. */
export type Combination =
  | { readonly task: TaskName; readonly trait: Trait }
  | { readonly values: readonly (readonly [keyof typeof CLASSES, string])[] };

/** What of a dialogue may be held out. */
export interface Shown {
  readonly task: TaskName;
  readonly traits: readonly Trait[];
  readonly people: readonly Known[];
}

const EDITED: readonly Trait[] = ["age_years", "hair", "hair_colour", "expression"];

/** The traits that a task may be on. Those of all traits at once are on none. */
const TRAITS_OF: Readonly<Record<TaskName, readonly Trait[]>> = {
  describe: [],
  ask: TRAITS,
  older: ["age_years"],
  json: [],
  edit: EDITED,
  edits: EDITED,
  yes_no: TRAITS.filter((trait) => trait !== "gender"),
  count: ["gender", "ethnicity", "expression"],
  decline: [],
};

/** Tasks on several persons, of whom hair isn't shown. */
const SHORT: readonly TaskName[] = ["older", "count"];

/** A combination as suites write it: "edit/hair", "expression=sad+hair=afro"; null for any other text. */
export function combinationFrom(text: string): Combination | null {
  const [name, on, ...more] = text.split("/");
  const task = TASKS.find((one) => one === name);
  const trait = task && TRAITS_OF[task].find((one) => one === on);
  if (task !== undefined && trait !== undefined && more.length === 0) return { task, trait };
  const values = text.split("+").map((part) => part.split("="));
  const known = values.every(([name, value, ...more]) =>
    Object.hasOwn(CLASSES, name) && more.length === 0 &&
    (CLASSES[name as keyof typeof CLASSES] as readonly string[]).includes(value)
  );
  const names = new Set(values.map(([name]) => name));
  if (!known || values.length < 2 || names.size < values.length) return null;
  return { values: values.map(([name, value]) => [name as keyof typeof CLASSES, value]) };
}

/** Whether some of these tasks can show a combination. */
export function canShow(tasks: readonly TaskName[], one: Combination): boolean {
  if ("task" in one) return tasks.includes(one.task);
  const hair = one.values.some(([name]) => name === "hair" || name === "hair_colour");
  return !hair || tasks.some((task) => !SHORT.includes(task));
}

/** Whether a dialogue shows one of these combinations. */
export function shows({ task, traits, people }: Shown, of: readonly Combination[]): boolean {
  return of.some((one) =>
    "task" in one
      ? one.task === task && traits.includes(one.trait)
      : people.some((person) => one.values.every(([name, value]) => person[name] === value))
  );
}
