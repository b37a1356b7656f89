/**
 * The settings of a normalising flow.
 * @module
 */
import { z } from "zod";
import { trainingFields } from "../common/training_config.ts";

/** What a suite may say under `normalizing_flow`. */
export const config = z.strictObject({
  coupling: z.enum(["affine", "spline"]).default("affine")
    .describe("How one half is changed by the other: scaled and shifted, or by a rational spline"),
  steps: z.int().min(1).max(64).default(8)
    .describe("Steps (mixing of channels, coupling) at each level"),
  levels: z.int().min(1).max(6).default(3)
    .describe("Largest number of resolutions; half of the channels end at each but the last"),
  width: z.int().min(8).max(512).default(64)
    .describe("Hidden channels, or units for points, of the network in a coupling"),
  bins: z.int().min(2).max(32).default(8).describe("Pieces of a spline; not used by affine"),
  alpha: z.number().min(1e-6).max(0.2).default(0.05)
    .describe(
      "How far x is kept from 0 and 1 before log(x/(1 − x)) is taken",
    ),
  temperature: z.number().min(0).max(2).default(1)
    .describe("Temperature: samples start from normal draws times this"),
  ...trainingFields,
  learningRate: z.number().positive().default(2e-3).describe("Adam's peak learning rate"),
});

/** A normalising flow's settings, every field set. */
export type Config = z.output<typeof config>;
