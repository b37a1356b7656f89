import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { alphaBars, ddpmPoint } from "../../../src/families/diffusion/noise_schedule.ts";
import { ddpmPlan, subsequence } from "../../../src/families/diffusion/sample.ts";
import { edmPoint, sigmas } from "../../../src/families/common/denoising/edm.ts";
import {
  ddim,
  euler,
  evaluationsOf,
  heun,
  midpoint,
  multistep,
  type Point,
  restart,
  solvers,
  type Step,
  stepsWithin,
} from "../../../src/families/common/denoising/solvers.ts";
import { paths } from "../../../src/families/flow/paths.ts";
import { flowSteps } from "../../../src/families/flow/sample.ts";
import { normals } from "../../families/on_engine.ts";
import { close, law } from "../../law.ts";
import {
  cdf,
  gaussianFlow,
  type Mixture,
  oracle,
  order,
  quantile,
  sampleNumber,
} from "../denoising/gaussian_references.ts";

const gaussian = {
  mean: fc.double({ min: -1, max: 1, noNaN: true }),
  deviation: fc.double({ min: 0.3, max: 1.2, noNaN: true }),
  x: fc.double({ min: -2, max: 2, noNaN: true }),
};

/** Levels of a path that stop short of the clean picture, where every solver has its full order. */
const stretches: Record<string, (steps: number) => Point[]> = {
  "EDM": (steps) => sigmas(steps + 1, { sigmaMin: 0.2, sigmaMax: 3, rho: 3 }).map(edmPoint),
  "straight": (steps) =>
    Array.from(
      { length: steps + 1 },
      (_, i) => paths["optimal-transport"].point(0.8 - 0.6 * i / steps),
    ),
  "diffusion": (steps) =>
    Array.from({ length: steps + 1 }, (_, i) => paths.diffusion.point(0.8 - 0.6 * i / steps)),
};

const middles: Record<string, (at: Point, to: Point) => Point> = {
  "EDM": (at, to) => edmPoint((at.time + to.time) / 2),
  "straight": (at, to) => paths["optimal-transport"].point((at.time + to.time) / 2),
  "diffusion": (at, to) => paths.diffusion.point((at.time + to.time) / 2),
};

type Solver = (points: Point[], path: string) => Step[];
const methods: Record<string, { solve: Solver; order: number }> = {
  "Euler": { solve: euler, order: 1 },
  "DDIM": { solve: (points) => ddim(points, 0), order: 1 },
  "Heun": { solve: heun, order: 2 },
  "midpoint": { solve: (points, path) => midpoint(points, middles[path]), order: 2 },
  "DPM-Solver++(2M)": { solve: multistep, order: 2 },
};

law(
  "the probability flow of a Gaussian is reached with order 1 by Euler and DDIM, 2 by the others",
  {
    source:
      "Karras et al. 2022, 3; Lu et al. 2022, theorem 4.1; closed form of the Gaussian's flow",
    given: {
      path: fc.constantFrom(...Object.keys(stretches)),
      method: fc.constantFrom(...Object.keys(methods)),
      ...gaussian,
    },
    kills: [
      "heun-without-correction",
      "midpoint-with-the-first-slope",
      "multistep-without-the-past",
      "euler-of-the-wrong-sign",
      "path-rate-wrong",
    ],
    cases: 60,
    holds: ({ path, method, mean, deviation, x }) => {
      const data: Mixture = [{ weight: 1, mean, deviation }];
      const points = stretches[path];
      const error = (count: number) => {
        const levels = points(count);
        const [at, to] = [levels[0], levels[count]];
        // Standing off the mean: there every method is exact.
        const from = at.alpha * mean + (x >= 0 ? 1 + x : x - 1);
        const reached = sampleNumber(from, methods[method].solve(levels, path), {
          denoise: (x, at) => oracle(data, x, at),
        });
        return Math.abs(reached - gaussianFlow(from, { mean, deviation, at, to }));
      };
      const steps = 160;
      if (error(steps) > 0.05) throw new Error(`${method} on ${path}: error ${error(steps)}`);
      // Where an error nearly vanishes its order can't be seen.
      fc.pre(error(2 * steps) >= 1e-9);
      const stated = methods[method].order;
      const leading = (count: number) => error(count) * count ** stated;
      if (leading(2 * steps) > 20) throw new Error(`${method} on ${path}: ${leading(2 * steps)}`);
      // Where the leading term happens to vanish the next ones show, so that no order is seen.
      if (leading(steps) > 0.02) close(order(error, steps), stated, 0.25, `${method} on ${path}`);
    },
  },
);

const faces: Mixture = [
  { weight: 0.3, mean: -0.8, deviation: 0.15 },
  { weight: 0.5, mean: 0.1, deviation: 0.1 },
  { weight: 0.2, mean: 0.7, deviation: 0.25 },
];

/** All the way to the clean picture: how each form's plan starts and what its last level is. */
const plans: Record<string, { steps: (count: number) => readonly Step[]; start: Point }> = {
  "EDM, Heun": {
    steps: (n) => heun([...sigmas(n, { sigmaMin: 0.002, sigmaMax: 80, rho: 7 }), 0].map(edmPoint)),
    start: edmPoint(80),
  },
  "EDM, multistep": {
    steps: (n) =>
      multistep([...sigmas(n, { sigmaMin: 0.002, sigmaMax: 80, rho: 7 }), 0].map(edmPoint)),
    start: edmPoint(80),
  },
  "straight, Heun": {
    steps: (n) => flowSteps(paths["optimal-transport"], "heun", 2 * n),
    start: paths["optimal-transport"].point(1),
  },
  "straight, midpoint": {
    steps: (n) => flowSteps(paths["optimal-transport"], "midpoint", 2 * n),
    start: paths["optimal-transport"].point(1),
  },
  "straight, multistep": {
    steps: (n) => flowSteps(paths["optimal-transport"], "multistep", n),
    start: paths["optimal-transport"].point(1),
  },
  "diffusion path, Heun": {
    steps: (n) => flowSteps(paths.diffusion, "heun", 2 * n),
    start: paths.diffusion.point(1),
  },
  "DDPM, DDIM": {
    steps: (n) => ddpmPlan(alphaBars("cosine", 1000), { sampler: "ddim", eta: 0, count: n }).steps,
    start: ddpmPoint(alphaBars("cosine", 1000), 1000),
  },
  "DDPM, multistep": {
    steps: (n) =>
      ddpmPlan(alphaBars("linear", 1000), { sampler: "multistep", eta: 0, count: n }).steps,
    start: ddpmPoint(alphaBars("linear", 1000), 1000),
  },
};

law(
  "from the noisiest marginal the oracle of a mixture leads to the mixture, quantile by quantile",
  {
    source:
      "Song et al. 2021, 4.3: the probability flow keeps marginals, and in one dimension order",
    given: {
      plan: fc.constantFrom(...Object.keys(plans)),
      probability: fc.double({ min: 0.02, max: 0.98, noNaN: true }),
    },
    kills: ["last-step-short", "time-reversed"],
    cases: 60,
    holds: ({ plan: name, probability }) => {
      const { steps, start } = plans[name];
      const from = quantile(faces, probability, start);
      const reached = sampleNumber(from, steps(400), { denoise: (x, at) => oracle(faces, x, at) });
      const clean: Point = { time: 0, alpha: 1, sigma: 0 };
      // Order 1 over 400 steps; the last step's D is smoothed by the level it leaves from.
      close(cdf(faces, reached, clean), probability, 0.02, name);
    },
  },
);

law("the oracle's picture is Tweedie's: (αD − x)/σ² = d ln p(x)/dx", {
  source: "Efron 2011; Song & Ermon 2019",
  given: { x: gaussian.x, sigma: fc.double({ min: 0.1, max: 3, noNaN: true }) },
  holds: ({ x, sigma }) => {
    const at = edmPoint(sigma);
    const density = (x: number) => {
      const h = 1e-4 * sigma;
      return (cdf(faces, x + h, at) - cdf(faces, x - h, at)) / (2 * h);
    };
    const h = 1e-3 * sigma;
    const slope = (Math.log(density(x + h)) - Math.log(density(x - h))) / (2 * h);
    close((oracle(faces, x, at) - x) / sigma ** 2, slope, 1e-3 * (1 + Math.abs(slope)), "score");
  },
});

law("DDIM's coefficients are eq. 12 and 16, and at η = 1 DDPM's posterior", {
  source: "Song et al. 2021 (DDIM), eq. 12, 16; Ho et al. 2020, eq. 7",
  given: {
    schedule: fc.constantFrom("linear" as const, "cosine" as const),
    count: fc.integer({ min: 1, max: 100 }),
    eta: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  kills: ["ddim-eta-ignored", "ddim-direction-not-shortened"],
  cases: 40,
  holds: ({ schedule, count, eta }) => {
    const alphaBar = alphaBars(schedule, 100);
    const times = subsequence(100, count);
    const points = times.map((t) => ddpmPoint(alphaBar, t));
    const [some, ancestral] = [ddim(points, eta), ddim(points, 1)];
    times.slice(1).forEach((s, i) => {
      const [a, b] = [alphaBar[times[i]], alphaBar[s]];
      const sigma = eta * Math.sqrt((1 - b) / (1 - a)) * Math.sqrt(1 - a / b);
      const [stage] = some[i];
      close(stage.noise, sigma, 1e-9, `σ of step ${i}`);
      // √ᾱ_s x̂₀ + √(1 − ᾱ_s − σ²) ε̂, ε̂ = (x − √ᾱ_t x̂₀)/√(1 − ᾱ_t).
      const direction = Math.sqrt(Math.max(0, 1 - b - sigma ** 2)) / Math.sqrt(1 - a);
      close(stage.state, direction, 1e-9, `x's share in step ${i}`);
      close(stage.data, Math.sqrt(b) - direction * Math.sqrt(a), 1e-9, `x̂₀'s share in step ${i}`);
      // The posterior of x_s given x_t and x₀, β = 1 − ᾱ_t/ᾱ_s.
      const beta = 1 - a / b;
      const [full] = ancestral[i];
      close(full.noise ** 2, (1 - b) / (1 - a) * beta, 1e-9, "posterior variance");
      close(full.data, Math.sqrt(b) * beta / (1 - a), 1e-9, "posterior, x₀'s share");
      close(full.state, Math.sqrt(a / b) * (1 - b) / (1 - a), 1e-9, "posterior, x's share");
    });
  },
});

law("ancestral sampling with the oracle of N(m, s²) has its mean and variance in the end", {
  source: "Ho et al. 2020, algorithm 2; means and variances of a linear recursion",
  given: { mean: gaussian.mean, deviation: gaussian.deviation },
  kills: ["ddim-direction-not-shortened"],
  cases: 10,
  holds: ({ mean, deviation }) => {
    const alphaBar = alphaBars("cosine", 1000);
    const { steps } = ddpmPlan(alphaBar, { sampler: "ancestral", eta: 0, count: 1000 });
    const start = ddpmPoint(alphaBar, 1000);
    let centre = start.alpha * mean;
    let variance = (start.alpha * deviation) ** 2 + start.sigma ** 2;
    for (const [{ at, state, data, noise }] of steps) {
      // D = m + k(x − αm).
      const k = at.alpha * deviation ** 2 / ((at.alpha * deviation) ** 2 + at.sigma ** 2);
      const D = (x: number) => mean + k * (x - at.alpha * mean);
      centre = state * centre + data * D(centre);
      variance = (state + data * k) ** 2 * variance + noise ** 2;
    }
    close(centre, mean, 0.01, "mean");
    close(variance / deviation ** 2, 1, 0.02, "variance");
  },
});

law("encoding by DDIM and decoding again comes back, the closer the more steps", {
  source: "Song et al. 2021 (DDIM), 4.3",
  given: { x: fc.double({ min: -1, max: 1, noNaN: true }) },
  cases: 10,
  holds: ({ x }) => {
    const alphaBar = alphaBars("cosine", 1000);
    const round = (count: number) => {
      // From just above the clean picture, where the field still has a direction.
      const times = subsequence(1000, count).filter((t) => t > 0);
      const points = times.map((t) => ddpmPoint(alphaBar, t));
      const run = (from: number, levels: Point[]) =>
        sampleNumber(from, ddim(levels, 0), { denoise: (x, at) => oracle(faces, x, at) });
      return Math.abs(run(run(x, points.toReversed()), points) - x);
    };
    const [coarse, fine] = [round(50), round(400)];
    if (fine > 0.05) throw new Error(`comes back ${fine} away`);
    if (coarse > 0.01 && !(fine < 0.5 * coarse)) throw new Error(`error ${coarse}, then ${fine}`);
  },
});

law("DPM-Solver++(2M) is its algorithm, in λ = ln(α/σ)", {
  source: "Lu et al. 2022 (arXiv:2211.01095), algorithm 2",
  given: { seed: fc.integer({ min: 1, max: 1e6 }), path: fc.constantFrom("straight", "diffusion") },
  kills: ["multistep-without-the-past", "multistep-ratio-upside-down"],
  cases: 40,
  holds: ({ seed, path }) => {
    const points = stretches[path](8);
    const pictures = normals(seed, 9);
    let turn = 0;
    const reached = sampleNumber(pictures[8], multistep(points), {
      denoise: () => pictures[turn++],
    });
    const lambda = points.map(({ alpha, sigma }) => Math.log(alpha / sigma));
    let x = pictures[8];
    for (let i = 1; i < points.length; i++) {
      const h = lambda[i] - lambda[i - 1];
      let D = pictures[i - 1];
      if (i > 1) {
        const r = (lambda[i - 1] - lambda[i - 2]) / h;
        D = (1 + 1 / (2 * r)) * pictures[i - 1] - 1 / (2 * r) * pictures[i - 2];
      }
      x = points[i].sigma / points[i - 1].sigma * x - points[i].alpha * Math.expm1(-h) * D;
    }
    close(reached, x, 1e-9 * (1 + Math.abs(x)), "state");
  },
});

law("consistency sampling with the exact map of N(m, s²) keeps its law at any number of steps", {
  source: "Song et al. 2023, algorithm 1",
  given: {
    mean: gaussian.mean,
    deviation: gaussian.deviation,
    count: fc.integer({ min: 1, max: 10 }),
  },
  kills: ["restart-forgets-what-is-there"],
  holds: ({ mean, deviation, count }) => {
    const least = 0.002;
    const levels = sigmas(count + 1, { sigmaMin: least, sigmaMax: 80, rho: 7 }).slice(0, count);
    const steps = restart([...levels, 0].map(edmPoint), least);
    let [centre, variance] = [mean, deviation ** 2 + 80 ** 2];
    for (const [{ at, state, data, noise }] of steps) {
      // f takes the marginal at σ to that at `least`, whose variance is s² + least².
      const k = Math.sqrt((deviation ** 2 + least ** 2) / (deviation ** 2 + at.sigma ** 2));
      variance = (state + data * k) ** 2 * variance + noise ** 2;
      centre = state * centre + data * (mean + k * (centre - mean));
    }
    close(centre, mean, 1e-9, "mean");
    close(variance, deviation ** 2 + least ** 2, 1e-9, "variance");
  },
});

law("a plan takes the evaluations that were asked for at most, and its last step ends at D", {
  source: "definition",
  given: {
    evaluations: fc.integer({ min: 1, max: 60 }),
    solver: fc.constantFrom(
      "auto" as const,
      "euler" as const,
      "heun" as const,
      "midpoint" as const,
      "multistep" as const,
    ),
    path: fc.constantFrom("optimal-transport" as const, "diffusion" as const),
  },
  kills: ["last-step-short", "heun-takes-one-too-many"],
  holds: ({ evaluations, solver, path }) => {
    const steps = flowSteps(paths[path], solver, evaluations);
    const taken = evaluationsOf(steps);
    if (!(taken <= evaluations && taken >= evaluations - 1)) {
      throw new Error(`${taken} evaluations where ${evaluations} were asked for`);
    }
    if (solver !== "midpoint" || evaluations === 1) {
      const last = steps[steps.length - 1];
      const { state, data, previous, noise } = last[last.length - 1];
      assertEquals([state, previous, noise], [0, 0, 0]);
      close(data, 1, 0, "D's share in the last step");
    }
    if (solver === "heun" || solver === "euler" || solver === "multistep") {
      const count = stepsWithin(evaluations, solver);
      const levels = [...sigmas(count, { sigmaMin: 0.002, sigmaMax: 80, rho: 7 }), 0].map(edmPoint);
      const taken = evaluationsOf(solvers[solver](levels));
      assertEquals(taken, solver === "heun" ? 2 * count - 1 : count);
    }
  },
});
