/**
 * Generative adversarial networks: the declaration that joins networks, game, training and
 * sampler.
 * @module
 */
import { gridOf } from "../../kinds/mod.ts";
import * as tf from "@tensorflow/tfjs";
import { initState, type Setting, type State } from "./model.ts";
import { centred } from "../common/pixels.ts";
import { conditionsOf, type Labels } from "../common/conditioning.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import {
  type Codes,
  type FamilyProgram,
  type Images,
  reads,
  type Rows,
  updates,
} from "../common/programs.ts";
import { type Config, config, settingsOf } from "./config.ts";
import { fitLinearStart, type LinearStart, sketch } from "../common/mixture/linear_start.ts";
import { decodePictures, samplePictures, scorePictures } from "./sample.ts";
import { criticStep, penaltyStep, schedule, trainStep } from "./train.ts";
import type { Batch } from "./player_gradients.ts";

type TrainInputs = Images & Rows & { readonly labels?: Labels };

function build(written: Config, { sample: spec, steps, factors }: BuildContext): Model {
  const sample = gridOf(spec);
  const config = settingsOf(written);
  const conditions = conditionsOf(config.condition, factors);
  const setting: Setting = { config, sample, conditions, steps };
  const training = (
    step: (state: State, batch: Batch, setting: Setting) => ReturnType<typeof trainStep>,
  ): FamilyProgram =>
    updates<State, TrainInputs>((state, { x_BHWC, rows_B, labels = {} }, key) =>
      step(state, { x_BHWC, rows_B, labels, key }, setting)
    );
  return {
    capabilities: {
      likelihood: "none",
      latent: "continuous",
      reconstructs: false,
      samples: true,
      conditions: conditions.map(({ name }) => name),
      noise: config.latent,
      critic: true,
    },
    init: (key) => initState(key, setting),
    programs: {
      train: training(trainStep),
      discriminate: training(criticStep),
      ...(config.penalty === "none" ? {} : { penalise: training(penaltyStep) }),
      ...(config.linear
        ? {
          sketch: reads<State, Images & { readonly linear: LinearStart }>((_, { x_BHWC, linear }) =>
            sketch(tf.reshape(centred(x_BHWC), [x_BHWC.shape[0], -1]) as tf.Tensor2D, linear)
          ),
        }
        : {}),
      sample: reads<State, Rows & { readonly labels?: Labels }>((state, inputs, key) => ({
        x_BHWC: samplePictures(state, { ...inputs, key }, setting),
      })),
      decode: reads<State, Codes>((state, { z_BZ }, key) => ({
        x_BHWC: decodePictures(state, { z_BZ, key }, setting),
      })),
      score: reads<State, Images>((state, { x_BHWC }) => ({
        logit_B: scorePictures(state, x_BHWC, setting),
      })),
    },
    driver: {
      schedule: schedule(setting),
      ...(config.linear
        ? {
          begin: (state, context) =>
            fitLinearStart(state as State & { linear: LinearStart }, context, "sketch"),
        }
        : {}),
    },
  };
}

/** Generative adversarial networks: five papers as combinations of losses, networks and penalties. */
export const gan = defineFamily<Config, "image" | "point">({
  name: "gan",
  version: 2,
  about: "adversarial networks: DCGAN, WGAN-GP, SNGAN, StyleGAN2-ADA, R3GAN, and combinations",
  papers: [
    "arXiv:1406.2661",
    "arXiv:1511.06434",
    "arXiv:1704.00028",
    "arXiv:1802.05957",
    "arXiv:1912.04958",
    "arXiv:2006.06676",
    "arXiv:2501.05441",
    "arXiv:1802.05637",
  ],
  takes: ["image", "point"],
  config,
  build,
});
