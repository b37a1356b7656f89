/**
 * The forms of flow as denoisers: a velocity followed step by step, velocities averaged over a span,
 * and pictures told at once.
 * @module
 */
import { gridOf } from "../../kinds/mod.ts";
import type { BuildContext } from "../family.ts";
import type { Config } from "./config.ts";
import type { Denoising } from "../common/denoising/model.ts";
import { uncentred } from "../common/pixels.ts";
import type { Learns } from "../common/denoising/objective.ts";
import { anchored, preconditioned, predictsVelocity } from "../common/denoising/levels.ts";
import { conditionsOf } from "../common/conditioning.ts";
import { edmLevel } from "../common/denoising/edm.ts";
import { objectiveOf } from "./objective.ts";
import { pathOf } from "./paths.ts";
import { planOf } from "./sample.ts";

/** A denoiser, and how it learns. */
export interface Flow {
  readonly denoising: Denoising;
  readonly learns: Learns;
}

/** The noise levels of a form, and what the network says there. */
function levelsOf(config: Config): Pick<Denoising, "level" | "parametrisation"> {
  const { form, predicts, sigmaData, sigmaMin } = config;
  if (form === "consistency") {
    return { level: edmLevel, parametrisation: anchored(sigmaData, sigmaMin) };
  }
  return {
    level: pathOf(config).level,
    parametrisation: form === "flow" && predicts === "preconditioned"
      ? preconditioned(sigmaData)
      : predictsVelocity,
  };
}

/** A config's denoiser, and how it learns. */
export function flowOf(
  config: Config,
  { sample, factors, steps }: Pick<BuildContext, "sample" | "factors" | "steps">,
): Flow {
  const denoising: Denoising = {
    ...levelsOf(config),
    plan: planOf(config),
    settings: config,
    network: {
      sample: gridOf(sample),
      backbone: config.backbone,
      width: config.width,
      conditions: conditionsOf(config.condition, factors),
      span: config.form === "mean-flow",
    },
    bounded: false,
    picture: (_, x_BHWC) => uncentred(x_BHWC),
  };
  return { denoising, learns: objectiveOf(config, { denoising, steps }) };
}
