/**
 * Sentences that say something of persons: written from values, and read as claims.
 * @module
 */
import { articleOf, CUTS, MOODS, PEOPLES, PERSONS } from "../../captions/grammar.ts";
import { HAIR_COLOURS } from "../../../heads/mod.ts";
import {
  nounOf,
  nounSays,
  type Person,
  PRONOUNS,
  type Trait,
  type Value,
  valueOf,
  wordOf,
} from "./people.ts";
import { DECLINES, plain } from "./phrases.ts";

/** Whom a claim is about: the only person, or the one of a number. */
export type Whom = "one" | number;

/** What a sentence says. */
export type Claim =
  | {
    readonly says: "trait";
    readonly of: Whom;
    readonly trait: Trait | "age";
    readonly value: Value;
  }
  | { readonly says: "yes" | "no" | "declined" }
  | { readonly says: "older" | "younger"; readonly of: Whom }
  | {
    readonly says: "count";
    readonly trait: Trait;
    readonly value: Value;
    readonly number: number;
  }
  /** A word without a sentence, which says what was asked. */
  | { readonly says: "word"; readonly word: string };

/** Numbers of persons in words. */
export const NUMBERS = ["none", "one", "two", "three"] as const;
const ORDINALS = ["first", "second", "third"] as const;

/** "she", "the second one". */
export function subjectOf(of: Whom, gender: Person["gender"]): string {
  return of === "one" ? PRONOUNS[gender].she : `the ${ORDINALS[of]} one`;
}

/** Ways to say a trait of a person, without capital and full stop. */
export function statements(
  trait: Trait,
  { of, gender, age, value }: {
    readonly of: Whom;
    readonly gender: Person["gender"];
    readonly age: Person["age"];
    readonly value: Value;
  },
): string[] {
  const subject = subjectOf(of, gender), word = wordOf(trait, value);
  switch (trait) {
    case "gender": {
      const noun = nounOf({ age, gender: value as Person["gender"] });
      const is = `is ${articleOf(noun)} ${noun}`;
      return of === "one" ? [`it ${is}`, `this ${is}`] : [`${subject} ${is}`];
    }
    case "age_years":
      return [`${subject} is ${word} years old`, `${subject} is ${word}`];
    case "ethnicity":
      return [`${subject} is ${word}`];
    case "hair":
      return [`${subject} has ${word} hair`];
    case "hair_colour":
      return [
        `${subject} has ${word} hair`,
        ...(of === "one" ? [`${PRONOUNS[gender].her} hair is ${word}`] : []),
      ];
    case "expression":
      return [`${subject} looks ${word}`, `${subject} seems ${word}`];
  }
}

/** How many of several have a value: "two of them look happy". */
export function countOf(number: number, { trait, value }: { trait: Trait; value: Value }): string {
  const word = wordOf(trait, value), one = number === 1;
  const verb = trait === "expression"
    ? (one ? "looks" : "look")
    : trait === "hair" || trait === "hair_colour"
    ? (one ? "has" : "have")
    : (one ? "is" : "are");
  const of = trait === "hair" || trait === "hair_colour" ? `${word} hair` : word;
  return `${NUMBERS[number]} of them ${verb} ${of}`;
}

const any = (words: readonly string[]) =>
  words.filter((word) => word !== "").toSorted((a, b) => b.length - a.length).join("|");
const MOOD = any(Object.values(MOODS)), PEOPLE = any(Object.values(PEOPLES));
const CUT = any(Object.values(CUTS)), COLOUR = any(HAIR_COLOURS);
const NOUN = any([...Object.values(PERSONS).flatMap((of) => Object.values(of)), "woman", "man"]);
const SUBJECT = `she|he|the (?:${ORDINALS.join("|")})(?: one| person)?`;
const HAIR = `no hair|(?:(?:${CUT}) )?(?:(?:${COLOUR}) )?hair`;

type Match = readonly (string | undefined)[];
const at = (of: Whom, trait: Trait | "age", value: Value): Claim => ({
  says: "trait",
  of,
  trait,
  value,
});

/** Whom a subject means; a pronoun says a gender too. */
function meant(subject: string): { of: Whom; claims: Claim[] } {
  const ordinal = ORDINALS.findIndex((one) => subject.includes(one));
  if (ordinal >= 0) return { of: ordinal, claims: [] };
  const gender = subject === "she" || subject === "her" ? "female" : "male";
  return { of: "one", claims: [at("one", "gender", gender)] };
}

function nounClaims(of: Whom, noun: string): Claim[] {
  const { gender, age } = nounSays(noun)!;
  return [at(of, "gender", gender), ...(age === undefined ? [] : [at(of, "age", age)])];
}

/** null: words that say nothing of hair. */
function hairClaims(of: Whom, words: string): Claim[] | null {
  if (words === "no hair") return [at(of, "hair", "bald")];
  const said = words.replace(/ ?hair$/, "").split(" ").filter((word) => word !== "");
  const claims = said.map((word) => {
    const cut = valueOf("hair", word);
    return cut === undefined
      ? at(of, "hair_colour", valueOf("hair_colour", word)!)
      : at(of, "hair", cut);
  });
  return claims.length === 0 ? null : claims;
}

/** A trait that a word alone says, as of how many; gender, people, mood, or hair. */
function worded(words: string): { trait: Trait; value: Value } | undefined {
  const bare = words.replace(/ hair$/, "");
  const traits: Trait[] = bare === words
    ? ["expression", "ethnicity", "gender"]
    : ["hair", "hair_colour"];
  for (const trait of traits) {
    const value = valueOf(trait, bare);
    if (value !== undefined) return { trait, value };
  }
  return undefined;
}

/** Forms of sentences, each with what it says; null where it says nothing after all. */
const READERS: readonly (readonly [RegExp, (match: Match) => Claim[] | null])[] = [
  [
    new RegExp(`^(${SUBJECT}) is (\\d{1,3})(?: years old)?$`),
    ([, subject, years]) => of(subject!, (who) => [at(who, "age_years", Number(years))]),
  ],
  [
    new RegExp(`^(${SUBJECT}) is (${PEOPLE})$`, "i"),
    ([, subject, word]) =>
      of(subject!, (who) => [at(who, "ethnicity", valueOf("ethnicity", word!)!)]),
  ],
  [
    new RegExp(`^(${SUBJECT}) has (${HAIR})$`),
    ([, subject, hair]) => of(subject!, (who) => hairClaims(who, hair!)),
  ],
  [
    new RegExp(`^(${SUBJECT}) is bald$`),
    ([, subject]) => of(subject!, (who) => [at(who, "hair", "bald")]),
  ],
  [
    new RegExp(`^(her|his) hair is (${CUT}|${COLOUR})$`),
    ([, pronoun, word]) => of(pronoun!, (who) => hairClaims(who, word!)),
  ],
  [
    new RegExp(`^(${SUBJECT}) (?:looks|seems|is) (${MOOD})$`),
    ([, subject, word]) =>
      of(subject!, (who) => [at(who, "expression", valueOf("expression", word!)!)]),
  ],
  [
    new RegExp(`^(${SUBJECT}) is an? (${NOUN})$`),
    ([, subject, noun]) => of(subject!, (who) => nounClaims(who, noun!)),
  ],
  [
    new RegExp(`^(${SUBJECT}) is (older|younger)$`),
    ([, subject, which]) =>
      of(subject!, (who) => [{ says: which as "older" | "younger", of: who }]),
  ],
  [
    new RegExp(
      `^(?:(?:it|this) is )?an? (?:(${MOOD}) )?(?:(${PEOPLE}) )?(${NOUN})(?: of (\\d{1,3}))?` +
        `(?: with (${HAIR}))?(?:(?: who)? looks (${MOOD}))?$`,
      "i",
    ),
    ([, mood, people, noun, years, hair, looks]) => {
      const hairs = hair === undefined ? [] : hairClaims("one", hair);
      if (hairs === null) return null;
      return [
        ...nounClaims("one", noun!),
        ...[mood, looks].flatMap((word) =>
          word === undefined ? [] : [at("one", "expression", valueOf("expression", word)!)]
        ),
        ...(people === undefined ? [] : [at("one", "ethnicity", valueOf("ethnicity", people)!)]),
        ...(years === undefined ? [] : [at("one", "age_years", Number(years))]),
        ...hairs,
      ];
    },
  ],
  [
    new RegExp(`^(${NUMBERS.join("|")}) of them (?:is|are|looks?|has|have) (.+)$`),
    ([, number, words]) => {
      const found = worded(words!);
      if (found === undefined) return null;
      return [{ says: "count", ...found, number: NUMBERS.findIndex((one) => one === number) }];
    },
  ],
];

function of(subject: string, claims: (who: Whom) => Claim[] | null): Claim[] | null {
  const { of, claims: own } = meant(subject), said = claims(of);
  return said === null ? null : [...own, ...said];
}

const declines = new Set(DECLINES.map(plain));
/** Words that may stand alone: a value, a number, one of two. */
const WORD = new RegExp(
  `^(?:(?:the )?(${[...ORDINALS, ...NUMBERS].join("|")})(?: one)?|(no hair|female|male|` +
    `${MOOD}|${PEOPLE}|${CUT}|${COLOUR}|\\d{1,3}))$`,
  "i",
);

/** What a sentence claims; null where it is none of ours. @param words without words that add nothing */
export function claimsOf(words: string): Claim[] | null {
  const bare = plain(words);
  if (declines.has(bare)) return [{ says: "declined" }];
  const answer = /^(yes|no)(?:, (.+))?$/.exec(bare);
  if (answer !== null) {
    const says = answer[1] as "yes" | "no";
    const more = answer[2] === undefined ? [] : claimsOf(answer[2]);
    return more === null ? null : [{ says }, ...more];
  }
  for (const [form, read] of READERS) {
    const match = form.exec(bare);
    if (match !== null) return read(match);
  }
  const word = WORD.exec(bare);
  return word === null ? null : [{ says: "word", word: (word[1] ?? word[2])!.toLowerCase() }];
}

/** Keys of an answer in JSON, and the traits that they say. */
const KEYS = {
  gender: "gender",
  age: "age_years",
  ethnicity: "ethnicity",
  hair: "hair",
  colour: "hair_colour",
  expression: "expression",
} as const satisfies Record<string, Trait>;

/** A person in JSON, spaced as Python writes it. @param missing traits that are left out */
export function jsonOf(person: Person, missing: readonly Trait[] = []): string {
  const fields = Object.entries(KEYS).flatMap(([key, trait]) => {
    const value = person[trait];
    if (missing.includes(trait) || value === null) return [];
    const word = trait === "hair" && value === "bald" ? "none" : wordOf(trait, value);
    return [`"${key}": ${trait === "age_years" ? word : JSON.stringify(word)}`];
  });
  return `{${fields.join(", ")}}`;
}

/** What a text in JSON claims; null where it is no object of known keys and values. */
export function jsonClaims(text: string): Claim[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const claims: Claim[] = [];
  for (const [key, word] of Object.entries(value)) {
    if (!Object.hasOwn(KEYS, key) || (typeof word !== "string" && typeof word !== "number")) {
      return null;
    }
    const trait = KEYS[key as keyof typeof KEYS];
    const own = trait === "hair" && word === "none" ? "bald" : valueOf(trait, String(word));
    if (own === undefined) return null;
    claims.push(at("one", trait, own));
  }
  return claims;
}
