/**
 * Draws the parameters of heads. Factors are independent, but for two: skin tone depends on
 * ethnicity (overlapping ranges) and grey hair on age. Hair shape depends on nothing.
 * @module
 */
import { hostFold, type HostKey, hostKey, hostUniform } from "../../random/host/mod.ts";
import type { Split } from "../dataset.ts";
import {
  AGE_YEARS,
  AGES,
  ETHNICITIES,
  EXPRESSIONS,
  GENDERS,
  HAIR_COLOURS,
  HAIRS,
  type HeadParameters,
  RANGES,
} from "./factors.ts";

/** Melanin by ethnicity; the ranges overlap. */
const SKIN = { african: [0.5, 1], asian: [0.1, 0.6], caucasian: [0, 0.55] } as const;
/** Share of grey hair by age group; the rest is spread over the other colours alike. */
const GREY = { child: 0, young: 0, old: 0.6 } as const;

function between([low, high]: readonly [number, number], u: number): number {
  return low + (high - low) * u;
}

/** A value in the range, denser in the middle: the mean of two uniforms. */
function triangular(range: readonly [number, number], u: number, v: number): number {
  return between(range, (u + v) / 2);
}

function pick<T>(of: readonly T[], u: number): T {
  return of[Math.floor(u * of.length)];
}

/** Options of {@linkcode sampleHead}. */
export interface SampleOptions {
  /** Fixes the person; by default derived from `key`. */
  readonly identity?: HostKey;
}

/**
 * Draws a head: a person from `identity`, and how they are seen from `key`.
 * @returns parameters for `renderHead`
 */
export function sampleHead(key: HostKey, options: SampleOptions = {}): HeadParameters {
  const identity = options.identity ?? hostFold(key, "identity");
  const picture = hostFold(key, "picture");
  const who = hostUniform(hostFold(identity, "factors"), 8);
  const how = hostUniform(hostFold(picture, "factors"), 12);
  const gender = pick(GENDERS, who[0]);
  const age = pick(AGES, who[1]);
  const ethnicity = pick(ETHNICITIES, who[3]);
  const hair_colour = who[6] < GREY[age] ? "grey" : pick(HAIR_COLOURS.slice(0, -1), who[7]);
  const expression = pick(EXPRESSIONS, how[0]);
  return {
    gender,
    age,
    age_years: between(AGE_YEARS[age], who[2]),
    ethnicity,
    skin: between(SKIN[ethnicity], who[4]),
    hair: pick(HAIRS, who[5]),
    hair_colour,
    expression,
    intensity: expression === "neutral" ? 0 : between([0.7, 1], how[1]),
    yaw: triangular(RANGES.yaw, how[2], how[3]),
    pitch: triangular(RANGES.pitch, how[4], how[5]),
    light_azimuth: between(RANGES.light_azimuth, how[6]),
    light_elevation: between(RANGES.light_elevation, how[7]),
    background: between(RANGES.background, how[8]),
    identity,
    picture,
  };
}

/** What fixes item i of a split: neither the split's size nor the picture's. */
export interface ItemAddress {
  readonly seed: number;
  readonly split: Split;
  readonly index: number;
  /** Pictures of one person, in a row. Default 1. */
  readonly pictures?: number;
}

/** The parameters of one item. Persons of different splits have different keys. */
export function sampleItem({ seed, split, index, pictures = 1 }: ItemAddress): HeadParameters {
  const key = hostKey(seed, "heads", split);
  const identity = hostFold(hostFold(key, "identity"), Math.floor(index / pictures));
  return sampleHead(hostFold(hostFold(key, "picture"), index), { identity });
}
