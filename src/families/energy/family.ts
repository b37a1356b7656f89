/**
 * Energy and score models: the declaration that joins network, objectives and sampler.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold } from "../../random/mod.ts";
import { gridOf } from "../../kinds/mod.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { type Images, reads, type Rows, updates } from "../common/programs.ts";
import { initTrained } from "../common/training.ts";
import { type Config, config } from "./config.ts";
import {
  checkSetting,
  energy,
  initParameters,
  numbersOf,
  type Setting,
  smallestNoise,
} from "./model.ts";
import { finish, sampleByLangevin, start, walk, type WalkInputs } from "./sample.ts";
import { toVectors } from "./dequantise.ts";
import { type State, trainStep } from "./train.ts";
import { freshChains } from "./langevin.ts";

function build(config: Config, { sample, steps, batch }: BuildContext): Model {
  const setting: Setting = { config, sample: gridOf(sample) };
  checkSetting(setting);
  const critic = config.network === "energy";
  const chains = config.objective === "contrastive" ? batch : 1;
  return {
    capabilities: {
      likelihood: "none",
      latent: "none",
      reconstructs: false,
      samples: true,
      evaluations: config.levels * config.langevin + 1,
      anyEvaluations: true,
      critic,
    },
    init: (key) => ({
      ...initTrained(initParameters(key, setting), config),
      chains_ND: freshChains(fold(key, "chains"), [chains, numbersOf(setting)]),
    }),
    programs: {
      train: updates<State, Images & Rows>((state, { x_BHWC, rows_B }, key) =>
        trainStep(state, { x_BHWC, rows_B, key }, { setting, steps })
      ),
      start: reads<State, Rows>((_, { rows_B }, key) => ({
        v_BD: start({ rows_B, key }, setting),
      })),
      langevin: reads<State, WalkInputs>((state, inputs, key) =>
        walk(state, inputs, { key, setting })
      ),
      finish: reads<State, { v_BD: tf.Tensor2D }>((state, { v_BD }) => ({
        x_BHWC: finish(state, v_BD, setting),
      })),
      ...(critic
        ? {
          score: reads<State, Images>((state, { x_BHWC }) => {
            const v_BD = toVectors(x_BHWC, tf.scalar(0.5));
            const sigma_B1 = smallestNoise(setting, v_BD.shape[0]);
            return { logit_B: tf.neg(energy(state.ema, v_BD, { sigma_B1, setting })) };
          }),
        }
        : {}),
    },
    driver: {
      sample: (state, request, context) => sampleByLangevin(state, request, { context, setting }),
    },
  };
}

/** Energies and scores of points and small pictures, sampled by annealed Langevin dynamics. */
export const energyModel = defineFamily<Config, "image" | "point">({
  name: "energy",
  version: 1,
  about: "energy or score model: denoising, sliced, contrastive; annealed Langevin sampling",
  papers: [
    "Vincent 2011",
    "arXiv:1905.07088",
    "arXiv:1907.05600",
    "arXiv:1903.08689",
    "arXiv:2006.09011",
  ],
  takes: ["image", "point"],
  config,
  build,
});
