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
    .describe("pixels: pictures of half the sides each that a picture is told by; 1: at once"),
  patch: z.int().min(1).max(8).default(1)
    .describe("pixels: side of the squares that the first level tells one after the other"),
  width: z.int().min(8).max(1024).default(48)
    .describe(
      "Channels, or width of the transformer, at the finest level; coarser ones have twice as many, " +
        "the transformer of scales four times",
    ),
  layers: z.int().min(1).max(64).default(3).describe("Layers, at each level"),
  heads: z.int().min(1).max(64).default(6).describe("transformer, scales: heads of attention"),
  units: z.int().min(4).max(512).default(48)
    .describe("pixels: units a pixel of the small model inside a patch"),
  headLayers: z.int().min(0).max(16).default(1)
    .describe("pixels: layers of the small model inside a patch"),
  knownBlocks: z.int().min(0).max(16).default(2)
    .describe("pixels: residual blocks that read what is known from the level before"),
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
    .describe("scales: the tokeniser's learning rate at its peak"),
  commitment: z.number().min(0).default(0.25).describe("scales: weight of the commitment term"),
  codebookDecay: z.number().min(0).max(1).default(0.99)
    .describe("scales: decay a step of the averages that code vectors follow"),
  dead: z.number().min(0).max(0.2).default(0.03)
    .describe("scales: codes used less than this share of the mean start anew; 0: never"),
  prior: z.literal("none").optional()
    .describe(
      "scales, none: the tokeniser alone is trained, for others to take; nothing is sampled",
    ),
  priorShare: z.number().gt(0).lt(1).default(0.5)
    .describe("scales: share of the steps that train the transformer, after the codes are fixed"),
  temperature: z.number().positive().max(2).default(1)
    .describe("Sampling: below 1 likelier pixels than the model's own"),
  ...conditionField,
  conditionDropout: z.number().min(0).max(1).default(0.1)
    .describe("Share of training pictures whose labels aren't told, so that p(x) is learnt too"),
  ...trainingFields,
  optimiser: optimiserField("muon"),
  learningRate: z.number().positive().default(0.015)
    .describe("Learning rate at its peak; Muon's steps are of the size of Adam's"),
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
