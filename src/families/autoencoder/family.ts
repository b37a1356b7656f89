/**
 * Autoencoders, plain and denoising: the declaration that joins network, objective and sampler.
 * @module
 */
import { gridOf } from "../../kinds/mod.ts";
import { initParameters, type Setting, toCode } from "./model.ts";
import { decodePictures, samplePictures } from "./sample.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { type Codes, type Images, reads, type Rows, updates } from "../common/programs.ts";
import { fitMixture, initMixture } from "../common/mixture/prior.ts";
import { initTrained } from "../common/training.ts";
import { type Config, config } from "./config.ts";
import { type State, trainStep } from "./train.ts";

function build(config: Config, { sample: spec, steps }: BuildContext): Model {
  const sample = gridOf(spec);
  const { latent, width, components } = config;
  const setting: Setting = { config, sample };
  return {
    capabilities: {
      likelihood: "none",
      latent: "continuous",
      reconstructs: true,
      samples: true,
    },
    init: (key) => ({
      ...initTrained(initParameters(key, { sample, width, latent }), config),
      mixture: initMixture({ components, latent }),
    }),
    programs: {
      train: updates<State, Images & Rows>((state, { x_BHWC, rows_B }, key) =>
        trainStep(state, { x_BHWC, rows_B, key }, { setting, steps })
      ),
      sample: reads<State, Rows>((state, { rows_B }, key) => ({
        x_BHWC: samplePictures(state, { rows_B, key }, setting),
      })),
      encode: reads<State, Images>((state, { x_BHWC }) => ({ mean_BZ: toCode(state.ema, x_BHWC) })),
      decode: reads<State, Codes>((state, { z_BZ }) => ({
        x_BHWC: decodePictures(state, z_BZ, setting),
      })),
      reconstruct: reads<State, Images>((state, { x_BHWC }) => ({
        x_BHWC: decodePictures(state, toCode(state.ema, x_BHWC), setting),
      })),
    },
    driver: {
      finish: (state, context) =>
        fitMixture(state, context, { components, latent, program: "encode", output: "mean_BZ" }),
    },
  };
}

/** Autoencoders on residual convolutional networks, sampled through a mixture of Gaussians. */
export const autoencoder = defineFamily<Config, "image" | "point">({
  name: "autoencoder",
  version: 1,
  about: "autoencoder, plain or denoising; samples from a mixture of Gaussians fitted to its codes",
  papers: ["Hinton & Salakhutdinov 2006", "Vincent et al. 2008", "arXiv:1903.12436"],
  takes: ["image", "point"],
  config,
  build,
});
