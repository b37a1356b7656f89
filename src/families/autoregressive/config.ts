/**
 * The settings of autoregressive models.
 * @module
 */
import { z } from "zod";
import { conditionField } from "../common/conditioning.ts";
import { optimiserField, trainingFields } from "../common/training_config.ts";

/** What a suite may say under `autoregressive`. */
export const config = z.strictObject({
  form: z.enum(["pixelcnn", "transformer", "scales"]).default("pixelcnn")
    .describe(
      "pixelcnn: causal convolutions over patches of pixels; transformer: causal attention over " +
        "them; scales: all codes of a scale at once from those of the coarser ones",
    ),
  levels: z.int().min(1).max(6).default(3)
    .describe(
      "pixels: number of resolutions, each half the size of the next; 1: full resolution only",
    ),
  patch: z.int().min(1).max(8).default(1)
    .describe("pixels: side of the squares that the first level predicts one after the other"),
  width: z.int().min(8).max(1024).default(48)
    .describe(
      "Channels, or width of the transformer, at the finest level; coarser ones have twice as many, " +
        "the transformer of scales four times",
    ),
  layers: z.int().min(1).max(64).default(3).describe("Layers, at each level"),
  heads: z.int().min(1).max(64).default(6).describe("transformer, scales: heads of attention"),
  units: z.int().min(4).max(512).default(48)
    .describe("pixels: units for each pixel in the small model inside a patch"),
  headLayers: z.int().min(0).max(16).default(1)
    .describe("pixels: layers of the small model inside a patch"),
  knownBlocks: z.int().min(0).max(16).default(2)
    .describe("pixels: residual blocks that read the pixels of the level before"),
  components: z.int().min(1).max(50).default(5)
    .describe("pixels: logistic distributions in the mixture that a pixel is drawn from"),
  scales: z.int().min(1).max(8).default(4)
    .describe(
      "scales: how many, each with sides half the next one's, up to a quarter of the picture's",
    ),
  codes: z.int().min(2).max(8192).default(256).describe("scales: codes of each scale's codebook"),
  codeLength: z.int().min(1).max(256).default(8).describe("scales: length of a code vector"),
  codecWidth: z.int().min(8).max(512).default(64)
    .describe("scales: channels of the tokeniser's encoder and decoder at the finest scale"),
  codecLearningRate: z.number().positive().default(6e-3)
    .describe("scales: peak learning rate of the tokeniser"),
  commitment: z.number().min(0).default(0.25).describe("scales: weight of the commitment term"),
  codebookDecay: z.number().min(0).max(1).default(0.99)
    .describe("scales: decay per step of the running averages of code vectors"),
  dead: z.number().min(0).max(0.2).default(0.03)
    .describe("scales: reset codes that are used less than this share of the mean; 0: never"),
  prior: z.literal("none").optional()
    .describe(
      "scales, none: train the tokeniser alone, for other runs to use; nothing is sampled",
    ),
  priorShare: z.number().gt(0).lt(1).default(0.5)
    .describe("scales: share of the steps that train the transformer, after the codes are fixed"),
  temperature: z.number().positive().max(2).default(1)
    .describe("Sampling temperature: below 1, likelier pixels are drawn more often"),
  ...conditionField,
  conditionDropout: z.number().min(0).max(1).default(0.1)
    .describe("Share of training pictures whose labels are hidden, so that p(x) is learnt too"),
  ...trainingFields,
  optimiser: optimiserField("muon"),
  learningRate: z.number().positive().default(0.015)
    .describe("Peak learning rate; Muon's steps are as large as Adam's"),
}).superRefine((c, context) => {
  const reject = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (c.form !== "pixelcnn" && c.width % c.heads !== 0) {
    reject("heads", `${c.heads} heads don't divide a width of ${c.width}`);
  }
  if (c.prior !== undefined && c.form !== "scales") {
    reject("prior", `it is of the form scales, not of ${c.form}`);
  }
});

/** An autoregressive model's settings, every field set. */
export type Config = z.output<typeof config>;
