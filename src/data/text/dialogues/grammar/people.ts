/**
 * Persons as dialogues speak of them: what of a head can be said in a few words, and the words.
 * @module
 */
import {
  AGE_YEARS,
  AGES,
  ETHNICITIES,
  EXPRESSIONS,
  GENDERS,
  HAIR_COLOURS,
  HAIRS,
} from "../../../heads/mod.ts";
import {
  articleOf,
  capital,
  CUTS,
  MOODS,
  PEOPLES,
  PERSONS,
  type Said,
} from "../../captions/grammar.ts";

/** What is said of a person. `age` follows from `age_years`. */
export type Person = Omit<Said, "yaw" | "light_azimuth">;

/** What can be asked about a person. */
export const TRAITS = [
  "gender",
  "age_years",
  "ethnicity",
  "hair",
  "hair_colour",
  "expression",
] as const;
/** One of `TRAITS`. */
export type Trait = typeof TRAITS[number];
/** A trait's value. */
export type Value = string | number;

/** The group of an age; undefined where no head has it. */
export function ageOf(years: number): Person["age"] | undefined {
  return AGES.find((age) => AGE_YEARS[age][0] <= years && years <= AGE_YEARS[age][1]);
}

/** Values of each trait that is a class. */
export const CLASSES = {
  gender: GENDERS,
  ethnicity: ETHNICITIES,
  hair: HAIRS,
  hair_colour: HAIR_COLOURS,
  expression: EXPRESSIONS,
} as const;

/** A value in words: "Asian", "swept-back", "12". */
export function wordOf(trait: Trait, value: Value): string {
  switch (trait) {
    case "ethnicity":
      return PEOPLES[value as Person["ethnicity"]];
    case "hair":
      return value === "bald" ? "no" : CUTS[value as Person["hair"]];
    case "expression":
      return MOODS[value as Person["expression"]];
    default:
      return String(value);
  }
}

/** The value that a word says of a trait; undefined where it says none. */
export function valueOf(trait: Trait, word: string): Value | undefined {
  if (trait === "age_years") return /^\d{1,3}$/.test(word) ? Number(word) : undefined;
  const lower = word.toLowerCase();
  return CLASSES[trait].find((value) => wordOf(trait, value).toLowerCase() === lower);
}

/** "girl", "old man". */
export const nounOf = ({ age, gender }: Pick<Person, "age" | "gender">): string =>
  PERSONS[age][gender];

/** Genders and ages that a noun says; a bare "woman" says no age. */
export function nounSays(
  noun: string,
): { gender: Person["gender"]; age?: Person["age"] } | undefined {
  for (const age of AGES) {
    for (const gender of GENDERS) if (PERSONS[age][gender] === noun) return { gender, age };
  }
  if (noun === "woman") return { gender: "female" };
  return noun === "man" ? { gender: "male" } : undefined;
}

/** "no hair", "short black hair". */
export const hairOf = ({ hair, hair_colour }: Pick<Person, "hair" | "hair_colour">): string =>
  hair === "bald" ? "no hair" : `${CUTS[hair]} ${hair_colour} hair`;

/** Pronouns, by gender. */
export const PRONOUNS = {
  female: { she: "she", her: "her", object: "her" },
  male: { she: "he", her: "his", object: "him" },
} as const;

/** What is left out of a description. */
export type Missing = "age_years" | "ethnicity" | "hair" | "expression";

/** Forms of a description; each says all that isn't missing. */
const DESCRIPTIONS: readonly ((p: Person, says: (what: Missing) => boolean) => string)[] = [
  (p, says) => `${named(p, says)}${withHair(p, says)}${looks(p, says, " looks")}`,
  (p, says) => `this is ${named(p, says)}${withHair(p, says)}${looks(p, says, " who looks")}`,
  (p, says) => `${named(p, says, MOODS[p.expression])}${withHair(p, says)}`,
];

function named(p: Person, says: (what: Missing) => boolean, mood?: string): string {
  const words = [
    ...(mood !== undefined && says("expression") ? [mood] : []),
    ...(says("ethnicity") ? [PEOPLES[p.ethnicity]] : []),
    nounOf(p),
  ].join(" ");
  return `${articleOf(words)} ${words}${says("age_years") ? ` of ${p.age_years}` : ""}`;
}

const withHair = (p: Person, says: (what: Missing) => boolean) =>
  says("hair") ? ` with ${hairOf(p)}` : "";
const looks = (p: Person, says: (what: Missing) => boolean, verb: string) =>
  says("expression") ? `${verb} ${MOODS[p.expression]}` : "";

/** How many forms there are. */
export const FORMS = DESCRIPTIONS.length;

/** A person in one sentence, without its full stop. */
export function described(
  person: Person,
  { form = 0, missing = [] }: { readonly form?: number; readonly missing?: readonly Missing[] } =
    {},
): string {
  return DESCRIPTIONS[form](person, (what) => !missing.includes(what));
}

/** A sentence: its first letter a capital, a full stop. */
export const sentence = (words: string): string => `${capital(words)}.`;
