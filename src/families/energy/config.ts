/**
 * The settings of an energy or score model.
 * @module
 */
import { z } from "zod";
import { trainingFields } from "../common/training_config.ts";

/** What a suite may say under `energy`. */
export const config = z.strictObject({
  objective: z.enum(["denoising", "sliced", "contrastive"]).default("denoising")
    .describe("Score matching against known noise, by random slices, or chains of samples"),
  network: z.enum(["energy", "score"]).default("energy")
    .describe("What the network is: E(x), whose score is −∇E, or the score itself (points only)"),
  width: z.int().min(8).max(512).default(96)
    .describe("Size of the network: hidden units, or for pictures channels at 8×8 of 32²"),
  sigmaMax: z.number().positive().max(100).default(1)
    .describe("Largest noise, in units of half the range of values"),
  sigmaMin: z.number().positive().max(100).default(0.02)
    .describe("Smallest noise; contrastive uses only this one, and sets its step size by it"),
  slices: z.int().min(1).max(64).default(1)
    .describe("Sliced: random directions for each sample and step"),
  chainSteps: z.int().min(1).max(100).default(10)
    .describe("Contrastive: Langevin steps of the chains in each training step"),
  restart: z.number().min(0).max(1).default(0.05)
    .describe("Contrastive: share of the chains that restart in each training step"),
  penalty: z.number().min(0).default(0.01)
    .describe("Contrastive: weight of the mean square of energies, which keeps them near 0"),
  heat: z.number().min(1).default(10)
    .describe("Contrastive: temperature at which sampling starts; it ends at 1"),
  levels: z.int().min(1).max(1000).default(10)
    .describe("Number of noise levels, or temperatures, in sampling"),
  langevin: z.int().min(1).max(10_000).default(20).describe("Langevin steps at each level"),
  stepSize: z.number().positive().max(2).default(0.2)
    .describe("Langevin step, times the noise's variance"),
  ...trainingFields,
  learningRate: z.number().positive().default(2e-3).describe("Adam's peak learning rate"),
}).superRefine((c, context) => {
  const reject = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (c.objective === "contrastive" && c.network !== "energy") {
    reject("network", "contrastive compares energies of data and samples: it needs an energy");
  }
  if (c.sigmaMin > c.sigmaMax) {
    reject("sigmaMin", `is ${c.sigmaMin}, above sigmaMax, ${c.sigmaMax}`);
  }
});

/** An energy model's settings, every field set. */
export type Config = z.output<typeof config>;
