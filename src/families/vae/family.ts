/**
 * Variational autoencoders: the declaration that joins network, objective and sampler.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { gridOf } from "../../kinds/mod.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { type Codes, type Images, reads, type Rows, updates } from "../common/programs.ts";
import { fitMixture, initMixture, logDensity } from "../common/mixture/prior.ts";
import { initTrained } from "../common/training.ts";
import { initParameters, likelihoodOf, pass, posterior, prepare, type Setting } from "./model.ts";
import { type Config, config } from "./config.ts";
import { logWeights, reparameterise } from "./objectives/bounds.ts";
import { decodeMean, samplePictures } from "./sample.ts";
import { posteriorNoise, type State, trainStep } from "./train.ts";

function build(config: Config, { sample: spec, steps, trainSize }: BuildContext): Model {
  const sample = gridOf(spec);
  const setting: Setting = { config, sample, trainSize };
  return {
    capabilities: {
      likelihood: "bound",
      measure: likelihoodOf(setting).measure,
      latent: "continuous",
      reconstructs: true,
      samples: true,
      posterior: true,
    },
    init: (key) => {
      const params = initParameters(key, { sample, width: config.width, latent: config.latent });
      return {
        ...initTrained(params, config),
        optimal: tf.scalar(0),
        ...(config.prior === "mixture" ? { mixture: initMixture(config) } : {}),
      };
    },
    programs: {
      train: updates<State, Images & Rows>((state, { x_BHWC, rows_B }, key) =>
        trainStep(state, { x_BHWC, rows_B, key }, { setting, steps })
      ),
      sample: reads<State, Rows>((state, { rows_B }, key) => ({
        x_BHWC: samplePictures(state, { rows_B, key }, setting),
      })),
      encode: reads<State, Images>((state, { x_BHWC }) => ({
        ...posterior(state.ema.encoder, prepare(x_BHWC, setting), config),
      })),
      decode: reads<State, Codes>((state, { z_BZ }) => ({
        x_BHWC: decodeMean(state, z_BZ, setting),
      })),
      reconstruct: reads<State, Images>((state, { x_BHWC }) => {
        const { mean_BZ } = posterior(state.ema.encoder, prepare(x_BHWC, setting), config);
        return { x_BHWC: decodeMean(state, mean_BZ, setting) };
      }),
      log_weight: reads<State, Images & Rows>((state, { x_BHWC, rows_B }, key) => {
        const noise_BKZ = posteriorNoise(key, rows_B, { draws: 1, latent: config.latent });
        const one = pass(state.ema, { x_BHWC, noise_BKZ, remembered: state.optimal }, setting);
        const logPrior_BK = state.mixture === undefined
          ? undefined
          : tf.expandDims(logDensity(state.mixture, tf.squeeze(one.draws.z_BKZ, [1])), 1);
        const logWeight_BK = logWeights(one.logLikelihood_BK, {
          ...one,
          logPrior_BK: logPrior_BK as tf.Tensor2D | undefined,
        });
        return { logWeight_B: tf.reshape(logWeight_BK, [-1]) };
      }),
      draw: reads<State, Images & Rows>((state, { x_BHWC, rows_B }, key) => {
        const noise_BKZ = posteriorNoise(key, rows_B, { draws: 1, latent: config.latent });
        const q = posterior(state.ema.encoder, prepare(x_BHWC, setting), config);
        return { z_BZ: tf.squeeze(reparameterise(q, noise_BKZ).z_BKZ, [1]) };
      }),
    },
    driver: config.prior === "standard" ? {} : {
      finish: (state, context) =>
        fitMixture(state, context, { ...config, program: "draw", output: "z_BZ" }),
    },
  };
}

/** Variational autoencoders on residual convolutional networks. */
export const vae = defineFamily<Config, "image" | "point">({
  name: "vae",
  version: 1,
  about: "variational autoencoder: β, β-TC, free bits, importance-weighted; three likelihoods",
  papers: [
    "arXiv:1312.6114",
    "β-VAE, Higgins et al. 2017",
    "arXiv:1802.04942",
    "arXiv:1606.04934",
    "arXiv:1509.00519",
    "arXiv:2006.13202",
    "arXiv:1903.12436",
  ],
  takes: ["image", "point"],
  config,
  build,
});
