/**
 * What each form of flow minimises. Flow matching is `matching` of `../common/denoising/objective.ts`,
 * the squared error of the velocity u = α' x₀ + σ' ε at times of a law.
 * @module
 */
import type { Config } from "./config.ts";
import type { Denoising } from "../common/denoising/model.ts";
import { type Learns, matching } from "../common/denoising/objective.ts";
import { above, timeLaw } from "./time_laws.ts";
import { consistency } from "./objectives/consistency.ts";
import { meanFlow } from "./objectives/mean_flow.ts";
import { pathOf } from "./paths.ts";
import { velocityWeight } from "../common/denoising/levels.ts";

/** A form's objective over `steps` steps of training. */
export function objectiveOf(
  config: Config,
  { denoising, steps }: { denoising: Denoising; steps: number },
): Learns {
  if (config.form === "consistency") return consistency(denoising, { settings: config, steps });
  const law = timeLaw(config);
  if (config.form === "mean-flow") return meanFlow(denoising, { law, share: config.averaged });
  return matching(denoising, {
    law: above(law, pathOf(config).least),
    weight: velocityWeight,
  });
}
