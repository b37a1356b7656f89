/**
 * Diffusion models: the declaration that joins network, objective and sampler, in pixels or in an
 * autoencoder's latent space.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold } from "../../random/key.ts";
import type { Condition, Labels } from "../common/conditioning.ts";
import {
  ask,
  centred,
  denoisingCapabilities,
  denoisingDriver,
  denoisingPrograms,
  type State,
  uncentred,
} from "../common/denoising/model.ts";
import { initNetwork } from "../common/denoising/network.ts";
import { denoisingStep } from "../common/denoising/train.ts";
import { gridOf } from "../../kinds/table.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import type { Capabilities } from "../../subject/capabilities.ts";
import { phaseAt, planPhases } from "../common/phases.ts";
import { type FamilyProgram, type Images, reads, type Rows, updates } from "../common/programs.ts";
import { initTrained } from "../common/training.ts";
import type { Denoise } from "./bound.ts";
import { type Config, config } from "./config.ts";
import { type Diffusion, diffusionOf } from "./forms.ts";
import { type CoderState, type LatentSpace, latentSpace } from "./latent.ts";

type Told = { readonly labels: Labels };

/** The conditions' labels, again and again until there are `count`. */
function repeated(labels: Labels, conditions: readonly Condition[], count: number): Labels {
  return Object.fromEntries(conditions.map(({ name }) => {
    const times = count / labels[name].shape[0];
    return [name, tf.concat(Array(times).fill(labels[name])) as tf.Tensor1D];
  }));
}

/** `log_weight`: one draw of the bound, of the averaged weights. */
function weigh({ denoising, bound }: Diffusion): FamilyProgram {
  return reads<State, Images & Rows & Told>((state, inputs, key) => {
    // Data lie in [−1, 1], and any guess of them gives a bound.
    const denoise: Denoise = (x_BHWC, time_B) => {
      const labels = repeated(inputs.labels, denoising.network.conditions, time_B.shape[0]);
      const { data_BHWC } = ask(state.ema, { x_BHWC, time_B, labels }, denoising);
      return tf.clipByValue(data_BHWC, -1, 1);
    };
    const x_BHWC = centred(inputs.x_BHWC);
    return { logWeight_B: bound(denoise, { x_BHWC, rows_B: inputs.rows_B, key }) };
  });
}

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
        denoisingStep(state, { ...inputs, key, data_BHWC: centred(inputs.x_BHWC) }, {
          learns,
          denoising,
          settings: config,
          steps,
        })
      ),
      log_weight: weigh(diffusion),
      ...denoisingPrograms(denoising),
    },
    driver: denoisingDriver(denoising),
  };
}

/** A model of latents with the autoencoder that they are of. */
type LatentState = State & CoderState;

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
      train_coder: updates<LatentState, Images & Rows>((state, { x_BHWC, rows_B }, key) => {
        const [coder, outputs] = latent.train(state, { x_BHWC, rows_B, key }, phases[0].steps);
        return [{ ...state, ...coder }, outputs];
      }),
      train: updates<LatentState, Images & Rows & Told>((state, inputs, key) => {
        const data_BHWC = latent.encode(state, inputs.x_BHWC);
        const [next, outputs] = denoisingStep(state, { ...inputs, key, data_BHWC }, {
          learns,
          denoising,
          settings: config,
          steps: phases[1].steps,
        });
        return [{ ...state, ...next }, outputs];
      }),
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
  build: (config, context) =>
    config.latent === "none" ? inPixels(config, context) : inLatents(config, context),
});
