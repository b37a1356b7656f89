/**
 * The settings of autoregressive models.
 * @module
 */
import { z } from "zod";
import { conditionField } from "../conditioning.ts";
import { trainingFields } from "../training_config.ts";

/** What a suite may say under `autoregressive`. */
export const config = z.strictObject({
  form: z.enum(["pixelcnn", "transformer"]).default("transformer")
    .describe("pixelcnn: causal convolutions; transformer: causal attention; both over patches"),
  patch: z.int().min(1).max(8).default(4)
    .describe("Side of the squares of pixels that are told one after the other; 1: pixel by pixel"),
  width: z.int().min(8).max(1024).default(192).describe("Channels, or width of the transformer"),
  layers: z.int().min(1).max(64).default(4).describe("Layers"),
  heads: z.int().min(1).max(64).default(6).describe("transformer: heads of attention"),
  units: z.int().min(4).max(512).default(32)
    .describe("Units a pixel of the small model inside a patch"),
  headLayers: z.int().min(0).max(16).default(2)
    .describe("Layers of the small model inside a patch"),
  components: z.int().min(1).max(50).default(5)
    .describe("Logistic distributions in the mixture that a pixel is drawn from"),
  temperature: z.number().positive().max(2).default(1)
    .describe("Sampling: below 1 likelier pixels than the model's own"),
  ...conditionField,
  labelDropout: z.number().min(0).max(1).default(0.1)
    .describe("Share of training pictures whose labels aren't told, so that none need be"),
  ...trainingFields,
  learningRate: z.number().positive().default(3e-3)
    .describe("Adam's learning rate at its peak"),
}).superRefine((c, context) => {
  const reject = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (c.form === "transformer" && c.width % c.heads !== 0) {
    reject("heads", `${c.heads} heads don't divide a width of ${c.width}`);
  }
});

/** An autoregressive model's settings, every field set. */
export type Config = z.output<typeof config>;
