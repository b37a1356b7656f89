/**
 * Diffusion models: the declaration that joins network, objective and sampler, in pixels or in an
 * autoencoder's latent space.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { ToldError } from "../../base/errors.ts";
import { fold } from "../../random/key.ts";
import type { Condition, Labels } from "../common/conditioning.ts";
import {
  ask,
  centred,
  denoisingCapabilities,
  denoisingDriver,
  denoisingPrograms,
  shapeOf,
  type State,
  uncentred,
} from "../common/denoising/model.ts";
import { initNetwork } from "../common/denoising/network.ts";
import { denoisingStep } from "../common/denoising/train.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import type { Capabilities } from "../../subject/capabilities.ts";
import { phaseAt, planPhases } from "../common/phases.ts";
import { type FamilyProgram, type Images, reads, type Rows, updates } from "../common/programs.ts";
import { initTrained } from "../common/training.ts";
import type { Denoise } from "./bound.ts";
import { type Config, config } from "./config.ts";
import { type Diffusion, diffusionOf } from "./forms.ts";
import { givenFamilies, givenSpace, type GivenState, takeFirst, unfitSpace } from "./given.ts";
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
    grid: shapeOf(sample),
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
    sample,
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

/** A model of what a finished run's autoencoder makes of pictures. There is no likelihood either. */
function inGiven(config: Config, context: BuildContext): Model {
  const { given, factors, steps } = context;
  if (given?.weights === undefined) {
    throw new ToldError(
      "latent: `given` is of a finished run: name its entry with `from: NAME`, or let an " +
        "autoencoder be trained here, `latent: autoencoder`",
    );
  }
  const first = givenSpace(given.weights, {
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
        const data_BHWC = first.encode(state.first, inputs.x_BHWC);
        const [next, outputs] = denoisingStep(state, { ...inputs, key, data_BHWC }, {
          learns,
          denoising,
          settings: config,
          steps,
        });
        return [{ ...state, ...next }, outputs];
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
export const diffusion = defineFamily<Config>({
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
  config,
  takes: {
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
