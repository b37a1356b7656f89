/**
 * Samplers as tables of numbers. Whatever its derivation, a step from one noise level to the next is
 *
 *   x' = a·x + b·D + c·D₋₁ + s·ε,
 *
 * with x the state at the step's start, D what the denoiser now says the picture is, D₋₁ what it said
 * before, and ε fresh noise. The numbers are computed here, in float64; `follow_steps.ts` carries them out.
 *
 * Noisy pictures are x = α x₀ + σ ε. With D for x₀ and (x − αD)/σ for ε they move along
 * dx/dt = α' D + σ' ε̂, the probability flow (Song et al. 2021, arXiv:2011.13456, eq. 13).
 * @module
 */
import { log } from "../../../numeric/mod.ts";

/** A noise level on a path from pictures to noise. */
export interface Point {
  /** What the denoiser is told, in the path's own unit. */
  readonly time: number;
  readonly alpha: number;
  readonly sigma: number;
  /** dα/dt and dσ/dt: needed by solvers in t. */
  readonly alphaRate?: number;
  readonly sigmaRate?: number;
}

/** One evaluation of the denoiser and where it leads. */
export interface Stage {
  readonly at: Point;
  readonly to: Point;
  /** a, of the state at the step's start. */
  readonly state: number;
  /** b, of what the denoiser says at `at`. */
  readonly data: number;
  /** c, of what it said the time before. */
  readonly previous: number;
  /** s, of fresh noise. */
  readonly noise: number;
}

/** One step: a stage, or two of which the first only looks ahead. */
export type Step = readonly Stage[];

/** Noise levels from the noisiest to the clean picture, σ = 0. */
export type Points = readonly Point[];

/** Evaluations of the denoiser that steps take. */
export function evaluationsOf(steps: readonly Step[]): number {
  return steps.reduce((sum, stages) => sum + stages.length, 0);
}

/** Each point with the next. */
function pairs(points: Points): [at: Point, to: Point][] {
  return points.slice(1).map((to, i) => [points[i], to]);
}

const plain = { previous: 0, noise: 0 };

/**
 * DDIM: x' = α' D + √(σ'² − s²) ε̂ + s ε with s = η σ' √(1 − (ασ'/(α'σ))²). Song et al. 2021
 * (arXiv:2010.02502), eq. 12 and 16, written so that it holds for every α and σ: at η = 1, s is the
 * standard deviation of q(x'|x, x₀), and this is DDPM's ancestral sampling (Ho et al. 2020, eq. 7)
 * over any subsequence of its steps; at η = 0 it is deterministic, the solution for a constant D.
 */
export function ddim(points: Points, eta: number): Step[] {
  return pairs(points).map(([at, to]) => {
    const ratio = (at.alpha * to.sigma) / (to.alpha * at.sigma);
    const noise = eta * to.sigma * Math.sqrt(Math.max(0, 1 - ratio * ratio));
    const direction = Math.sqrt(Math.max(0, to.sigma ** 2 - noise ** 2));
    const state = direction / at.sigma;
    return [{ at, to, ...plain, state, data: to.alpha - state * at.alpha, noise }];
  });
}

/** dx/dt = p·x + q·D at a point. */
function slope({ alpha, sigma, alphaRate, sigmaRate, time }: Point): { p: number; q: number } {
  if (alphaRate === undefined || sigmaRate === undefined) {
    throw new RangeError(`no rate of α and σ at time ${time}: this path has no solver in t`);
  }
  const p = sigmaRate / sigma;
  return { p, q: alphaRate - p * alpha };
}

/** Euler's step in t: x' = x + h·dx/dt. The last one ends at D, where a straight path leads anyway. */
function eulerStage(at: Point, to: Point): Stage {
  if (to.sigma === 0) return { at, to, ...plain, state: 0, data: to.alpha };
  const h = to.time - at.time;
  const { p, q } = slope(at);
  return { at, to, ...plain, state: 1 + h * p, data: h * q };
}

/** Euler's method: one evaluation a step, error of order h. */
export function euler(points: Points): Step[] {
  return pairs(points).map(([at, to]) => [eulerStage(at, to)]);
}

/**
 * Heun's method: Euler's step, then the mean of the slopes at both ends; two evaluations a step but
 * for the last, error of order h². Karras et al. 2022 (arXiv:2206.00364), algorithm 1.
 */
export function heun(points: Points): Step[] {
  return pairs(points).map(([at, to]) => {
    const ahead = eulerStage(at, to);
    if (to.sigma === 0) return [ahead];
    const half = (to.time - at.time) / 2;
    const [one, two] = [slope(at), slope(to)];
    return [ahead, {
      at: to,
      to,
      noise: 0,
      state: 1 + half * (one.p + two.p * ahead.state),
      previous: half * (one.q + two.p * ahead.data),
      data: half * two.q,
    }];
  });
}

/**
 * The midpoint method: half of Euler's step, then a whole one with the slope found there; two
 * evaluations a step, error of order h².
 * @param middle the point half-way between two others in t
 */
export function midpoint(points: Points, middle: (at: Point, to: Point) => Point): Step[] {
  return pairs(points).map(([at, to]) => {
    const half = middle(at, to);
    const ahead = eulerStage(at, half);
    const h = to.time - at.time;
    const { p, q } = slope(half);
    return [ahead, {
      at: half,
      to,
      noise: 0,
      state: 1 + h * p * ahead.state,
      previous: h * p * ahead.data,
      data: h * q,
    }];
  });
}

/**
 * DPM-Solver++(2M): the exact solution for a D that goes linearly in λ = ln(α/σ), its slope from the
 * last two evaluations; one evaluation a step, error of order h². The first and the last step, where
 * that slope isn't known or is worth nothing, take D as constant. Lu et al. 2022 (arXiv:2211.01095),
 * algorithm 2.
 */
export function multistep(points: Points): Step[] {
  const logRatio = ({ alpha, sigma }: Point) => log(alpha) - log(sigma);
  return pairs(points).map(([at, to], i) => {
    const state = to.sigma / at.sigma;
    const weight = to.alpha - state * at.alpha;
    if (i === 0 || to.sigma === 0) return [{ at, to, ...plain, state, data: weight }];
    const past = logRatio(at) - logRatio(points[i - 1]);
    // 1/(2r), r = past/h: how far half-way through this step lies beyond `at`.
    const beyond = (logRatio(to) - logRatio(at)) / (2 * past);
    return [{
      at,
      to,
      noise: 0,
      state,
      data: weight * (1 + beyond),
      previous: -weight * beyond,
    }];
  });
}

/**
 * Consistency sampling: all the way to the picture, then noise again, of the next level.
 * Song et al. 2023 (arXiv:2303.01469), algorithm 1.
 * @param least the noise that counts as none
 */
export function restart(points: Points, least: number): Step[] {
  return pairs(points).map(([at, to]) => [{
    at,
    to,
    previous: 0,
    state: 0,
    data: to.alpha,
    noise: Math.sqrt(Math.max(0, to.sigma ** 2 - least ** 2)),
  }]);
}

/** Solvers of a path whose rates are known. */
export const solvers: Readonly<Record<"euler" | "heun" | "multistep", (points: Points) => Step[]>> =
  { euler, heun, multistep };

/** Steps that a solver takes with so many evaluations: Heun's takes two a step but for the last. */
export function stepsWithin(evaluations: number, solver: keyof typeof solvers): number {
  return solver === "heun" ? Math.floor((evaluations + 1) / 2) : evaluations;
}
