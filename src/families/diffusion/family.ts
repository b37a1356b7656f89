/**
 * Diffusion models: the declaration that joins model, objective, training and sampler, in pixels or in
 * an autoencoder's latent space.
 * @module
 */
import { gridOf } from "../../kinds/mod.ts";
import type * as tf from "@tensorflow/tfjs";
import { ToldError } from "../../base/mod.ts";
import { logWeight } from "./objective.ts";
import {
  type LatentState,
  trainCoderStep,
  trainGivenStep,
  trainLatentStep,
  trainStep,
} from "./train.ts";
import { fold } from "../../random/mod.ts";
import type { Labels } from "../common/conditioning.ts";
import { denoisingCapabilities, type State } from "../common/denoising/model.ts";
import { uncentred } from "../common/pixels.ts";
import { denoisingDriver, denoisingPrograms } from "../common/denoising/sample.ts";
import { initNetwork } from "../common/denoising/network.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import type { Capabilities } from "../../subject/mod.ts";
import { phaseAt, planPhases } from "../common/stages/phases.ts";
import { type Images, reads, type Rows, updates } from "../common/programs.ts";
import { initTrained } from "../common/training.ts";
import { type Config, config } from "./config.ts";
import { diffusionOf } from "./model.ts";
import { givenFamilies, givenSpace, type GivenState, takeFirst, unfitSpace } from "./given.ts";
import { type CoderState, type LatentSpace, latentSpace } from "./latent.ts";

type Told = { readonly labels: Labels };

/** A model of pixels: its likelihood is bounded. */
function inPixels(config: Config, { sample, factors, steps }: BuildContext): Model {
  const space = {
    grid: gridOf(sample),
    bounded: true,
    picture: (_: unknown, x_BHWC: tf.Tensor4D) => uncentred(x_BHWC),
  };
  const diffusion = diffusionOf(config, { space, factors });
  const { denoising, learns } = diffusion;
  return {
    capabilities: {
      likelihood: "bound",
      measure: "discrete-256",
      importance: false,
      ...denoisingCapabilities(denoising),
    },
    init: (key) => initTrained(initNetwork(key, denoising.network), config),
    programs: {
      train: updates<State, Images & Rows & Told>((state, inputs, key) =>
        trainStep(state, { ...inputs, key }, { learns, denoising, steps })
      ),
      log_weight: reads<State, Images & Rows & Told>((state, inputs, key) => ({
        logWeight_B: logWeight(state, { ...inputs, key }, diffusion),
      })),
      ...denoisingPrograms(denoising),
    },
    driver: denoisingDriver(denoising),
  };
}

/**
 * A model of an autoencoder's map. The autoencoder is deterministic, so that the density of pictures,
 * which lie on the decoder's surface, isn't bounded by that of maps: there is no likelihood.
 */
function inLatents(config: Config, { sample, factors, steps }: BuildContext): Model {
  const latent: LatentSpace = latentSpace(config, {
    sample: gridOf(sample),
    scale: config.form === "edm" ? config.sigmaData : 1,
  });
  const space = {
    grid: latent.grid,
    bounded: false,
    picture: (state: unknown, x_BHWC: tf.Tensor4D) => latent.decode(state as CoderState, x_BHWC),
  };
  const { denoising, learns } = diffusionOf(config, { space, factors });
  const phases = planPhases([
    { program: "train_coder", share: config.latentShare },
    { program: "train", share: 1 - config.latentShare },
  ], steps);
  const capabilities: Capabilities = {
    likelihood: "none",
    ...denoisingCapabilities(denoising),
    reconstructs: true,
  };
  return {
    capabilities,
    init: (key) => ({
      ...initTrained(initNetwork(key, denoising.network), config),
      ...latent.init(fold(key, "latent")),
    }),
    programs: {
      train_coder: updates<LatentState, Images & Rows>((state, inputs, key) =>
        trainCoderStep(state, { ...inputs, key }, { latent, steps: phases[0].steps })
      ),
      train: updates<LatentState, Images & Rows & Told>((state, inputs, key) =>
        trainLatentStep(state, { ...inputs, key }, {
          latent,
          learns,
          denoising,
          steps: phases[1].steps,
        })
      ),
      reconstruct: reads<LatentState, Images>((state, { x_BHWC }) => ({
        x_BHWC: latent.decode(state, latent.encode(state, x_BHWC)),
      })),
      ...denoisingPrograms(denoising),
    },
    driver: {
      ...denoisingDriver(denoising),
      schedule: (step) => [phaseAt(phases, step).program],
    },
  };
}

/** A model of what a finished run's autoencoder makes of pictures. There is no likelihood either. */
function inGiven(config: Config, context: BuildContext<"image" | "point">): Model {
  const { needed, factors, steps } = context;
  if (needed?.weights === undefined) {
    throw new ToldError(
      "latent: `given` is of a finished run: name its entry with `from: NAME`, or let an " +
        "autoencoder be trained here, `latent: autoencoder`",
    );
  }
  const first = givenSpace(needed.weights, {
    context,
    scale: config.form === "edm" ? config.sigmaData : 1,
  });
  const space = {
    grid: first.grid,
    bounded: false,
    picture: (state: unknown, x_BHWC: tf.Tensor4D) =>
      first.decode((state as GivenState).first, x_BHWC),
  };
  const { denoising, learns } = diffusionOf(config, { space, factors });
  return {
    capabilities: {
      likelihood: "none",
      ...denoisingCapabilities(denoising),
      reconstructs: true,
    },
    init: (key) => ({
      ...initTrained(initNetwork(key, denoising.network), config),
      first: first.init(fold(key, "first")),
    }),
    programs: {
      train: updates<GivenState, Images & Rows & Told>((state, inputs, key) => {
        return trainGivenStep(state, { ...inputs, key }, {
          space: first,
          learns,
          denoising,
          steps,
        });
      }),
      first_code: reads<GivenState, Images>((state, { x_BHWC }) => ({
        code_BhwC: first.code(state.first, x_BHWC),
      })),
      reconstruct: reads<GivenState, Images>((state, { x_BHWC }) => ({
        x_BHWC: first.decode(state.first, first.encode(state.first, x_BHWC)),
      })),
      ...denoisingPrograms(denoising),
    },
    driver: {
      ...denoisingDriver(denoising),
      begin: (state, host) => takeFirst(state, { host, space: first }),
    },
  };
}

/** Diffusion models on a U-Net, a DiT or a perceptron. */
export const diffusion = defineFamily<Config, "image" | "point">({
  name: "diffusion",
  version: 1,
  about: "diffusion: DDPM or EDM, with guidance, in pixels or in an autoencoder's latent space",
  papers: [
    "arXiv:2006.11239",
    "arXiv:2206.00364",
    "arXiv:2010.02502",
    "arXiv:2102.09672",
    "arXiv:2202.00512",
    "arXiv:2207.12598",
    "arXiv:2211.01095",
    "arXiv:2107.00630",
    "arXiv:2112.10752",
  ],
  takes: ["image", "point"],
  config,
  needs: {
    weights: {
      kind: "weights",
      about: "the autoencoder of a finished run, for `latent: given`",
      families: givenFamilies,
      unfit: (own, given) =>
        own.latent === "given"
          ? unfitSpace(given)
          : `what is diffused here is \`latent: ${own.latent}\`\nwrite \`latent: given\``,
    },
  },
  build(config, context) {
    if (config.latent === "none") return inPixels(config, context);
    return config.latent === "given" ? inGiven(config, context) : inLatents(config, context);
  },
});
