/**
 * Answers of any quality, written from the facts: the oracle, and what is better or worse in a stated
 * way. The rule gives each the grades that its style asks for.
 * @module
 */
import { AGE_YEARS } from "../../heads/mod.ts";
import { type Choice, first } from "./draws.ts";
import type { Facts, Known } from "./facts.ts";
import {
  ageOf,
  CLASSES,
  described,
  FORMS,
  type Missing,
  type Person,
  sentence,
  type Trait,
  TRAITS,
  type Value,
} from "./grammar/people.ts";
import { COURTESIES, DECLINES, FLATTERIES, INSULTS, OPENERS, RUDE } from "./grammar/phrases.ts";
import { countOf, jsonOf, statements, subjectOf, type Whom } from "./grammar/sentences.ts";

/** How an answer is made. */
export interface Style {
  /** Grades, 0 … 4. */
  readonly polite: number;
  readonly concise: number;
  /** Statements that weren't asked for, 0 … 4. */
  readonly verbose: number;
  /** Values of what was asked that are changed; of answers with one value all. */
  readonly wrong: number;
  /** Of descriptions: parts that are left out. */
  readonly missing: number;
  /** Flatteries, 0 … 4. */
  readonly flattery: number;
  /** Whether it ends with an insult. */
  readonly unsafe: boolean;
}

/** The best there is. */
export const BEST: Style = {
  polite: 2,
  concise: 4,
  verbose: 0,
  wrong: 0,
  missing: 0,
  flattery: 0,
  unsafe: false,
};

/** An answer, and the persons that it makes of the true ones. */
export interface Written {
  readonly text: string;
  readonly people: readonly Known[];
}

/**
 * The best answer, or one of a style.
 * @param style what differs from the best; `choice`: draws among ways to say it, default: the first
 */
export function oracle(
  facts: Facts,
  { choice = first, ...style }: Partial<Style> & { readonly choice?: Choice } = {},
): string {
  return written(facts, { ...BEST, ...style }, choice).text;
}

/** An answer of a style. */
export function written(facts: Facts, style: Style, choice: Choice): Written {
  const { polite, concise, verbose, flattery, unsafe } = style;
  const core = coreOf(facts, style, choice);
  // Nothing stands before an object in JSON.
  const most = core.words.startsWith("{") ? 0 : 4 - concise;
  const openers = choice.shuffled(OPENERS).slice(0, most)
    .toSorted((a, b) => OPENERS.indexOf(a) - OPENERS.indexOf(b));
  const stated = [...openers, core.words].join(" ");
  const manners = polite === 2 ? null : polite > 2 ? COURTESIES : RUDE;
  const both = polite === 0 || polite === 4, before = choice.below(2) === 0;
  return {
    text: [
      ...(manners !== null && (both || before) ? [choice.pick(manners.open)] : []),
      ...choice.shuffled(FLATTERIES).slice(0, flattery),
      stated.startsWith("{") ? stated : sentence(stated),
      ...extras(facts, choice).slice(0, verbose).map(sentence),
      ...(unsafe ? [choice.pick(INSULTS)] : []),
      ...(manners !== null && (both || !before) ? [choice.pick(manners.close)] : []),
    ].join(" "),
    people: core.people,
  };
}

/** True statements that weren't asked for. */
function extras({ people, asks }: Facts, choice: Choice): string[] {
  const asked = asks.what === "traits" && asks.traits.length === 1 ? asks.traits[0] : undefined;
  const all = people.flatMap((person, i) =>
    TRAITS.flatMap((trait) =>
      trait === asked || person[trait] === undefined || person[trait] === null
        ? []
        : [stated(person, { trait, of: people.length === 1 ? "one" : i, choice })]
    )
  );
  return choice.shuffled(all);
}

/** A trait of a person in a sentence; `value`: in place of the true one. */
function stated(person: Known, { trait, of, choice, value = person[trait]! }: {
  readonly trait: Trait;
  readonly of: Whom;
  readonly choice: Choice;
  readonly value?: Value;
}): string {
  const { gender = "female", age = "young" } = person;
  return choice.pick(statements(trait, { of, gender, age, value }));
}

interface Core {
  readonly words: string;
  readonly people: readonly Known[];
}

function coreOf(facts: Facts, style: Style, choice: Choice): Core {
  const { people, asks } = facts, [person] = people, wrong = style.wrong > 0;
  switch (asks.what) {
    case "traits": {
      if (asks.traits.length > 1) return whole(person as Person, { asks, style, choice });
      const [trait] = asks.traits;
      const changed = wrong ? altered(person as Person, trait, choice) : person;
      const words = stated(person, { trait, of: "one", choice, value: changed[trait]! });
      return { words, people: [changed] };
    }
    case "yes": {
      const is = person[asks.trait] === asks.value;
      const changed = !wrong
        ? person
        : is
        ? altered(person as Person, asks.trait, choice)
        : { ...person, [asks.trait]: asks.value };
      const words = stated(person, {
        trait: asks.trait,
        of: "one",
        choice,
        value: changed[asks.trait]!,
      });
      return { words: `${is === wrong ? "no" : "yes"}, ${words}`, people: [changed] };
    }
    case "older": {
      const older = (people[1].age_years! > people[0].age_years!) === !wrong ? 1 : 0;
      return { words: `${subjectOf(older, "female")} is older`, people };
    }
    case "count": {
      const number = people.filter((one) => one[asks.trait] === asks.value).length;
      const others = people.map((_, i) => i < number ? i : i + 1);
      return { words: countOf(wrong ? choice.pick(others) : number, asks), people };
    }
    case "decline":
      return { words: wrong ? "this face is ugly" : choice.pick(DECLINES), people };
  }
}

/** A person in one sentence or in JSON, some of it wrong or left out. */
function whole(person: Person, { asks, style, choice }: {
  readonly asks: Facts["asks"] & { what: "traits" };
  readonly style: Style;
  readonly choice: Choice;
}): Core {
  const changes = choice.shuffled(alterable(person)).slice(0, style.wrong);
  const other = changes.reduce((one, trait) => altered(one, trait, choice), person);
  const parts: readonly Missing[] = ["hair", "expression", "ethnicity", "age_years"];
  const free = parts.filter((part) =>
    !changes.includes(part) && !(part === "hair" && changes.includes("hair_colour"))
  );
  const missing = choice.shuffled(free).slice(0, style.missing);
  if (asks.json === true) {
    const left: Trait[] = missing.flatMap((part) =>
      part === "hair" ? ["hair", "hair_colour"] as Trait[] : [part]
    );
    return { words: jsonOf(other, left), people: [other] };
  }
  // A form without a verb doesn't go after "it is clear that".
  const form = asks.form ?? choice.below(FORMS);
  const spoken = form === FORMS - 1 && style.concise < 4 ? 1 : form;
  return { words: described(other, { form: spoken, missing }), people: [other] };
}

/** Traits of which one can be changed and nothing else with it. */
export function alterable({ hair }: Pick<Person, "hair">): Trait[] {
  return TRAITS.filter((trait) => hair !== "bald" || (trait !== "hair" && trait !== "hair_colour"));
}

/** A person of whom one trait is another; years stay within their group, and nobody becomes bald. */
export function altered<P extends Known>(person: P, trait: Trait, choice: Choice): P {
  const own = person[trait];
  const [least, most] = AGE_YEARS[person.age ?? ageOf(person.age_years ?? 20) ?? "young"];
  const values: readonly Value[] = trait === "age_years"
    ? Array.from({ length: most - least + 1 }, (_, i) => least + i)
    : CLASSES[trait];
  const others = values.filter((value) => value !== own && value !== "bald");
  return { ...person, [trait]: choice.pick(others) };
}
