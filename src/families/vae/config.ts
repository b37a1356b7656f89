/**
 * The settings of a VAE.
 * @module
 */
import { z } from "zod";
import { optimiserField, sizeFields, trainingFields } from "../common/training_config.ts";

/** What a suite may say under `vae`. */
export const config = z.strictObject({
  ...sizeFields,
  likelihood: z.enum(["discretised-logistic", "gaussian", "bernoulli"])
    .default("discretised-logistic")
    .describe("p(x|z): over 256 pixel values, a density, or over the picture in black and white"),
  scale: z.union([z.enum(["learned", "optimal"]), z.number().positive()]).default("learned")
    .describe(
      "Scale of p(x|z) in pixel units of [0, 1]: learned, a number, or (gaussian) " +
        "optimal, the root mean square error; not used by bernoulli",
    ),
  beta: z.number().min(0).default(1)
    .describe("Weight of the KL term, or of the total correlation with the β-TC objective"),
  betaWarmup: z.number().min(0).max(1).default(0)
    .describe("Share of the training over which beta rises from 0"),
  objective: z.enum(["elbo", "total-correlation", "importance"]).default("elbo")
    .describe("β-VAE, β-TCVAE, or the importance-weighted bound of `draws` draws (IWAE)"),
  estimator: z.enum(["stratified", "weighted"]).default("stratified")
    .describe("β-TC: how q(z) is estimated from a batch"),
  freeBits: z.number().min(0).default(0)
    .describe("Nats of KL that each latent dimension may have at no cost"),
  draws: z.int().min(1).max(1000).default(1)
    .describe("Draws of z for each picture and step; with the importance objective, the K of L_K"),
  prior: z.enum(["standard", "mixture"]).default("standard")
    .describe(
      "p(z) of samples and of the likelihood: the standard normal of training, or a mixture of " +
        "Gaussians fitted after training to draws of q(z|x) over the training pictures",
    ),
  components: z.int().min(1).max(100).default(10)
    .describe("Gaussians in the fitted prior"),
  antisymmetric: z.int().min(0).optional()
    .describe(
      "How many latent numbers change sign when the picture is mirrored, while all others stay " +
        "the same: the encoder sees both. For data where mirroring is allowed, with " +
        "`mirror: true`. Default: mirror images have unrelated codes",
    ),
  observation: z.enum(["mean", "draw"]).default("mean")
    .describe("What samples show: the mean of p(x|z), or a draw from it"),
  ...trainingFields,
  optimiser: optimiserField("muon"),
}).superRefine((c, context) => {
  const reject = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (c.scale === "optimal" && c.likelihood !== "gaussian") {
    reject("scale", `optimal is the gaussian's; ${c.likelihood} takes learned or a number`);
  }
  if ((c.antisymmetric ?? 0) > c.latent) {
    reject("antisymmetric", `a latent of ${c.latent} hasn't ${c.antisymmetric} numbers`);
  }
  if (c.freeBits > 0 && c.objective !== "elbo") {
    reject("freeBits", `defined for the elbo objective, not for ${c.objective}`);
  }
  if (c.beta !== 1 && c.objective === "importance") {
    reject("beta", "the importance-weighted bound has no KL term to weigh: leave beta at 1");
  }
  if (c.betaWarmup > 0 && c.objective === "importance") {
    reject("betaWarmup", "the importance-weighted bound has no KL term to weigh: leave it at 0");
  }
});

/** A VAE's settings, every field set. */
export type Config = z.output<typeof config>;
