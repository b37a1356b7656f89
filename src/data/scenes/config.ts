/**
 * The settings of the dataset `scene`.
 * @module
 */
import { z } from "zod";
import { ETHNICITIES, EXPRESSIONS, GENDERS, HAIR_COLOURS, HAIRS } from "../heads/factors.ts";

/** Raised whenever the same settings give other bytes. */
export const VERSION = 1;

/** What can be rendered. */
export const SCENES = ["head", "solids"] as const;

const level = z.int().min(0).max(255);
const share = z.number().min(0).max(1);
const views = z.int().min(0).max(10_000);

/** Settings of `scene`; all have defaults. */
export const sceneConfig = z.strictObject({
  scene: z.enum(SCENES).default("head").describe(
    "A parametric head, or spheres and boxes, ray-traced in closed form",
  ),
  size: z.int().min(16).max(512).default(128).describe("Pixels a side"),
  train: views.default(100).describe("Views that fit models"),
  test: views.default(10).describe("Views held out, whose cameras stand between the others"),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe(
    "Fixes the person, or the solids",
  ),
  background: z.tuple([level, level, level]).default([255, 255, 255]).describe(
    "Red, green, blue behind the scene",
  ),
  supersample: z.int().min(1).max(8).default(3).describe("Samples a pixel and axis"),
  highlights: z.boolean().default(true).describe(
    "Whether surfaces shine, which moves with the camera",
  ),
  light_azimuth: z.number().min(-180).max(180).default(35).describe(
    "Degrees of the light from the front, positive to the head's left",
  ),
  light_elevation: z.number().min(-80).max(80).default(40).describe(
    "Degrees of the light above the horizon",
  ),
  gender: z.enum(GENDERS).default("female").describe("Of the head"),
  age: z.number().min(10).max(86).default(28).describe("Years, of the head"),
  ethnicity: z.enum(ETHNICITIES).default("asian").describe("Of the head"),
  skin: share.default(0.4).describe("Melanin of the head, 0 lightest"),
  hair: z.enum(HAIRS).default("bob").describe("Of the head"),
  hair_colour: z.enum(HAIR_COLOURS).default("brown").describe("Of the head"),
  expression: z.enum(EXPRESSIONS).default("happy").describe("Of the head"),
  intensity: share.default(0.8).describe("Strength of the expression"),
  plate: z.boolean().default(true).describe("Whether a plate lies under the solids"),
  shadow: z.enum(["hard", "none"]).default("hard").describe("Shadows of the solids"),
});

/** Parsed settings of `scene`. */
export type SceneConfig = z.output<typeof sceneConfig>;

/** The settings that every scene has. */
const SHARED = [
  "scene",
  "size",
  "train",
  "test",
  "seed",
  "background",
  "supersample",
  "highlights",
  "light_azimuth",
  "light_elevation",
] as const satisfies readonly (keyof SceneConfig)[];

/** The settings of one scene alone. */
const OWN = {
  head: ["gender", "age", "ethnicity", "skin", "hair", "hair_colour", "expression", "intensity"],
  solids: ["plate", "shadow"],
} as const satisfies Record<SceneConfig["scene"], readonly (keyof SceneConfig)[]>;

/** The settings that fix the bytes of a scene: those of another scene left out, by name. */
export function settingsThatCount(config: SceneConfig): Partial<SceneConfig> {
  return Object.fromEntries([...SHARED, ...OWN[config.scene]].map((key) => [key, config[key]]));
}
