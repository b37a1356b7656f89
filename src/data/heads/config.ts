/**
 * The settings of the heads dataset.
 * @module
 */
import { z } from "zod";
import type { Split } from "../dataset.ts";

/** Raised whenever the same settings give other bytes. */
export const VERSION = 2;

const count = z.int().min(0).max(10_000_000);

/** Settings of `heads`; all have defaults. */
export const headsConfig = z.strictObject({
  size: z.int().min(16).max(256).default(32).describe("Pixels a side"),
  train: count.default(8000).describe("Pictures that fit generators"),
  test: count.default(2000).describe("Pictures held out from generators"),
  judge: count.default(8000).describe("Pictures of other persons that train judges"),
  judge_test: count.default(2000).describe("Pictures of other persons that score judges"),
  pictures_per_person: z.int().min(1).max(1000).default(1).describe(
    "Pictures in a row that show the same person",
  ),
  noise: z.number().min(0).max(64).default(3).describe("Standard deviation of sensor noise, 1/255"),
  supersample: z.int().min(1).max(4).default(3).describe("Samples a pixel and axis"),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe("Fixes all pictures"),
});

/** Parsed settings of `heads`. */
export type HeadsConfig = z.output<typeof headsConfig>;

/** What fixes the bytes of item i of a split: all settings but the splits' sizes. */
export type PictureConfig = Omit<HeadsConfig, Split>;

/** The part of the settings that fixes pictures. */
export function pictureConfig(config: HeadsConfig): PictureConfig {
  const { size, pictures_per_person, noise, supersample, seed } = config;
  return { size, pictures_per_person, noise, supersample, seed };
}
