/**
 * What is labelled in a head, and the parameters that fix its picture.
 * @module
 */
import type { HostKey } from "../../random/host/mod.ts";
import type { Factor } from "../dataset.ts";

/** Gender as the model has it: two sets of shape targets. */
export const GENDERS = ["female", "male"] as const;
/** Age groups; years vary within them. */
export const AGES = ["child", "young", "old"] as const;
/** Years drawn in each age group. */
export const AGE_YEARS = { child: [10, 14], young: [19, 36], old: [62, 86] } as const;
/** The model's three sets of shape targets, under its authors' names. */
export const ETHNICITIES = ["african", "asian", "caucasian"] as const;
/** Expressions (Ekman's six less fear, with neutral), each a recipe of face units. */
export const EXPRESSIONS = [
  "neutral",
  "happy",
  "sad",
  "surprised",
  "angry",
  "disgusted",
] as const;
/** Hair shapes; drawn without regard to gender. */
export const HAIRS = [
  "bald",
  "buzz",
  "short",
  "swept",
  "curly",
  "afro",
  "bob",
  "long",
  "bun",
] as const;
/** Hair colours. */
export const HAIR_COLOURS = ["black", "brown", "auburn", "blond", "grey"] as const;

/** One of `GENDERS`. */
export type Gender = typeof GENDERS[number];
/** One of `AGES`. */
export type Age = typeof AGES[number];
/** One of `ETHNICITIES`. */
export type Ethnicity = typeof ETHNICITIES[number];
/** One of `EXPRESSIONS`. */
export type Expression = typeof EXPRESSIONS[number];
/** One of `HAIRS`. */
export type Hair = typeof HAIRS[number];
/** One of `HAIR_COLOURS`. */
export type HairColour = typeof HAIR_COLOURS[number];

/**
 * All that fixes a picture but its size: the labelled factors, and two keys for all that has no
 * label. Heads of one `identity` key and the same identity factors are the same person.
 */
export interface HeadParameters {
  readonly gender: Gender;
  readonly age: Age;
  /** Years, within the group's `AGE_YEARS`. */
  readonly age_years: number;
  readonly ethnicity: Ethnicity;
  /** Melanin, 0 (lightest) to 1. */
  readonly skin: number;
  readonly hair: Hair;
  readonly hair_colour: HairColour;
  readonly expression: Expression;
  /** Strength of the expression, 0 to 1; 0 where neutral. */
  readonly intensity: number;
  /** Degrees, positive to the viewer's right. */
  readonly yaw: number;
  /** Degrees, positive looking up. */
  readonly pitch: number;
  /** Degrees from the front, positive from the viewer's right. */
  readonly light_azimuth: number;
  /** Degrees above the horizon. */
  readonly light_elevation: number;
  /** Mean lightness of the background, 0 to 1. */
  readonly background: number;
  /** Fixes face shape, brows, iris, hair strands. */
  readonly identity: HostKey;
  /** Fixes how the expression is made, gaze, small shifts, background texture, sensor noise. */
  readonly picture: HostKey;
}

/** Ranges from which numbers are drawn. */
export const RANGES = {
  age_years: [10, 86],
  skin: [0, 1],
  intensity: [0, 1],
  yaw: [-35, 35],
  pitch: [-10, 10],
  light_azimuth: [-60, 60],
  light_elevation: [10, 60],
  background: [0.1, 0.9],
} as const;

function number(name: keyof typeof RANGES, unit: string): Factor {
  const [minimum, maximum] = RANGES[name];
  return { name, kind: "number", unit, minimum, maximum };
}

/** The dataset's factors, in the order of its labels. */
export const FACTORS: readonly Factor[] = [
  { name: "gender", kind: "class", classes: GENDERS },
  { name: "age", kind: "class", classes: AGES },
  number("age_years", "years"),
  { name: "ethnicity", kind: "class", classes: ETHNICITIES },
  number("skin", "1"),
  { name: "hair", kind: "class", classes: HAIRS },
  { name: "hair_colour", kind: "class", classes: HAIR_COLOURS },
  { name: "expression", kind: "class", classes: EXPRESSIONS },
  number("intensity", "1"),
  number("yaw", "degrees"),
  number("pitch", "degrees"),
  number("light_azimuth", "degrees"),
  number("light_elevation", "degrees"),
  number("background", "1"),
];

/** The labels of one head, in the order of `FACTORS`: class indices and numbers. */
export function labelsOf(head: HeadParameters): number[] {
  return FACTORS.map((factor) => {
    const value = head[factor.name as keyof HeadParameters];
    return factor.kind === "class" ? factor.classes.indexOf(value as string) : value as number;
  });
}
