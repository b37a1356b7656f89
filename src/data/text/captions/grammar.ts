/**
 * Heads in words, and words as heads again: a small grammar in which every sentence says its factors
 * exactly.
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
  RANGES,
} from "../../heads/mod.ts";
import type { HeadParameters } from "../../heads/mod.ts";

/** What a caption says of a head; numbers are whole. */
export interface Said {
  readonly gender: HeadParameters["gender"];
  readonly age: HeadParameters["age"];
  /** Whole years, within the group's. */
  readonly age_years: number;
  readonly ethnicity: HeadParameters["ethnicity"];
  readonly hair: HeadParameters["hair"];
  /** null where there is no hair. */
  readonly hair_colour: HeadParameters["hair_colour"] | null;
  readonly expression: HeadParameters["expression"];
  /** Whole degrees, positive to the viewer's right. */
  readonly yaw: number;
  /** Whole degrees from the front, positive from the viewer's right. */
  readonly light_azimuth: number;
}

/** Words for a person, by age and gender. */
export const PERSONS = {
  child: { female: "girl", male: "boy" },
  young: { female: "young woman", male: "young man" },
  old: { female: "old woman", male: "old man" },
} as const;
/** Words for peoples. */
export const PEOPLES = { african: "African", asian: "Asian", caucasian: "Caucasian" } as const;
/** Words for expressions. */
export const MOODS = {
  neutral: "calm",
  happy: "happy",
  sad: "sad",
  surprised: "surprised",
  angry: "angry",
  disgusted: "disgusted",
} as const;
/** Words for hair, before its colour. */
export const CUTS = {
  bald: "",
  buzz: "cropped",
  short: "short",
  swept: "swept-back",
  curly: "curly",
  afro: "afro",
  bob: "bobbed",
  long: "long",
  bun: "bunned",
} as const;

/** The nearest whole number; of two the one towards +∞. */
const whole = (value: number) => Math.floor(value + 0.5) + 0;

/** What can be said of a head in whole numbers. */
export function saidOf(head: HeadParameters): Said {
  const { gender, age, ethnicity, hair, expression } = head;
  const [least, most] = AGE_YEARS[age];
  return {
    gender,
    age,
    age_years: Math.min(most, Math.max(least, whole(head.age_years))),
    ethnicity,
    hair,
    hair_colour: hair === "bald" ? null : head.hair_colour,
    expression,
    yaw: whole(head.yaw),
    light_azimuth: whole(head.light_azimuth),
  };
}

const personOf = ({ age, gender, ethnicity }: Said) =>
  `${PEOPLES[ethnicity]} ${PERSONS[age][gender]}`;
const hairOf = ({ hair, hair_colour }: Said) =>
  hair === "bald" ? "no hair" : `${CUTS[hair]} ${hair_colour} hair`;
const sideOf = (degrees: number) => degrees < 0 ? "left" : "right";
const degrees = (value: number) => `${Math.abs(value)} degree${Math.abs(value) === 1 ? "" : "s"}`;
const turnOf = ({ yaw }: Said) =>
  yaw === 0 ? "facing the viewer" : `turned ${degrees(yaw)} to the ${sideOf(yaw)}`;
const lightOf = ({ light_azimuth: light }: Said) =>
  light === 0 ? "lit from the front" : `lit from ${degrees(light)} to the ${sideOf(light)}`;
/** "a" or "an". */
export const articleOf = (words: string) => /^[aeiou]/i.test(words) ? "an" : "a";
/** With a capital letter. */
export const capital = (words: string) => words[0].toUpperCase() + words.slice(1);

/** The forms of sentences. Each says everything. */
export const FORMS: readonly ((said: Said) => string)[] = [
  (said) =>
    `${capital(articleOf(PEOPLES[said.ethnicity]))} ${personOf(said)} of ${said.age_years} with ` +
    `${hairOf(said)} looks ${MOODS[said.expression]}, ${turnOf(said)} and ${lightOf(said)}.`,
  (said) =>
    `${capital(turnOf(said))}, ${articleOf(MOODS[said.expression])} ${MOODS[said.expression]} ` +
    `${personOf(said)} with ${hairOf(said)}, aged ${said.age_years}, is ${lightOf(said)}.`,
  (said) =>
    `This portrait, ${lightOf(said)}, shows ${articleOf(MOODS[said.expression])} ` +
    `${MOODS[said.expression]} ${personOf(said)}. The head is ${turnOf(said)}, with ${
      hairOf(said)
    }; ` +
    `the age is ${said.age_years}.`,
  (said) =>
    `The ${personOf(said)} is ${said.age_years} and looks ${MOODS[said.expression]}. The face, ` +
    `${turnOf(said)}, is ${lightOf(said)}. There is ${hairOf(said)}.`,
];

/** The one of a list that a test finds; undefined unless there is exactly one. */
function only<T>(of: readonly T[], test: (one: T) => boolean): T | undefined {
  const found = of.filter(test);
  return found.length === 1 ? found[0] : undefined;
}

function sided(match: RegExpExecArray | null): number | undefined {
  if (match === null) return undefined;
  const value = Number(match[1]);
  return match[2] === "left" ? -value : value;
}

/**
 * The factors that a caption says; null where the text is no sentence of the grammar. Exact: a text
 * that is judged to say factors is a form of them, letter for letter.
 */
export function factorsOf(text: string): Said | null {
  const has = (words: string) => new RegExp(`(?<![\\w-])${words}(?![\\w-])`).test(text);
  const age = only(AGES, (one) => Object.values(PERSONS[one]).some(has));
  const gender = age && only(GENDERS, (one) => has(PERSONS[age][one]));
  const ethnicity = only(ETHNICITIES, (one) => has(PEOPLES[one]));
  const expression = only(EXPRESSIONS, (one) => has(MOODS[one]));
  const hair = has("no hair") ? "bald" : only(HAIRS, (one) => one !== "bald" && has(CUTS[one]));
  const hair_colour = hair === "bald" ? null : only(HAIR_COLOURS, (one) => has(`${one} hair`));
  const years = /(?:of|aged|age is|is) (\d+)\b/.exec(text)?.[1];
  const yaw = /facing the viewer/i.test(text)
    ? 0
    : sided(/turned (\d+) degrees? to the (left|right)/i.exec(text));
  const light_azimuth = has("lit from the front")
    ? 0
    : sided(/lit from (\d+) degrees? to the (left|right)/.exec(text));
  if (
    age === undefined || gender === undefined || ethnicity === undefined ||
    expression === undefined || hair === undefined || hair_colour === undefined ||
    years === undefined || yaw === undefined || light_azimuth === undefined
  ) return null;
  const age_years = Number(years), [least, most] = AGE_YEARS[age];
  if (age_years < least || age_years > most) return null;
  if (Math.abs(yaw) > RANGES.yaw[1] || Math.abs(light_azimuth) > RANGES.light_azimuth[1]) {
    return null;
  }
  const said = {
    gender,
    age,
    age_years,
    ethnicity,
    hair,
    hair_colour,
    expression,
    yaw,
    light_azimuth,
  };
  return FORMS.some((form) => form(said) === text) ? said : null;
}
