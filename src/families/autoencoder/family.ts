/**
 * Autoencoders, plain and denoising: the declaration that joins network, objective and sampler.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { gridOf } from "../../kinds/table.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { type Codes, type Images, reads, type Rows, updates } from "../common/programs.ts";
import { drawCodes, fitMixture, initMixture } from "../common/mixture_prior.ts";
import { initTrained } from "../common/training.ts";
import { type Config, config } from "./config.ts";
import { initParameters, toCode, toPicture } from "./model.ts";

import { type State, trainStep } from "./train.ts";

function build(config: Config, { sample: spec, steps }: BuildContext): Model {
  const sample = gridOf(spec);
  const { latent, width, components } = config;
  const shape = { sample, width };
  const picture = (state: State, z_BZ: tf.Tensor2D) =>
    tf.clipByValue(toPicture(state.ema, z_BZ, shape), 0, 1);
  return {
    capabilities: {
      likelihood: "none",
      latent: "continuous",
      reconstructs: true,
      samples: true,
    },
    init: (key) => ({
      ...initTrained(initParameters(key, { ...shape, latent }), config),
      mixture: initMixture({ components, latent }),
    }),
    programs: {
      train: updates<State, Images & Rows>((state, { x_BHWC, rows_B }, key) =>
        trainStep(state, { x_BHWC, rows_B, key }, { setting: { config, sample }, steps })
      ),
      sample: reads<State, Rows>((state, { rows_B }, key) => ({
        x_BHWC: picture(state, drawCodes(state.mixture, rows_B, key)),
      })),
      encode: reads<State, Images>((state, { x_BHWC }) => ({ mean_BZ: toCode(state.ema, x_BHWC) })),
      decode: reads<State, Codes>((state, { z_BZ }) => ({ x_BHWC: picture(state, z_BZ) })),
      reconstruct: reads<State, Images>((state, { x_BHWC }) => ({
        x_BHWC: picture(state, toCode(state.ema, x_BHWC)),
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
