/**
 * The two forms of diffusion as denoisers: discrete steps and a continuum of noise levels.
 * @module
 */
import { type Bound, boundOf, objectiveOf } from "./objective.ts";
import {
  type Parametrisation,
  preconditioned,
  predictsData,
  predictsNoise,
  predictsV,
} from "../common/denoising/levels.ts";
import { planOf } from "./sample.ts";
import type { Grid } from "../../backbones/mod.ts";
import { conditionsOf } from "../common/conditioning.ts";
import { edmLevel } from "../common/denoising/edm.ts";
import type { Denoising } from "../common/denoising/model.ts";
import type { Learns } from "../common/denoising/objective.ts";
import type { BuildContext } from "../family.ts";
import type { Config } from "./config.ts";
import { alphaBars, ddpmLevel } from "./noise_schedule.ts";

/** A denoiser, how it learns, and the bound of its likelihood in pixels. */
export interface Diffusion {
  readonly denoising: Denoising;
  readonly learns: Learns;
  readonly bound: Bound;
}

/** What is diffused: its shape, whether it stays in [−1, 1], and how it becomes pictures. */
export type DiffusedSpace = Pick<Denoising, "bounded" | "picture"> & { readonly grid: Grid };

/** What the network may say. */
export const predictions: Readonly<Record<Config["predicts"], Parametrisation>> = {
  noise: predictsNoise,
  picture: predictsData,
  velocity: predictsV,
};

/** The noise levels of a form, and what the network says there. */
function pathOf(config: Config): Pick<Denoising, "level" | "parametrisation"> {
  if (config.form === "edm") {
    return { level: edmLevel, parametrisation: preconditioned(config.sigmaData) };
  }
  return {
    level: ddpmLevel(alphaBars(config.schedule, config.timesteps)),
    parametrisation: predictions[config.predicts],
  };
}

/** A config's denoiser over a space, how it learns, and its bound. */
export function diffusionOf(
  config: Config,
  { space, factors }: { space: DiffusedSpace } & Pick<BuildContext, "factors">,
): Diffusion {
  const denoising: Denoising = {
    ...pathOf(config),
    settings: config,
    network: {
      sample: space.grid,
      backbone: config.backbone,
      width: config.width,
      conditions: conditionsOf(config.condition, factors),
    },
    // What an EDM says at high noise averages over pictures, and needs no keeping in bounds.
    bounded: config.form === "ddpm" && space.bounded,
    picture: space.picture,
    plan: planOf(config),
  };
  return { denoising, learns: objectiveOf(config, denoising), bound: boundOf(config) };
}
