/**
 * The settings of the toy distributions.
 * @module
 */
import { z } from "zod";

/** Raised whenever the same settings give other bytes. */
export const VERSION = 1;

const count = z.int().min(0).max(10_000_000);

/** Settings of `toys`; all have defaults. */
export const toysConfig = z.strictObject({
  shape: z.enum([
    "gaussian",
    "mixture",
    "moons",
    "pinwheel",
    "checkerboard",
    "spirals",
    "rings",
    "torus",
  ]).default("mixture").describe("Which law the points are drawn from; torus has three numbers"),
  train: count.default(10_000).describe("Points that fit generators"),
  test: count.default(20_000).describe(
    "Points held out from generators; twice what a metric compares, for the held-out row",
  ),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe("Fixes all points"),
});

/** Parsed settings of `toys`. */
export type ToysConfig = z.output<typeof toysConfig>;

/** Names of the shapes. */
export type ShapeName = ToysConfig["shape"];
