import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { alphaBars, ddpmLevel } from "../../../src/families/diffusion/noise_schedule.ts";
import {
  type BoundInputs,
  continuousBound,
  type Denoise,
  discreteBound,
  logLattice,
  middleTerms,
  priorKl,
  timeTable,
} from "../../../src/families/diffusion/variational_bound.ts";
import { edmLevel } from "../../../src/families/common/denoising/edm.ts";
import type { Level } from "../../../src/families/common/denoising/levels.ts";
import { close, law } from "../../law.ts";
import { key, rows } from "../../families/small.ts";
import { meanAndError, normals, value, values } from "../../families/on_engine.ts";

const pixel = (k: number) => 2 * k / 255 - 1;

law(
  "the last step's law over 256 pixel values sums to 1 and is a normal's shape, for any mean and width",
  {
    source: "definition; Ho et al. 2020, eq. 13",
    given: {
      mean: fc.double({ min: -1.3, max: 1.3, noNaN: true }).map(Math.fround),
      deviation: fc.oneof(
        fc.double({ min: 0.001, max: 0.02, noNaN: true }),
        fc.double({ min: 0.02, max: 1, noNaN: true }),
      ),
    },
    kills: ["lattice-window-too-small", "lattice-without-edges", "lattice-deviation-not-squared"],
    cases: 60,
    holds: async ({ mean, deviation }) => {
      const all = Array.from({ length: 256 }, (_, k) => Math.fround(pixel(k)));
      const found = await values(() => {
        const x = tf.tensor4d(all, [256, 1, 1, 1]);
        return logLattice(x, tf.fill([256, 1, 1, 1], mean), deviation);
      });
      const logits = all.map((v) => -((v - mean) ** 2) / (2 * deviation ** 2));
      const top = Math.max(...logits);
      const logSum = top + Math.log(logits.reduce((sum, l) => sum + Math.exp(l - top), 0));
      const total = found.reduce((sum, l) => sum + Math.exp(l), 0);
      close(total, 1, 1e-3, "sum");
      found.forEach((l, k) => {
        const wanted = logits[k] - logSum;
        // Squares of differences of values near 1, over 2s².
        const rounding = 16 * 2 ** -24 * (2 + Math.abs(all[k] - mean)) / deviation ** 2;
        close(l, wanted, 1e-5 + rounding + 4e-6 * Math.abs(wanted), `pixel value ${k}`);
      });
    },
  },
);

law("the prior's term is the KL of two normals, and vanishes where they agree", {
  source: "closed form",
  given: {
    seed: fc.integer({ min: 1, max: 1e6 }),
    alpha: fc.double({ min: 0, max: 1, noNaN: true }),
    sigma: fc.double({ min: 0.1, max: 3, noNaN: true }),
    prior: fc.double({ min: 0.5, max: 3, noNaN: true }),
  },
  kills: ["prior-kl-without-half"],
  holds: async ({ seed, alpha, sigma, prior }) => {
    const x = normals(seed, 6, 0.5);
    const tensor = () => tf.tensor4d(x, [1, 1, 6, 1]);
    const found = await value(() => priorKl(tensor(), { alpha, sigma, prior }).reshape([]));
    const ratio = (sigma / prior) ** 2;
    const wanted = x.reduce(
      (sum, v) => sum + 0.5 * (ratio + (alpha * v / prior) ** 2 - 1 - Math.log(ratio)),
      0,
    );
    close(found, wanted, 64 * 2 ** -24 * (6 * (ratio + 2) + wanted), "KL");
    close(await value(() => priorKl(tensor(), { alpha: 0, sigma: 1, prior: 1 }).reshape([])), 0, 0);
  },
});

law("each middle term is the KL of its two normals; every step is drawn", {
  source: "Ho et al. 2020, eq. 5 and 7; KL of two normals",
  given: {
    schedule: fc.constantFrom("linear" as const, "cosine" as const),
    timesteps: fc.integer({ min: 2, max: 500 }),
  },
  kills: ["bound-without-half", "bound-of-the-posterior-variance"],
  cases: 30,
  holds: ({ schedule, timesteps: T }) => {
    const alphaBar = alphaBars(schedule, T);
    const terms = middleTerms(alphaBar);
    const { share, entries } = timeTable(alphaBar, terms);
    close(share.reduce((sum, q) => sum + q, 0), 1, 1e-12, "total");
    share.forEach((q, i) => close(entries.filter((e) => e === i).length / entries.length, q, 0));
    let constant = 0;
    for (let t = 2; t <= T; t++) {
      if (!(share[t - 2] > 0)) throw new Error(`step ${t} is never drawn`);
      const [a, b] = [alphaBar[t], alphaBar[t - 1]];
      const beta = 1 - a / b;
      const variance = (1 - b) / (1 - a) * beta;
      // The means differ by √ᾱ_{t−1} β/(1 − ᾱ_t) times what x and D do.
      const apart = Math.sqrt(b) * beta / (1 - a);
      constant += 0.5 * (variance / beta - 1 - Math.log(variance / beta));
      close(terms.weight[t - 2] / (apart ** 2 / (2 * beta)), 1, 1e-6, `weight of step ${t}`);
    }
    close(terms.constant, constant, 1e-9 * (1 + constant), "constant");
  },
});

/** A law over 256 pixel values with two humps, and its entropy in nats. */
const logits = Array.from(
  { length: 256 },
  (_, k) =>
    Math.log(
      0.6 * Math.exp(-0.5 * ((k - 70) / 12) ** 2) + 0.4 * Math.exp(-0.5 * ((k - 180) / 25) ** 2) +
        1e-4,
    ),
);
const normaliser = Math.log(logits.reduce((sum, l) => sum + Math.exp(l), 0));
const logP = logits.map((l) => l - normaliser);
const entropy = -logP.reduce((sum, l) => sum + Math.exp(l) * l, 0);

/** E[x₀ | x] of that law, by enumeration: [B, 1, 1, 1]. */
function oracle(levelAt: (time_B: tf.Tensor1D) => Level, x: tf.Tensor4D, time_B: tf.Tensor1D) {
  return tf.tidy(() => {
    const { alpha, sigma } = levelAt(time_B);
    const flat = (v: number | tf.Tensor) => typeof v === "number" ? v : tf.reshape(v, [-1, 1]);
    const all = tf.tensor2d(logP.map((_, k) => pixel(k)), [1, 256]);
    const away = tf.div(tf.sub(tf.reshape(x, [-1, 1]), tf.mul(flat(alpha), all)), flat(sigma));
    const posterior = tf.softmax(
      tf.add(tf.tensor2d(logP, [1, 256]), tf.mul(tf.square(away), -0.5)),
    );
    return tf.reshape(tf.sum(tf.mul(posterior, all), 1), [-1, 1, 1, 1]) as tf.Tensor4D;
  });
}

const alphaBar = alphaBars("cosine", 1000);
const bounds: Record<string, {
  level: (time_B: tf.Tensor1D) => Level;
  bound: (denoise: Denoise, inputs: BoundInputs) => tf.Tensor1D;
  /** Nats that steps of finite length and a normal last step may cost. */
  gap: number;
}> = {
  "DDPM": {
    level: ddpmLevel(alphaBar),
    bound: (denoise, inputs) => discreteBound(denoise, inputs, alphaBar),
    gap: 0.05,
  },
  "EDM": {
    level: edmLevel,
    bound: (denoise, inputs) =>
      continuousBound(denoise, inputs, { sigmaMin: 0.002, sigmaMax: 80, sigmaData: 0.5 }),
    gap: 0.02,
  },
};

law("a bound is a sum over values, however they lie in rows, columns and channels", {
  source: "definition",
  given: {
    name: fc.constantFrom(...Object.keys(bounds)),
    seed: fc.integer({ min: 1, max: 1e6 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  kills: ["bound-constant-of-a-plane", "bound-of-the-first-channel"],
  cases: 12,
  holds: async ({ name, seed, share }) => {
    const k = normals(seed, 3 * 18).map((u) => Math.abs(Math.round(80 * u)) % 256);
    const of = (shape: [number, number, number]) =>
      values(() =>
        bounds[name].bound((x) => tf.mul(x, share), {
          x_BHWC: tf.tensor4d(k.map(pixel), [3, ...shape]),
          rows_B: rows(3),
          key: key(seed),
        })
      );
    const plain = await of([1, 18, 1]);
    for (const shape of [[2, 3, 3], [3, 2, 3], [18, 1, 1], [1, 6, 3]] as const) {
      const found = await of([...shape]);
      found.forEach((v, n) => close(v, plain[n], 1e-5 * Math.abs(plain[n]), `${shape}`));
    }
  },
});

for (const [name, { level, bound, gap }] of Object.entries(bounds)) {
  law(`${name}'s bound, with the oracle of a law over 256 values, lies just above its entropy`, {
    source: "Kingma et al. 2021, eq. 3 and 17: the bound is tight for the true denoiser",
    given: { seed: fc.integer({ min: 1, max: 1e6 }) },
    kills: ["bound-without-half", "bound-of-unscaled-errors", "bound-share-not-divided"],
    cases: 1,
    holds: async ({ seed }) => {
      // Each value as often as its law says, so that only noise and times are random.
      const B = 2048;
      const drawn: number[] = [];
      let mass = 0;
      logP.forEach((l, k) => {
        mass += Math.exp(l) * B;
        while (drawn.length + 0.5 < mass) drawn.push(k);
      });
      const data = drawn.slice(0, B);
      const nats = -data.reduce((sum, k) => sum + logP[k], 0) / data.length;
      close(nats, entropy, 0.01, "entropy of the drawn values");
      const draws: number[] = [];
      for (let repeat = 0; repeat < 16; repeat++) {
        draws.push(
          ...await values(() =>
            bound((x, time_B) => oracle(level, x, time_B), {
              x_BHWC: tf.tensor4d(data.map(pixel), [data.length, 1, 1, 1]),
              rows_B: rows(data.length),
              key: key(seed, repeat),
            })
          ),
        );
      }
      const { mean, error } = meanAndError(draws);
      if (!(-mean > nats - 5 * error && -mean < nats + gap + 5 * error)) {
        throw new Error(`bound ${-mean} ± ${error}, entropy ${nats}`);
      }
      if (error > 0.07) throw new Error(`a standard error of ${error} proves nothing`);
    },
  });
}
