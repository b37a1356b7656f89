/**
 * Diffusion models: the declaration that joins network, objective and sampler.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Condition, conditionsOf, type Labels } from "../conditioning.ts";
import {
  ask,
  centred,
  type Denoising,
  denoisingCapabilities,
  denoisingDriver,
  denoisingPrograms,
  gridOf,
  type State,
  uncentred,
} from "../denoising/model.ts";
import {
  edmLevel,
  edmPoint,
  logNormalSigma,
  sigmas,
  solvers,
  stepsWithin,
} from "../denoising/edm.ts";
import { initNetwork } from "../denoising/network.ts";
import { preconditioned } from "../denoising/levels.ts";
import { denoisingStep, type Learns, matching } from "../denoising/train.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { type Images, reads, type Rows, updates } from "../programs.ts";
import { initTrained } from "../training.ts";
import { type BoundInputs, continuousBound, type Denoise, discreteBound } from "./bound.ts";
import { type Config, config } from "./config.ts";
import { alphaBars, ddpmLevel, ddpmPlan, predictions, uniformStep, weightings } from "./ddpm.ts";

/** A denoiser, how it learns, and the bound of its likelihood in pixels. */
export interface Diffusion {
  readonly denoising: Denoising;
  readonly learns: Learns;
  bound(denoise: Denoise, inputs: BoundInputs): tf.Tensor1D;
}

/** A config's form. */
export function diffusionOf(
  config: Config,
  { sample, factors }: Pick<BuildContext, "sample" | "factors">,
): Diffusion {
  const common = {
    settings: config,
    network: {
      sample: gridOf(sample),
      backbone: config.backbone,
      width: config.width,
      conditions: conditionsOf(config.condition, factors),
    },
    picture: (_: unknown, x_BHWC: Parameters<typeof uncentred>[0]) => uncentred(x_BHWC),
  };
  if (config.form === "edm") {
    const solver = config.sampler === "heun" || config.sampler === "euler"
      ? config.sampler
      : "multistep";
    const denoising: Denoising = {
      ...common,
      level: edmLevel,
      parametrisation: preconditioned(config.sigmaData),
      bounded: false,
      plan: (evaluations) => {
        const levels = sigmas(stepsWithin(evaluations, solver), config);
        return { scale: config.sigmaMax, steps: solvers[solver]([...levels, 0].map(edmPoint)) };
      },
    };
    // λ(σ)·out² = 1: (F − target)² needs no weight.
    return {
      denoising,
      learns: matching(denoising, { law: logNormalSigma(config) }),
      bound: (denoise, inputs) => continuousBound(denoise, inputs, config),
    };
  }
  const alphaBar = alphaBars(config.schedule, config.timesteps);
  const denoising: Denoising = {
    ...common,
    level: ddpmLevel(alphaBar),
    parametrisation: predictions[config.predicts],
    bounded: true,
    plan: (count, deterministic) => {
      const ancestral = config.sampler === "ancestral" && deterministic;
      const sampler = ancestral ? "ddim" : config.sampler;
      return ddpmPlan(alphaBar, { sampler, eta: deterministic ? 0 : config.eta, count });
    },
  };
  return {
    denoising,
    learns: matching(denoising, {
      law: uniformStep(config.timesteps),
      weight: weightings[config.weighting],
    }),
    bound: (denoise, inputs) => discreteBound(denoise, inputs, alphaBar),
  };
}

/** The conditions' labels, again and again until there are `count`. */
function repeated(labels: Labels, conditions: readonly Condition[], count: number): Labels {
  return Object.fromEntries(conditions.map(({ name }) => {
    const times = count / labels[name].shape[0];
    return [name, tf.concat(Array(times).fill(labels[name])) as tf.Tensor1D];
  }));
}

function build(config: Config, context: BuildContext): Model {
  const { denoising, learns, bound } = diffusionOf(config, context);
  return {
    capabilities: {
      likelihood: "bound",
      measure: "discrete-256",
      importance: false,
      ...denoisingCapabilities(denoising),
    },
    init: (key) => initTrained(initNetwork(key, denoising.network)),
    programs: {
      train: updates<State, Images & Rows & { labels: Labels }>((state, inputs, key) =>
        denoisingStep(state, { ...inputs, key, data_BHWC: centred(inputs.x_BHWC) }, {
          learns,
          denoising,
          settings: config,
          steps: context.steps,
        })
      ),
      log_weight: reads<State, Images & Rows & { labels: Labels }>((state, inputs, key) => {
        // Data lie in [−1, 1], and any guess of them gives a bound.
        const denoise: Denoise = (x_BHWC, time_B) => {
          const labels = repeated(inputs.labels, denoising.network.conditions, time_B.shape[0]);
          const { data_BHWC } = ask(state.ema, { x_BHWC, time_B, labels }, denoising);
          return tf.clipByValue(data_BHWC, -1, 1);
        };
        const x_BHWC = centred(inputs.x_BHWC);
        return { logWeight_B: bound(denoise, { x_BHWC, rows_B: inputs.rows_B, key }) };
      }),
      ...denoisingPrograms(denoising),
    },
    driver: denoisingDriver(denoising),
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
  build,
});
