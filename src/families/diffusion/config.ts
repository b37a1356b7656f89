/**
 * The settings of a diffusion model.
 * @module
 */
import { z } from "zod";
import {
  defaultsOf,
  denoisingFields,
  denoisingTrainingFields,
  refuseGuidance,
  refuseUnused,
} from "../common/denoising/config.ts";

/** Settings of the discrete form, with their defaults. */
const ddpmFields = {
  schedule: z.enum(["linear", "cosine"]).default("cosine")
    .describe("ddpm: how ᾱ falls, by β linear in the step or as a squared cosine"),
  timesteps: z.int().min(2).max(10_000).default(1000)
    .describe("ddpm: steps from picture to noise that it is trained on"),
  predicts: z.enum(["noise", "picture", "velocity"]).default("velocity")
    .describe("ddpm: what the network predicts: ε, x₀ or v = α ε − σ x₀"),
  weighting: z.enum(["plain", "noise", "min-snr"]).default("plain")
    .describe(
      "ddpm: squared error of the prediction (plain), of the noise it implies, or the latter " +
        "with the signal-to-noise ratio limited to 5",
    ),
  eta: z.number().min(0).max(1).default(0)
    .describe("ddpm, ddim sampler: share of the ancestral sampler's noise; 0 is deterministic"),
};

/** Settings of the continuous form, with their defaults. */
const edmFields = {
  sigmaData: z.number().positive().default(0.5)
    .describe("edm: standard deviation of the data, in [−1, 1] for pictures"),
  sigmaMin: z.number().positive().default(0.002).describe("edm: lowest noise level in sampling"),
  sigmaMax: z.number().positive().default(80).describe("edm: noise level at which sampling starts"),
  rho: z.number().min(1).max(100).default(7)
    .describe("edm: how strongly noise levels are concentrated at low noise"),
  noiseMean: z.number().min(-10).max(10).default(-0.6)
    .describe("edm: mean of ln σ in training"),
  noiseDeviation: z.number().positive().max(10).default(1.2)
    .describe("edm: standard deviation of ln σ in training"),
};

/** Settings of the space that is diffused, with their defaults but for `latent` itself. */
const latentFields = {
  latentChannels: z.int().min(1).max(64).default(4)
    .describe("latent: channels of the map that is diffused, a quarter of the picture's side"),
  latentWidth: z.int().min(8).max(512).default(64)
    .describe("latent: channels of the autoencoder at the map; cost grows as its square"),
  latentShare: z.number().gt(0).lt(1).default(0.3)
    .describe("latent: share of the steps that train the autoencoder, before the diffusion"),
  latentCodes: z.int().min(2).max(8192).default(256)
    .describe("latent vq: codes to which the decoder rounds the map"),
};

const samplers = {
  ddpm: ["ancestral", "ddim", "multistep"],
  edm: ["euler", "heun", "multistep"],
} as const;

/** What a suite may say under `diffusion`. */
export const config = z.strictObject({
  form: z.enum(["ddpm", "edm"]).default("edm")
    .describe("Discrete steps (DDPM) or a continuum of noise levels with preconditioning (EDM)"),
  ...ddpmFields,
  ...edmFields,
  latent: z.enum(["none", "autoencoder", "vq", "given"]).default("none")
    .describe(
      "What is diffused: pixels; the latents of an autoencoder that is trained first, plain or " +
        "quantised; or those of a finished run's autoencoder, the entry's `from`",
    ),
  ...latentFields,
  sampler: z.enum(["auto", "ancestral", "ddim", "euler", "heun", "multistep"]).default("auto")
    .describe(
      "ddpm: ancestral, ddim or multistep; edm: euler, heun (two evaluations a step) or multistep; " +
        "multistep is DPM-Solver++(2M), auto takes it",
    ),
  ...denoisingFields,
  ...denoisingTrainingFields,
}).superRefine((c, context) => {
  const reject = (field: string, message: string) =>
    context.addIssue({ code: "custom", path: [field], message });
  const known: readonly string[] = samplers[c.form];
  if (c.sampler !== "auto" && !known.includes(c.sampler)) {
    reject("sampler", `${c.form} has ${known.join(", ")}, not ${c.sampler}`);
  }
  const others = c.form === "ddpm" ? edmFields : ddpmFields;
  refuseUnused(c, { defaults: defaultsOf(others), used: [], form: `form ${c.form}` }, reject);
  const fields = Object.keys(latentFields);
  const used = { none: [], autoencoder: fields, vq: fields, given: [] };
  refuseUnused(c, {
    defaults: defaultsOf(latentFields),
    used: used[c.latent].filter((name: string) => c.latent === "vq" || name !== "latentCodes"),
    form: `latent ${c.latent}`,
  }, reject);
  if (c.form === "ddpm" && c.eta > 0 && c.sampler !== "ddim") {
    reject("eta", "it is the ddim sampler's: set `sampler: ddim`");
  }
  if (!(c.sigmaMin < c.sigmaMax)) {
    reject("sigmaMin", `it must be below sigmaMax ${c.sigmaMax}`);
  }
  refuseGuidance(c, reject);
});

/** A diffusion model's settings, every field set. */
export type Config = z.output<typeof config>;
