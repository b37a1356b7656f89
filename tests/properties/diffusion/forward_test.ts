import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { assertEquals } from "@std/assert";
import { alphaBars, ddpmLevel, ddpmPoint } from "../../../src/families/diffusion/noise_schedule.ts";
import { predictions } from "../../../src/families/diffusion/model.ts";
import { subsequence } from "../../../src/families/diffusion/sample.ts";
import { uniformStep, weightings } from "../../../src/families/diffusion/objective.ts";
import { edmLevel, logNormalSigma, sigmas } from "../../../src/families/common/denoising/edm.ts";
import {
  anchored,
  dataFrom,
  type Each,
  type Level,
  noisy,
  type Parametrisation,
  preconditioned,
  predictsVelocity,
  target,
  velocityWeight,
} from "../../../src/families/common/denoising/levels.ts";
import { normalPerRow, spreadUniform } from "../../../src/families/common/denoising/time_laws.ts";
import { paths } from "../../../src/families/flow/paths.ts";
import { close, law } from "../../law.ts";
import { key, rows } from "../../families/small.ts";
import { meanAndError, normals, value, values } from "../../families/on_engine.ts";

const schedule = fc.constantFrom("linear" as const, "cosine" as const);
const timesteps = fc.integer({ min: 10, max: 1000 });

/** β by its definition, from 1. */
function beta(schedule: "linear" | "cosine", t: number, T: number): number {
  if (schedule === "linear") {
    return Math.min(0.999, 1000 / T * (1e-4 + (t - 1) / (T - 1) * (0.02 - 1e-4)));
  }
  const f = (s: number) => Math.cos((s / T + 0.008) / 1.008 * Math.PI / 2) ** 2;
  return Math.min(0.999, 1 - f(t) / f(t - 1));
}

law(
  "iterating q(x_t|x_{t−1}) gives the closed form; ᾱ and the signal-to-noise ratio strictly fall",
  {
    source: "Ho et al. 2020, eq. 2 and 4; Nichol & Dhariwal 2021, eq. 17",
    given: { schedule, timesteps },
    kills: ["alpha-bar-off-by-one", "cosine-without-offset"],
    cases: 20,
    holds: async ({ schedule, timesteps: T }) => {
      const alphaBar = alphaBars(schedule, T);
      const steps = [0, 1, 2, T >> 1, T - 1, T];
      const time_B = () => tf.tensor1d(steps);
      const alpha = await values(() => ddpmLevel(alphaBar)(time_B()).alpha as tf.Tensor);
      const sigma = await values(() => ddpmLevel(alphaBar)(time_B()).sigma as tf.Tensor);
      // x_t = √(1 − β) x_{t−1} + √β ε, as the factor of x₀ and the variance that noise has brought.
      let [factor, variance] = [1, 0];
      const closed = new Map([[0, { factor, variance }]]);
      for (let t = 1; t <= T; t++) {
        const b = beta(schedule, t, T);
        [factor, variance] = [Math.sqrt(1 - b) * factor, (1 - b) * variance + b];
        closed.set(t, { factor, variance });
      }
      steps.forEach((t, i) => {
        // Products of up to a thousand factors, and the square root of what is left of 1.
        close(alpha[i], closed.get(t)!.factor, 2 ** -23, `α of step ${t}`);
        close(sigma[i], Math.sqrt(closed.get(t)!.variance), 2 ** -22, `σ of step ${t}`);
      });
      for (let t = 1; t <= T; t++) {
        if (!(alphaBar[t] < alphaBar[t - 1] && alphaBar[t] > 0)) throw new Error(`ᾱ at ${t}`);
        const snr = (s: number) => alphaBar[s] / (1 - alphaBar[s]);
        if (!(snr(t) < snr(t - 1))) throw new Error(`SNR at ${t}`);
        const { alpha, sigma } = ddpmPoint(alphaBar, t);
        close(alpha ** 2 + sigma ** 2, 1, 1e-12, "α² + σ²");
      }
    },
  },
);

/** Ways of reading an output, each with levels on a path of its own. */
const readings: Record<string, { parametrisation: Parametrisation; level: (u: number) => Level }> =
  {
    ...Object.fromEntries(
      Object.entries(predictions).map(([name, parametrisation]) => {
        const level = ddpmLevel(alphaBars("cosine", 100));
        return [name, {
          parametrisation,
          level: (u: number) => level(tf.tensor1d([1 + Math.floor(99 * u)])),
        }];
      }),
    ),
    ...Object.fromEntries(
      Object.entries(paths).map(([name, path]) => [`velocity, ${name}`, {
        parametrisation: predictsVelocity,
        level: (u: number) => path.level(tf.tensor1d([0.01 + 0.98 * u])),
      }]),
    ),
    ...Object.fromEntries(
      Object.entries(paths).map(([name, path]) => [`preconditioned, ${name}`, {
        parametrisation: preconditioned(0.5),
        level: (u: number) => path.level(tf.tensor1d([0.01 + 0.98 * u])),
      }]),
    ),
    "preconditioned": {
      parametrisation: preconditioned(0.5),
      level: (u) => edmLevel(tf.tensor1d([Math.exp(-6 + 10 * u)])),
    },
    "consistency": {
      parametrisation: anchored(0.7, 0.002),
      level: (u) => edmLevel(tf.tensor1d([Math.exp(-5 + 9 * u)])),
    },
  };

const someReading = {
  reading: fc.constantFrom(...Object.keys(readings)),
  u: fc.double({ min: 0, max: 1, noNaN: true }),
  seed: fc.integer({ min: 1, max: 1e6 }),
};

const numbers = (of: Each): tf.Tensor => typeof of === "number" ? tf.scalar(of) : of;

law(
  "a network that says what it should tells the picture: x₀ ↔ ε ↔ v ↔ velocity ↔ preconditioned",
  {
    source: "Salimans & Ho 2022, appendix; Karras et al. 2022, eq. 7; Lipman et al. 2023",
    given: someReading,
    kills: ["v-of-the-wrong-sign", "c-out-wrong", "velocity-of-the-wrong-end"],
    holds: async ({ reading: name, u, seed }) => {
      const { parametrisation, level: levelAt } = readings[name];
      const size = 6;
      const tensor = (from: number) => tf.tensor4d(normals(from, size), [1, 1, size, 1]);
      const x0 = normals(seed, size);
      const said = await values(() => {
        const level = levelAt(u);
        const reading = parametrisation(level);
        const clean = { data_BHWC: tensor(seed), noise_BHWC: tensor(seed + 1) };
        return dataFrom(reading, {
          x_BHWC: noisy(level, clean),
          output_BHWC: target(reading, clean),
        });
      });
      // Errors of x and F come out multiplied by skip and out.
      const amplified = await value(() => {
        const level = levelAt(u);
        const { skip, out } = parametrisation(level);
        return tf.add(tf.abs(numbers(skip)), tf.abs(numbers(out))).reshape([]);
      });
      said.forEach((x, i) => close(x, x0[i], 64 * 2 ** -24 * (5 + 5 * amplified), `${name} ${i}`));
    },
  },
);

law("EDM: inputs and targets have variance 1; skip²σ² + (1−skip)²σ_d² = out²; λ·out² = 1", {
  source: "Karras et al. 2022, appendix B.6, eq. 114 to 139",
  given: {
    logSigma: fc.double({ min: -6, max: 4.5, noNaN: true }),
    sigmaData: fc.double({ min: 0.1, max: 2, noNaN: true }).map(Math.fround),
  },
  kills: ["c-out-wrong", "c-in-without-data", "target-of-the-wrong-variance"],
  holds: async ({ logSigma, sigmaData }) => {
    const sigma = Math.fround(Math.exp(logSigma));
    const [skip, out, scale, data, noise] = await values(() => {
      const reading = preconditioned(sigmaData)(edmLevel(tf.tensor1d([sigma])));
      return tf.concat(
        [reading.skip, reading.out, reading.in, reading.data, reading.noise]
          .map((v) => tf.reshape(numbers(v), [1])),
      );
    });
    const tolerance = 32 * 2 ** -24;
    close(scale ** 2 * (sigmaData ** 2 + sigma ** 2), 1, tolerance, "variance of the input");
    close(data ** 2 * sigmaData ** 2 + noise ** 2, 1, tolerance, "variance of the target");
    const amplified = skip ** 2 * sigma ** 2 + (1 - skip) ** 2 * sigmaData ** 2;
    // 1 − skip loses what skip rounds away.
    close(amplified / out ** 2, 1, tolerance + 4 * 2 ** -24 * sigmaData ** 2 / out ** 2, "out²");
    const lambda = (sigma ** 2 + sigmaData ** 2) / (sigma * sigmaData) ** 2;
    close(lambda * out ** 2, 1, tolerance, "λ·out²");
  },
});

law(
  "the noise's weighting is the noise's squared error whatever is predicted; min-SNR bounds it by 5",
  {
    source: "Ho et al. 2020, eq. 14; Hang et al. 2023, eq. 5",
    given: {
      predicts: fc.constantFrom("noise" as const, "picture" as const, "velocity" as const),
      step: fc.integer({ min: 1, max: 100 }),
      seed: fc.integer({ min: 1, max: 1e6 }),
    },
    kills: ["epsilon-loss-weighted-as-x0", "min-snr-as-max", "plain-weight-not-one"],
    holds: async ({ predicts, step, seed }) => {
      const alphaBar = alphaBars("linear", 100);
      const { alpha, sigma } = ddpmPoint(alphaBar, step);
      const snr = alpha ** 2 / sigma ** 2;
      // An output and what it should be, of one number.
      const [output, wanted] = normals(seed, 2);
      const found = await values(() => {
        const level = ddpmLevel(alphaBar)(tf.tensor1d([step]));
        const reading = predictions[predicts](level);
        const weigh = (name: keyof typeof weightings) =>
          tf.mul(numbers(weightings[name](level, reading)), (output - wanted) ** 2).reshape([1]);
        // D − x₀ = out·(F − target).
        const error = tf.square(tf.mul(numbers(reading.out), output - wanted)).reshape([1]);
        return tf.concat([weigh("plain"), weigh("noise"), weigh("min-snr"), error]);
      });
      const [plain, noise, least, error] = found;
      const near = (a: number, b: number, what: string) =>
        close(a, b, 32 * 2 ** -24 * Math.abs(b) + 1e-30, what);
      near(plain, (output - wanted) ** 2, "plain");
      near(noise, snr * error, "noise");
      near(least, Math.min(snr, 5) * error, "min-SNR");
      if (predicts === "noise") near(noise, plain, "ε-loss of an ε-network");
    },
  },
);

law("the velocity's weighting is the velocity's squared error, however the network puts it", {
  source: "Lipman et al. 2023, eq. 14",
  given: {
    path: fc.constantFrom("optimal-transport" as const, "diffusion" as const),
    time: fc.double({ min: 0.02, max: 0.98, noNaN: true }),
    seed: someReading.seed,
  },
  kills: ["velocity-weight-not-squared"],
  holds: async ({ path, time, seed }) => {
    const at = paths[path].point(time);
    const [output, wanted] = normals(seed, 2);
    for (const parametrisation of [predictsVelocity, preconditioned(0.5)]) {
      const [weight, out] = await values(() => {
        const level = paths[path].level(tf.tensor1d([time]));
        const reading = parametrisation(level);
        return tf.concat([velocityWeight(level, reading), reading.out]
          .map((v) => tf.reshape(numbers(v), [1])));
      });
      // u = α' D + σ' (x − αD)/σ, D's error being out·(F − target).
      const error = (at.alphaRate! - at.sigmaRate! * at.alpha / at.sigma) * out * (output - wanted);
      const square = error ** 2;
      close(weight * (output - wanted) ** 2, square, 256 * 2 ** -24 * square, "weighted error");
    }
  },
});

law("EDM's noise levels: ends exact, falling, evenly spaced in σ^{1/ρ}", {
  source: "Karras et al. 2022, eq. 5",
  given: {
    count: fc.integer({ min: 2, max: 60 }),
    rho: fc.double({ min: 1, max: 12, noNaN: true }),
    range: fc.tuple(
      fc.double({ min: 1e-3, max: 0.1, noNaN: true }),
      fc.double({ min: 1, max: 100, noNaN: true }),
    ),
  },
  kills: ["rho-upside-down"],
  holds: ({ count, rho, range: [sigmaMin, sigmaMax] }) => {
    const levels = sigmas(count, { sigmaMin, sigmaMax, rho });
    assertEquals(levels.length, count);
    close(levels[0], sigmaMax, 0);
    close(levels[count - 1], sigmaMin, 1e-9 * sigmaMax);
    const roots = levels.map((sigma) => sigma ** (1 / rho));
    const gap = (roots[0] - roots[count - 1]) / (count - 1);
    for (let i = 1; i < count; i++) {
      if (!(levels[i] < levels[i - 1])) throw new Error(`level ${i} doesn't fall`);
      close(roots[i - 1] - roots[i], gap, 1e-6 * roots[0], `gap ${i}`);
    }
  },
});

law("a subsequence of steps falls strictly from T to 0", {
  source: "definition",
  given: { timesteps, count: fc.integer({ min: 1, max: 1200 }) },
  holds: ({ timesteps: T, count }) => {
    const steps = subsequence(T, count);
    assertEquals([steps[0], steps[steps.length - 1]], [T, 0]);
    assertEquals(steps.length, Math.min(count, T) + 1);
    steps.slice(1).forEach((t, i) => {
      if (!(t < steps[i])) throw new Error(`step ${t} after ${steps[i]}`);
    });
  },
});

law("training draws each step equally often, and ln σ with its mean and deviation", {
  source: "Ho et al. 2020, algorithm 1; Karras et al. 2022, table 1",
  given: { seed: fc.integer({ min: 1, max: 1e6 }), timesteps: fc.integer({ min: 2, max: 50 }) },
  kills: ["first-step-never-trained", "log-noise-without-deviation"],
  cases: 5,
  holds: async ({ seed, timesteps: T }) => {
    const n = 256 * 32;
    const steps = await values(() =>
      tf.concat(Array.from({ length: 32 }, (_, i) => uniformStep(T)(key(seed, i), rows(256))))
    );
    for (let t = 1; t <= T; t++) {
      const share = steps.filter((s) => s === t).length / n;
      // Spread rows vary less than independent ones would.
      close(share, 1 / T, 5 * Math.sqrt(1 / T / n), `share of step ${t}`);
    }
    const logs = await values(() =>
      tf.log(logNormalSigma({ noiseMean: -1.2, noiseDeviation: 1.4 })(key(seed), rows(4000)))
    );
    const { mean, error } = meanAndError(logs);
    close(mean, -1.2, 5 * error, "mean of ln σ");
    const squares = meanAndError(logs.map((v) => (v + 1.2) ** 2));
    close(squares.mean, 1.4 ** 2, 5 * squares.error, "variance of ln σ");
  },
});

law("spread uniforms depend on row and key alone, are uniform, and leave no gap among neighbours", {
  source: "Kingma et al. 2021, appendix I.1; three-distance theorem",
  given: { seed: fc.integer({ min: 1, max: 1e6 }), from: fc.integer({ min: 0, max: 1e5 }) },
  kills: ["times-not-spread"],
  cases: 20,
  holds: async ({ seed, from }) => {
    const B = 64;
    const [whole, part] = [
      await values(() => spreadUniform(key(seed), rows(B, from))),
      await values(() => spreadUniform(key(seed), rows(3, from + 5))),
    ];
    assertEquals(part, whole.slice(5, 8));
    for (const u of whole) if (!(u >= 0 && u < 1)) throw new Error(`${u} is not in [0, 1)`);
    const sorted = whole.toSorted((a, b) => a - b);
    const gaps = sorted.map((u, i) => i === 0 ? u + 1 - sorted[B - 1] : u - sorted[i - 1]);
    // Golden multiples leave gaps of at most φ²/B; the period's seam may join two.
    if (Math.max(...gaps) > 2 * 2.62 / B) throw new Error(`a gap of ${Math.max(...gaps)}`);
    const normal = await values(() => normalPerRow(key(seed), rows(B, from)));
    assertEquals(
      await values(() => normalPerRow(key(seed), rows(2, from + 3))),
      normal.slice(3, 5),
    );
  },
});
