/**
 * The settings of a vector-quantised autoencoder and the prior over its codes.
 * @module
 */
import { z } from "zod";
import { conditionField } from "../common/conditioning.ts";
import { sizeFields, trainingFields } from "../common/training_config.ts";
import { gridSize } from "./quantisers/finite_scalar.ts";

/** Codes that a grid of rounded numbers has at most. */
const MOST_ROUNDED = 65_536;
/** Codes of a codebook: each vector of a batch is compared with all of them. */
const MOST_CODES = 8_192;

/** What a suite may say under `vqvae`. */
export const config = z.strictObject({
  width: sizeFields.width.default(64).describe(
    "Channels of encoder and decoder at the grid of codes; cost grows as its square",
  ),
  blocks: z.int().min(1).max(8).default(1).describe("Residual blocks at each resolution"),
  attention: z.boolean().optional()
    .describe("Self-attention between all positions of the grid of codes"),
  quantiser: z.enum(["vector", "residual", "finite"]).default("vector")
    .describe(
      "One codebook, `stages` codebooks that each code the remaining error, or rounding to `bins`",
    ),
  codes: z.int().min(2).max(MOST_CODES).default(256)
    .describe("K: codes in a codebook; with rounding, the product of its bins"),
  dimensions: z.int().min(1).max(256).default(8)
    .describe("Length of a code vector; with rounding, one number for each of its bins"),
  stages: z.int().min(1).max(16).default(4).describe("Codebooks of the residual quantiser"),
  bins: z.array(z.int().min(3).max(256)).min(1).max(8).default([8, 6, 5])
    .describe("Levels of each number that is rounded"),
  grids: z.union([z.literal(1), z.literal(2)]).default(1)
    .describe("Grids of codes: one at a quarter of the side, or a coarser one above it (VQ-VAE-2)"),
  commitment: z.number().min(0).default(0.25).describe("Weight of the commitment term"),
  fade: z.number().min(0).max(1).default(0.3)
    .describe("Share of the autoencoder's training over which quantisation fades in"),
  codebookDecay: z.number().min(0).max(1).default(0.99)
    .describe("Decay per step of the running averages of code vectors"),
  dead: z.number().min(0).max(0.2).default(0.03)
    .describe("Reset codes that are used less than this share of the mean; 0: never"),
  ...trainingFields,
  learningRate: trainingFields.learningRate.default(2e-3),
  ...conditionField,
  conditionDropout: z.number().min(0).max(1).default(0.1)
    .describe(
      "Share of pictures whose labels are hidden from the prior, so that it also learns p(x)",
    ),
  prior: z.literal("none").optional()
    .describe("none: train the codes alone, for other runs to use; nothing is sampled"),
  priorShare: z.number().gt(0).lt(1).default(0.4)
    .describe("Share of the steps that train the prior, after the codes are fixed"),
  priorLayers: z.int().min(1).max(48).default(3).describe("Layers of the prior's transformer"),
  priorWidth: z.int().min(8).max(2048).default(96).describe("Width of the prior's transformer"),
  priorHeads: z.int().min(1).max(64).default(3).describe(
    "Attention heads of the prior's transformer",
  ),
  priorLearningRate: z.number().positive().default(3e-3).describe(
    "Adam's peak learning rate for the prior",
  ),
  temperature: z.number().positive().default(1)
    .describe("What the prior's logits are divided by when codes are drawn"),
}).superRefine((c, context) => {
  const reject = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (c.quantiser === "finite" && c.codes !== 256) {
    reject("codes", "rounding has as many codes as the product of its bins: set `bins` instead");
  }
  if (c.quantiser === "finite" && c.dimensions !== 8) {
    reject("dimensions", "rounding has a number for each of its bins: set `bins` instead");
  }
  if (gridSize(c.bins) > MOST_ROUNDED) {
    reject("bins", `their product is ${gridSize(c.bins)}; the most codes are ${MOST_ROUNDED}`);
  }
  if (c.priorWidth % c.priorHeads !== 0) {
    reject("priorHeads", `${c.priorHeads} heads don't divide a width of ${c.priorWidth}`);
  }
});

/** A vector-quantised autoencoder's settings, every field set. */
export type Config = z.output<typeof config>;
