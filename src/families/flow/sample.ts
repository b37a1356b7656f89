/**
 * How samples of a flow come about: each form's times and solver.
 * @module
 */
import type { Config } from "./config.ts";
import type { Denoising } from "../common/denoising/model.ts";
import { type Path, pathOf } from "./paths.ts";
import {
  euler,
  midpoint,
  restart,
  solvers,
  type Step,
  stepsWithin,
} from "../common/denoising/solvers.ts";
import { edmPoint, sigmas } from "../common/denoising/edm.ts";

/** Points of a path at `count` + 1 times, evenly from 1 to 0. */
function evenly(path: Path, count: number) {
  return Array.from({ length: count + 1 }, (_, i) => path.point(1 - i / count));
}

/** Steps of a flow's solver with at most so many evaluations. */
export function flowSteps(path: Path, solver: Config["solver"], evaluations: number): Step[] {
  if (solver === "midpoint" && evaluations > 1) {
    return midpoint(
      evenly(path, Math.floor(evaluations / 2)),
      (at, to) => path.point((at.time + to.time) / 2),
    );
  }
  const name = solver === "auto" ? "multistep" : solver === "midpoint" ? "euler" : solver;
  return solvers[name](evenly(path, stepsWithin(evaluations, name)));
}

/** Steps from noise to pictures; see `Denoising`. */
export function planOf(config: Config): Denoising["plan"] {
  if (config.form === "consistency") {
    const { sigmaMin, sigmaMax } = config;
    return (evaluations, deterministic) => {
      const count = deterministic ? 1 : evaluations;
      const levels = sigmas(count + 1, config).slice(0, count);
      return { scale: sigmaMax, steps: restart([...levels, 0].map(edmPoint), sigmaMin) };
    };
  }
  const path = pathOf(config);
  // Steps of any length, each one evaluation of an average velocity: Euler's, exactly.
  if (config.form === "mean-flow") {
    return (evaluations) => ({ scale: 1, steps: euler(evenly(path, evaluations)) });
  }
  return (evaluations) => ({ scale: 1, steps: flowSteps(path, config.solver, evaluations) });
}
