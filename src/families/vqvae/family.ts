/**
 * Vector-quantised autoencoders with a prior over their codes: the declaration that joins networks,
 * quantisers, objectives and sampler.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { fold } from "../../random/mod.ts";
import { conditionsOf, type Labels } from "../common/conditioning.ts";
import { gridOf } from "../../kinds/mod.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { planStages, takeCodes } from "../common/stages/codes_then_prior.ts";
import { differing } from "../common/stages/given.ts";
import { initGroups } from "../common/stages/parameter_groups.ts";
import { phaseAt } from "../common/stages/phases.ts";
import { type Codes, type Images, reads, type Rows, updates } from "../common/programs.ts";
import { flattened, toCodes, toPictures, unflattened } from "./codes.ts";
import { type Config, config } from "./config.ts";
import { codePlaces } from "./code_order.ts";
import { gridsOf, initNetworks } from "./model.ts";
import { initPrior, transformerOptions } from "./prior.ts";
import { quantisers } from "./quantisers/quantiser.ts";
import { paint, priorStart, priorStep, samplePictures, type Sampler } from "./sample.ts";
import {
  coderOf,
  type Parameters,
  type Setting,
  type State,
  trainPriorStep,
  trainStep,
} from "./train.ts";

type Told = { readonly labels?: Labels };

/** Settings that networks and codebooks hang on: they have to be those of the run they are taken from. */
const shared = [
  "width",
  "blocks",
  "attention",
  "quantiser",
  "codes",
  "dimensions",
  "stages",
  "bins",
  "grids",
] as const;

function build(config: Config, context: BuildContext): Model {
  const sample = gridOf(context.sample);
  const taken = context.needed?.weights !== undefined;
  const stages = planStages(config, { taken, steps: context.steps }), { phases, samples } = stages;
  const quantiser = quantisers[config.quantiser](config);
  const networks = { config, sample, dimensions: quantiser.dimensions };
  const grids = gridsOf(networks);
  const setting: Setting = {
    ...networks,
    quantiser,
    grids,
    places: codePlaces(grids, quantiser.stages),
    conditions: conditionsOf(config.condition, context.factors),
    steps: stages.steps,
  };
  return {
    capabilities: {
      likelihood: "none",
      latent: "discrete",
      reconstructs: true,
      samples,
      codes: { size: quantiser.size, count: setting.places.length },
      conditions: samples ? setting.conditions.map(({ name }) => name) : [],
      ...(samples ? { evaluations: transformerOptions(setting).context } : {}),
    },
    init: (key) => {
      const parts = initGroups({
        networks: initNetworks(fold(key, "networks"), setting),
        ...(samples ? { prior: initPrior(fold(key, "prior"), setting) } : {}),
      } as Parameters, config);
      const books = grids.map((_, grid) => quantiser.init(fold(fold(key, "books"), grid)));
      return books[0].length === 0 ? parts : { ...parts, books };
    },
    programs: {
      train: updates<State, Images>((state, { x_BHWC }, key) =>
        trainStep(state, { x_BHWC, key }, setting)
      ),
      train_prior: updates<State, Images & Rows & Told>((state, inputs, key) =>
        trainPriorStep(state, { ...inputs, key }, setting)
      ),
      encode: reads<State, Images>((state, { x_BHWC }) => ({
        mean_BZ: flattened(toCodes(coderOf(state, setting), x_BHWC, setting).q),
      })),
      codes: reads<State, Images>((state, { x_BHWC }) => ({
        codes_BT: toCodes(coderOf(state, setting), x_BHWC, setting).codes_BT,
      })),
      decode: reads<State, Codes>((state, { z_BZ }) => ({
        x_BHWC: toPictures(coderOf(state, setting), unflattened(z_BZ, setting), setting),
      })),
      reconstruct: reads<State, Images>((state, { x_BHWC }) => {
        const coder = coderOf(state, setting);
        return { x_BHWC: toPictures(coder, toCodes(coder, x_BHWC, setting).q, setting) };
      }),
      prior_start: reads<State, Rows & Told>((state, { rows_B, labels = {} }) =>
        priorStart(state, { rows_B, labels }, setting)
      ),
      prior_step: updates<Sampler, Rows>((sampler, { rows_B }, key) => [
        priorStep(sampler, { rows_B, key }, setting),
        {},
      ]),
      paint: reads<State, { tokens_BS: tf.Tensor2D }>((state, { tokens_BS }) => ({
        x_BHWC: paint(state, tokens_BS, setting),
      })),
    },
    modes: { prior_step: "xla" },
    driver: {
      schedule: (step) => [phaseAt(phases, step).program],
      ...(taken ? { begin: takeCodes } : {}),
      ...(samples
        ? {
          sample: (state, request, context) => samplePictures(state, request, { context, setting }),
        }
        : {}),
    },
  };
}

/** Vector-quantised autoencoders on residual convolutional networks, sampled through a transformer. */
export const vqvae = defineFamily<Config, "image" | "point">({
  name: "vqvae",
  version: 1,
  about: "vector-quantised autoencoder, its prior a transformer: EMA codebook, residual, finite, " +
    "two grids",
  papers: [
    "arXiv:1711.00937",
    "arXiv:1906.00446",
    "arXiv:2107.03312",
    "arXiv:2309.15505",
    "arXiv:2005.00341",
  ],
  takes: ["image", "point"],
  config,
  needs: {
    weights: {
      kind: "weights",
      about: "networks and codes of a finished run, whose prior alone is then trained",
      families: ["vqvae"],
      unfit: (own, given) =>
        own.prior === "none"
          ? "with `prior: none` nothing is left to train: leave one of the two out"
          : differing(own, given.config, shared),
    },
  },
  build,
});
