/**
 * The settings of an autoencoder.
 * @module
 */
import { z } from "zod";
import { optimiserField, sizeFields, trainingFields } from "../common/training_config.ts";

/** What a suite may say under `autoencoder`. */
export const config = z.strictObject({
  ...sizeFields,
  denoising: z.number().min(0).max(1).default(0)
    .describe("σ of the noise added to what the encoder sees while training; 0: plain"),
  error: z.enum(["squared", "absolute"]).default("squared")
    .describe("Loss between the output and the clean picture"),
  components: z.int().min(1).max(100).default(10)
    .describe("Gaussians in the mixture that is fitted to the codes and sampled"),
  ...trainingFields,
  optimiser: optimiserField("muon"),
});

/** An autoencoder's settings, every field set. */
export type Config = z.output<typeof config>;
