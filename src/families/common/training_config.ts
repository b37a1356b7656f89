/**
 * Settings that the image families share.
 * @module
 */
import { z } from "zod";

/** The size of the model. */
export const sizeFields = {
  latent: z.int().min(1).max(1024).default(64).describe("Dimensions of the code z"),
  width: z.int().min(8).max(512).default(32)
    .describe("Size of the networks: channels at 8×8 of a 32² picture; cost grows as its square"),
};

/** Which optimiser, with a family's own default. */
export function optimiserField(byDefault: "adam" | "muon") {
  return z.enum(["adam", "muon"]).default(byDefault)
    .describe("Adam, or Muon (orthogonalised momentum) on matrices with Adam on vectors");
}

/** How it is trained. */
export const trainingFields = {
  optimiser: optimiserField("adam"),
  learningRate: z.number().positive().default(4e-3)
    .describe("Peak learning rate; Muon's steps are as large as Adam's"),
  warmup: z.number().min(0).max(0.9).default(0.05)
    .describe("Share of the training over which the learning rate rises from 0"),
  decay: z.number().min(0).max(1).default(0.05)
    .describe(
      "Learning rate at the end of its cosine, as a share of the peak; 1: constant",
    ),
  clip: z.number().positive().default(1)
    .describe(
      "Largest norm of the gradient of the loss per pixel value; larger ones are scaled down",
    ),
  ema: z.number().min(0).max(0.99999).default(0.999)
    .describe(
      "Decay per step of the average of weights that evaluation uses; 0: use the current weights",
    ),
};

/** `trainingFields`, set. */
export interface TrainingSettings {
  readonly optimiser: "adam" | "muon";
  readonly learningRate: number;
  readonly warmup: number;
  readonly decay: number;
  readonly clip: number;
  readonly ema: number;
}
