/**
 * The settings of a GAN. A form names a paper and fills what a suite leaves out; what it says
 * overrides the form.
 * @module
 */
import { z } from "zod";
import { conditionField } from "../common/conditioning.ts";
import { sizeFields } from "../common/training_config.ts";
import {
  architectures,
  losses,
  penalties,
  penaltyDefaults,
  presetNames,
  presets,
} from "./presets.ts";

/** What a suite may say under `gan`. */
export const config = z.strictObject({
  form: z.enum(presetNames).default("r3gan")
    .describe("Paper whose values fill the settings below that have no default"),
  loss: z.enum(losses).optional().describe("Loss of the two networks; default: the form's"),
  architecture: z.enum(architectures).optional()
    .describe(
      "Networks: plain convolutions normalised over the batch (dcgan; batches of 16 are too small " +
        "for it), those against residual blocks (sngan), residual blocks, or a mapping network " +
        "that modulates the generator's (style, discriminator: residual); the form's. Samples " +
        "under 16 a side get perceptrons",
    ),
  penalty: z.enum(penalties).optional()
    .describe(
      "Penalty on the discriminator's slope: WGAN-GP's, or squared slopes on real (r1) or real and " +
        "fake pictures (r1-r2); the form's",
    ),
  penaltyWeight: z.number().min(0).optional()
    .describe("Its weight: γ of R1 and R2 (0.02), λ of the gradient penalty (10)"),
  penaltyEvery: z.int().min(1).max(64).optional()
    .describe(
      "Steps from one penalty to the next, which then weighs as many times more; 1: in every step " +
        "(gradient), otherwise 8",
    ),
  spectralNorm: z.boolean().optional()
    .describe("Divide each weight of the discriminator by its largest singular value; the form's"),
  augment: z.union([z.enum(["none", "adaptive"]), z.number().min(0).max(0.8)]).optional()
    .describe(
      "Chance of each augmentation (flip, shift, colour, cutout) of what the discriminator sees: " +
        "none, a number, or adaptive (ADA); the form's. Samples under 16 a side never",
    ),
  augmentTarget: z.number().gt(-1).lt(1).default(0.6)
    .describe("Adaptive: the E[sign D(real)] that the chance is steered to"),
  augmentPictures: z.int().min(1).default(50_000)
    .describe("Adaptive: pictures in which the chance can go from 0 to 1"),
  linear: z.boolean().default(false)
    .describe(
      "Add what the generator draws to a fixed linear map of z, fitted to the data's mean and " +
        "principal components before training: the game starts at the pixels' Gaussian",
    ),
  noise: z.boolean().default(true)
    .describe(
      "Residual: grain of learned strength on the picture; style: also beside each convolution",
    ),
  latent: sizeFields.latent,
  width: z.int().min(8).max(512).default(64)
    .describe("Size of the networks: channels at 8×8 of a 32² picture; cost grows as its square"),
  wider: z.number().min(0.25).max(4).default(1.5)
    .describe("Channels of the generator for one of the discriminator"),
  ...conditionField,
  labelDrop: z.number().min(0).max(1).default(0.1)
    .describe("Conditional: share of training pictures whose labels are not told"),
  criticSteps: z.int().min(1).max(20).optional()
    .describe("Training steps of the discriminator for each of the generator; the form's"),
  learningRate: z.number().positive().optional()
    .describe("Adam's learning rate at its peak, of weights of unit variance; the form's"),
  generatorRate: z.number().positive().default(1)
    .describe(
      "The generator's learning rate over the discriminator's; under 1: the two time scales of " +
        "Heusel et al. 2017",
    ),
  warmup: z.number().min(0).max(0.9).default(0.02)
    .describe("Share of the training over which the learning rate rises from 0"),
  decay: z.number().min(0).max(1).default(0.1)
    .describe(
      "Learning rate at the end of its cosine, as a share of the peak; 1 keeps it constant",
    ),
  beta1: z.number().min(0).lt(1).optional()
    .describe("Adam's decay of the mean of gradients; the form's"),
  beta2: z.number().min(0).lt(1).optional()
    .describe("Adam's decay of the mean of squared gradients; the form's"),
  ema: z.number().min(0).default(5000)
    .describe(
      "Half-life, in training pictures, of the average of the generator's weights that samples " +
        "use; 0 uses the live ones",
    ),
}).superRefine((c, context) => {
  const reject = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  const penalty = c.penalty ?? presets[c.form].penalty;
  if (penalty === "none" && (c.penaltyWeight ?? 0) > 0) {
    reject("penaltyWeight", `${c.form} has no penalty to weigh; name one, e.g. penalty: r1`);
  }
  if (penalty === "none" && (c.penaltyEvery ?? 1) > 1) {
    reject("penaltyEvery", `${c.form} has no penalty to take; name one, e.g. penalty: r1`);
  }
  // Gulrajani et al. 2017, section 4: a penalty is of each picture's slope, not of a batch's.
  if (penalty !== "none" && (c.architecture ?? presets[c.form].architecture) === "dcgan") {
    reject(
      "penalty",
      "dcgan's discriminator normalises over the batch, where no picture has a slope of its own; " +
        "with a penalty take architecture: residual",
    );
  }
});

/** What a suite said. */
export type Config = z.output<typeof config>;

/** A GAN's settings, every field set. */
export type Settings = Required<Config>;

/** What a config stands for: what it says, else its form's, else the penalty's defaults. */
export function settingsOf(config: Config): Settings {
  const preset = presets[config.form];
  const { weight, every } = penaltyDefaults[config.penalty ?? preset.penalty];
  const said = Object.entries(config).filter(([, value]) => value !== undefined);
  return {
    ...preset,
    penaltyWeight: weight,
    penaltyEvery: every,
    ...Object.fromEntries(said) as Config,
  } as Settings;
}
