/**
 * The two forms of diffusion as denoisers: what the network says, how it learns and how samples come
 * about.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Grid } from "../../backbones/plan.ts";
import { conditionsOf } from "../common/conditioning.ts";
import { edmLevel, edmPoint, logNormalSigma, sigmas } from "../common/denoising/edm.ts";
import { solvers, stepsWithin } from "../common/denoising/solvers.ts";
import { preconditioned } from "../common/denoising/levels.ts";
import type { Denoising } from "../common/denoising/model.ts";
import { type Learns, matching } from "../common/denoising/objective.ts";
import type { BuildContext } from "../family.ts";
import {
  type BoundInputs,
  continuousBound,
  type Denoise,
  discreteBound,
} from "./variational_bound.ts";
import type { Config } from "./config.ts";
import {
  alphaBars,
  ddpmLevel,
  ddpmPlan,
  predictions,
  uniformStep,
  weightings,
} from "./noise_schedule.ts";

/** A denoiser, how it learns, and the bound of its likelihood in pixels. */
export interface Diffusion {
  readonly denoising: Denoising;
  readonly learns: Learns;
  bound(denoise: Denoise, inputs: BoundInputs): tf.Tensor1D;
}

/** What is diffused: its shape, whether it stays in [−1, 1], and how it becomes pictures. */
export type Space = Pick<Denoising, "bounded" | "picture"> & { readonly grid: Grid };

/** What both forms are made of. */
type Common = Pick<Denoising, "settings" | "network" | "bounded" | "picture">;

function edm(config: Config, common: Common): Diffusion {
  const { sampler } = config;
  const solver = sampler === "heun" || sampler === "euler" ? sampler : "multistep";
  const denoising: Denoising = {
    ...common,
    level: edmLevel,
    parametrisation: preconditioned(config.sigmaData),
    // What is said at high noise averages over pictures, and needs no keeping in bounds.
    bounded: false,
    plan: (evaluations) => {
      const levels = sigmas(stepsWithin(evaluations, solver), config);
      return { scale: config.sigmaMax, steps: solvers[solver]([...levels, 0].map(edmPoint)) };
    },
  };
  return {
    denoising,
    // λ(σ)·out² = 1: (F − target)² needs no weight.
    learns: matching(denoising, { law: logNormalSigma(config) }),
    bound: (denoise, inputs) => continuousBound(denoise, inputs, config),
  };
}

function ddpm(config: Config, common: Common): Diffusion {
  const alphaBar = alphaBars(config.schedule, config.timesteps);
  const denoising: Denoising = {
    ...common,
    level: ddpmLevel(alphaBar),
    parametrisation: predictions[config.predicts],
    plan: (count, deterministic) => {
      const { sampler, eta } = config;
      const calm = deterministic && sampler === "ancestral";
      return ddpmPlan(alphaBar, {
        sampler: calm ? "ddim" : sampler,
        eta: deterministic ? 0 : eta,
        count,
      });
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

/** A config's form, over a space. */
export function diffusionOf(
  config: Config,
  { space, factors }: { space: Space } & Pick<BuildContext, "factors">,
): Diffusion {
  const { grid, bounded, picture } = space;
  const common = {
    settings: config,
    network: {
      sample: grid,
      backbone: config.backbone,
      width: config.width,
      conditions: conditionsOf(config.condition, factors),
    },
    bounded,
    picture,
  };
  return config.form === "edm" ? edm(config, common) : ddpm(config, common);
}
