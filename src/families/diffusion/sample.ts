/**
 * How samples of a diffusion model come about: each form's noise levels and solver.
 * @module
 */
import type { Config } from "./config.ts";
import type { Denoising, Plan } from "../common/denoising/model.ts";
import { alphaBars, ddpmPoint } from "./noise_schedule.ts";
import { ddim, multistep, solvers, stepsWithin } from "../common/denoising/solvers.ts";
import { edmPoint, sigmas } from "../common/denoising/edm.ts";

/** Steps T = t₀ > t₁ > … > 0 of `count` moves, spread evenly; at most T of them. */
export function subsequence(timesteps: number, count: number): number[] {
  const moves = Math.min(count, timesteps);
  return Array.from({ length: moves + 1 }, (_, i) => Math.round(timesteps * (1 - i / moves)));
}

/** Steps of a sampler over a subsequence. */
export function ddpmPlan(
  alphaBar: Float64Array,
  { sampler, eta, count }: { sampler: Config["sampler"]; eta: number; count: number },
): Plan {
  const points = subsequence(alphaBar.length - 1, count).map((t) => ddpmPoint(alphaBar, t));
  if (sampler === "ddim" || sampler === "ancestral") {
    return { scale: 1, steps: ddim(points, sampler === "ddim" ? eta : 1) };
  }
  return { scale: 1, steps: multistep(points) };
}

/** Steps from noise to pictures; see `Denoising`. */
export function planOf(config: Config): Denoising["plan"] {
  const { sampler, eta } = config;
  if (config.form === "edm") {
    const solver = sampler === "heun" || sampler === "euler" ? sampler : "multistep";
    return (evaluations) => {
      const levels = sigmas(stepsWithin(evaluations, solver), config);
      return { scale: config.sigmaMax, steps: solvers[solver]([...levels, 0].map(edmPoint)) };
    };
  }
  const alphaBar = alphaBars(config.schedule, config.timesteps);
  return (count, deterministic) => {
    const calm = deterministic && sampler === "ancestral";
    return ddpmPlan(alphaBar, {
      sampler: calm ? "ddim" : sampler,
      eta: deterministic ? 0 : eta,
      count,
    });
  };
}
