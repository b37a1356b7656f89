/**
 * What an answer is judged by: the task, what was shown of each person, and what is asked.
 * @module
 */
import { z } from "zod";
import { DataError } from "../../../base/mod.ts";
import { AGES } from "../../heads/mod.ts";
import { CLASSES, FORMS, TRAITS } from "./grammar/people.ts";

/** What dialogues are about. */
export const TASKS = [
  "describe",
  "ask",
  "older",
  "json",
  "edit",
  "edits",
  "yes_no",
  "count",
  "decline",
] as const;
/** One of `TASKS`. */
export type TaskName = typeof TASKS[number];

const person = z.strictObject({
  gender: z.enum(CLASSES.gender),
  age: z.enum(AGES),
  age_years: z.int().min(0),
  ethnicity: z.enum(CLASSES.ethnicity),
  hair: z.enum(CLASSES.hair),
  hair_colour: z.enum(CLASSES.hair_colour).nullable(),
  expression: z.enum(CLASSES.expression),
}).partial();

const trait = z.enum(TRAITS), value = z.union([z.string(), z.number()]);

const asks = z.discriminatedUnion("what", [
  /** Traits of the one person; `form`: the oracle's form of a description; the rule takes any. */
  z.strictObject({
    what: z.literal("traits"),
    traits: z.array(trait).min(1),
    json: z.boolean().optional(),
    form: z.int().min(0).max(FORMS - 1).optional(),
  }),
  /** Whether the one person has this value. */
  z.strictObject({ what: z.literal("yes"), trait, value }),
  /** Which of two persons is older. */
  z.strictObject({ what: z.literal("older") }),
  /** How many persons have this value. */
  z.strictObject({ what: z.literal("count"), trait, value }),
  /** To say no: what is asked shouldn't be done. */
  z.strictObject({ what: z.literal("decline") }),
]);

const facts = z.strictObject({
  task: z.enum(TASKS),
  /** What was shown of each; of one who was edited, how it is now. */
  people: z.array(person).min(1).max(3),
  asks,
});

/** What is known of a person. */
export type Known = z.output<typeof person>;
/** What is asked. */
export type Ask = z.output<typeof asks>;
/** See the module. */
export type Facts = z.output<typeof facts>;

/** Facts as they are given with a dialogue. @throws DataError where they are none */
export function factsFrom(json: string): Facts {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new DataError(`facts in JSON were expected, not ${JSON.stringify(json.slice(0, 80))}`);
  }
  const read = facts.safeParse(value);
  if (read.success) return read.data;
  const [{ path, message }] = read.error.issues;
  throw new DataError(
    `facts that answers are judged by: ${path.join(".") || "all"}: ${message}; they are those of ` +
      "`instructions`, `preferences` and `attributes`",
  );
}
