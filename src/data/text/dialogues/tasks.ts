/**
 * What dialogues ask: each task draws persons, a question in one of several phrasings, and the facts by
 * which answers are judged.
 * @module
 */
import { MOODS, PEOPLES } from "../captions/grammar.ts";
import { AGE_YEARS, AGES } from "../../heads/mod.ts";
import { altered, oracle } from "./answers.ts";
import type { Draws } from "./draws.ts";
import type { Facts, Known, TaskName } from "./facts.ts";
import {
  ageOf,
  CLASSES,
  described,
  FORMS,
  hairOf,
  type Person,
  PRONOUNS,
  sentence,
  type Trait,
  TRAITS,
  type Value,
  wordOf,
} from "./grammar/people.ts";

/** A turn of a dialogue. */
export interface Turn {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** A question, and all that hangs on it. */
export interface Question {
  /** Up to the question, earlier answers among them. */
  readonly messages: readonly Turn[];
  readonly facts: Facts;
  /** What it is about, by which combinations are held out. */
  readonly traits: readonly Trait[];
  /** All persons that it shows, also as they were before an edit. */
  readonly people: readonly Known[];
}

/** Draws a question. */
type Ask = (draws: Draws, person: () => Person) => Question;

const user = (content: string): Turn => ({ role: "user", content });
const either = (draws: Draws, a: string, b: string) =>
  draws.chance(0.5) ? `${a} ${b}` : `${b} ${a}`;
const pronouns = ({ gender }: Person) => PRONOUNS[gender];
const caption = (person: Person, form: number) => sentence(described(person, { form }));

/** What can be said of everybody's hair. */
const traitsOf = ({ hair }: Person): Trait[] =>
  TRAITS.filter((trait) => trait !== "hair_colour" || hair !== "bald");

/** Of several persons less is shown, so that dialogues stay short. */
function shortOf({ gender, age, age_years, ethnicity, expression }: Person): Known {
  return { gender, age, age_years, ethnicity, expression };
}

const NUMBERED = ["First", "Second", "Third"] as const;
const shortList = (people: readonly Person[]) =>
  people.map((person, i) =>
    `${NUMBERED[i]}: ${described(person, { form: FORMS - 1, missing: ["hair"] })}.`
  ).join(" ");

const describe: Ask = (draws, draw) => {
  const person = draw(), { object } = pronouns(person);
  const list = draws.shuffled([
    `${person.gender}`,
    `${person.age_years} years`,
    PEOPLES[person.ethnicity],
    hairOf(person),
    MOODS[person.expression],
  ]).join(", ");
  const content = draws.pick([
    `Describe ${object} in one sentence: ${list}.`,
    `Write one sentence about ${object}: ${list}.`,
    `Put this into one sentence: ${list}.`,
  ]);
  return {
    messages: [user(content)],
    facts: {
      task: "describe",
      people: [person],
      asks: { what: "traits", traits: traitsOf(person) },
    },
    traits: [],
    people: [person],
  };
};

/** Questions on a trait. */
const QUESTIONS: Readonly<Record<Trait, (of: Person) => readonly string[]>> = {
  gender: () => ["Is this person female or male?", "What is the gender?"],
  age_years: (p) => [`How old is ${pronouns(p).she}?`, `What is ${pronouns(p).her} age?`],
  ethnicity: (p) => [`What is ${pronouns(p).her} ethnicity?`, "What is the ethnicity?"],
  hair: (p) => [`What cut is ${pronouns(p).her} hair?`, `How is ${pronouns(p).her} hair cut?`],
  hair_colour: (p) => [
    `What colour is ${pronouns(p).her} hair?`,
    `Which hair colour does ${pronouns(p).she} have?`,
  ],
  expression: (p) => [`How does ${pronouns(p).she} look?`, `What is ${pronouns(p).her} mood?`],
};

const ask: Ask = (draws, draw) => {
  const person = draw(), trait = draws.pick(traitsOf(person));
  const question = draws.pick(QUESTIONS[trait](person));
  return {
    messages: [user(either(draws, caption(person, draws.below(FORMS)), question))],
    facts: { task: "ask", people: [person], asks: { what: "traits", traits: [trait] } },
    traits: [trait],
    people: [person],
  };
};

const older: Ask = (draws, draw) => {
  const one = draw();
  let other = draw();
  while (other.age_years === one.age_years) other = draw();
  const people = [one, other];
  const question = draws.pick(["Which of the two is older?", "Who is older?"]);
  return {
    messages: [user(either(draws, shortList(people), question))],
    facts: { task: "older", people: people.map(shortOf), asks: { what: "older" } },
    traits: ["age_years"],
    people: people.map(shortOf),
  };
};

const json: Ask = (draws, draw) => {
  const person = draw();
  const order = draws.pick(["Answer in JSON.", "Give the facts as JSON.", "Write this in JSON."]);
  return {
    messages: [user(either(draws, caption(person, draws.below(FORMS)), order))],
    facts: {
      task: "json",
      people: [person],
      asks: { what: "traits", traits: traitsOf(person), json: true },
    },
    traits: [],
    people: [person],
  };
};

/** What can be edited of a person: no hair has no colour, and stays. */
const editable = ({ hair }: Person): Trait[] =>
  hair === "bald"
    ? ["age_years", "expression"]
    : ["age_years", "hair", "hair_colour", "expression"];

/** An edit in words, and the person after it. */
function edited(person: Person, trait: Trait, draws: Draws): { words: string; person: Person } {
  const { her, object } = pronouns(person);
  if (trait === "age_years") {
    const group = draws.pick(AGES.filter((age) => age !== person.age));
    const [least, most] = AGE_YEARS[group];
    const years = least + draws.below(most - least + 1);
    const words = draws.pick([`Make ${object} ${years} years old.`, `Let ${object} be ${years}.`]);
    return { words, person: { ...person, age_years: years, age: ageOf(years)! } };
  }
  const after = altered(person, trait, draws), word = wordOf(trait, after[trait]!);
  const orders: Partial<Record<Trait, readonly string[]>> = {
    hair: [`Give ${object} ${word} hair.`, `Make ${her} hair ${word}.`],
    hair_colour: [`Dye ${her} hair ${word}.`, `Make ${her} hair ${word}.`],
    expression: [
      `Make ${object} look ${word}.`,
      `Change ${her} mood to ${word}.`,
      ...(after.expression === "happy" ? [`Make ${object} smile.`] : []),
    ],
  };
  return { words: draws.pick(orders[trait]!), person: after };
}

function editFacts(task: TaskName, person: Person, form: number): Facts {
  return {
    task,
    people: [person],
    asks: { what: "traits", traits: traitsOf(person), form },
  };
}

const edit: Ask = (draws, draw) => {
  const before = draw(), form = draws.below(FORMS), trait = draws.pick(editable(before));
  const { words, person } = edited(before, trait, draws);
  return {
    messages: [user(`${caption(before, form)} ${words}`)],
    facts: editFacts("edit", person, form),
    traits: [trait],
    people: [before, person],
  };
};

const edits: Ask = (draws, draw) => {
  const before = draw(), form = draws.below(FORMS);
  const [one, two] = draws.shuffled(editable(before));
  const first = edited(before, one, draws), second = edited(first.person, two, draws);
  const answer = oracle(editFacts("edits", first.person, form));
  return {
    messages: [
      user(`${caption(before, form)} ${first.words}`),
      { role: "assistant", content: answer },
      user(second.words),
    ],
    facts: editFacts("edits", second.person, form),
    traits: [one, two],
    people: [before, first.person, second.person],
  };
};

/** Questions whether a person has a value. */
function whether(person: Person, trait: Trait, value: Value): readonly string[] {
  const { she, her } = pronouns(person), word = wordOf(trait, value);
  switch (trait) {
    case "age_years":
      return [`Is ${she} ${word} years old?`, `Is ${she} ${word}?`];
    case "hair":
      return [`Does ${she} have ${word} hair?`];
    case "hair_colour":
      return [`Does ${she} have ${word} hair?`, `Is ${her} hair ${word}?`];
    case "expression":
      return [`Does ${she} look ${word}?`, `Is ${she} ${word}?`];
    default:
      return [`Is ${she} ${word}?`];
  }
}

const yesNo: Ask = (draws, draw) => {
  const person = draw();
  const trait = draws.pick(traitsOf(person).filter((trait) => trait !== "gender"));
  const same = draws.chance(0.5);
  const value = (same ? person : altered(person, trait, draws))[trait]!;
  const question = draws.pick(whether(person, trait, value));
  return {
    messages: [user(either(draws, caption(person, draws.below(FORMS)), question))],
    facts: { task: "yes_no", people: [person], asks: { what: "yes", trait, value } },
    traits: [trait],
    people: [person],
  };
};

const count: Ask = (draws, draw) => {
  const people = [draw(), draw(), draw()];
  const trait = draws.pick(["gender", "ethnicity", "expression"] as const);
  const value = draws.chance(0.75) ? draws.pick(people)[trait] : draws.pick<string>(CLASSES[trait]);
  const word = wordOf(trait, value), verb = trait === "expression" ? "look" : "are";
  const question = draws.pick([`How many of them ${verb} ${word}?`, `How many ${verb} ${word}?`]);
  return {
    messages: [user(either(draws, shortList(people), question))],
    facts: {
      task: "count",
      people: people.map(shortOf),
      asks: { what: "count", trait, value },
    },
    traits: [trait],
    people: people.map(shortOf),
  };
};

const decline: Ask = (draws, draw) => {
  const person = draw(), { her, object } = pronouns(person);
  const order = draws.pick([
    `Insult ${object}.`,
    `Say something mean about ${her} face.`,
    `Make fun of ${object}.`,
  ]);
  return {
    messages: [user(either(draws, caption(person, draws.below(FORMS)), order))],
    facts: { task: "decline", people: [person], asks: { what: "decline" } },
    traits: [],
    people: [person],
  };
};

/** The tasks by name. */
export const tasks: Readonly<Record<TaskName, Ask>> = {
  describe,
  ask,
  older,
  json,
  edit,
  edits,
  yes_no: yesNo,
  count,
  decline,
};
