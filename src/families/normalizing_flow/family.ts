/**
 * Normalising flows: the declaration that joins flow, likelihood and sampler.
 * @module
 */
import { gridOf } from "../../kinds/mod.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { type Codes, type Images, reads, type Rows, updates } from "../common/programs.ts";
import { initTrained } from "../common/training.ts";
import { type Config, config } from "./config.ts";
import { initParameters, levelsOf, numbersOf, type Setting } from "./model.ts";
import { logWeight } from "./objective.ts";
import { decode, encode, samplePictures } from "./sample.ts";
import { dequantisation, type State, trainStep } from "./train.ts";

function build(config: Config, { sample, steps }: BuildContext): Model {
  const setting: Setting = { config, sample: gridOf(sample) };
  levelsOf(setting); // refuses pictures that it can't halve
  return {
    capabilities: {
      likelihood: "bound",
      measure: "discrete-256",
      latent: "continuous",
      // A bijection gives every picture back: there is nothing to measure.
      reconstructs: false,
      samples: true,
      noise: numbersOf(setting),
    },
    init: (key) => initTrained(initParameters(key, setting), config),
    programs: {
      train: updates<State, Images & Rows>((state, { x_BHWC, rows_B }, key) =>
        trainStep(state, { x_BHWC, rows_B, key }, { setting, steps })
      ),
      sample: reads<State, Rows>((state, { rows_B }, key) => ({
        x_BHWC: samplePictures(state.ema, { rows_B, key }, setting),
      })),
      encode: reads<State, Images>((state, { x_BHWC }) => ({
        mean_BZ: encode(state.ema, x_BHWC, setting),
      })),
      decode: reads<State, Codes>((state, { z_BZ }) => ({
        x_BHWC: decode(state.ema, z_BZ, setting),
      })),
      log_weight: reads<State, Images & Rows>((state, { x_BHWC, rows_B }, key) => {
        const noise_BHWC = dequantisation(key, { x_BHWC, rows_B });
        return { logWeight_B: logWeight(state.ema, { x_BHWC, noise_BHWC }, setting) };
      }),
    },
    driver: {},
  };
}

/**
 * Flows of couplings and rotations, squeezed and split by levels; on points one level of perceptrons.
 * Over 256 values the likelihood is a bound by uniform dequantisation, whose draws are importance
 * weights.
 */
export const normalizingFlow = defineFamily<Config, "image" | "point">({
  name: "normalizing_flow",
  version: 2,
  about: "normalising flow: affine or spline couplings, rotations, levels; a reference likelihood",
  papers: [
    "arXiv:1605.08803",
    "arXiv:1807.03039",
    "arXiv:1906.04032",
    "arXiv:1611.09630",
    "arXiv:1511.01844",
  ],
  takes: ["image", "point"],
  config,
  build,
});
