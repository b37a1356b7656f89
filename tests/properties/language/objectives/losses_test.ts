import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  type LossNumbers,
  type PreferenceLoss,
  preferenceLosses,
  type PreferenceName,
} from "../../../../src/families/language/objectives/preference/losses.ts";
import { lossNumbers } from "../../../../src/families/language/objectives/preference/settings.ts";
import { pairValues } from "../../../../src/families/language/objectives/preference/preference.ts";
import { values } from "../../../families/on_engine.ts";
import { close, law } from "../../../law.ts";

const names = Object.keys(preferenceLosses) as PreferenceName[];
const name = fc.constantFrom(...names);
/** Log-ratios, as float32 has them. */
const ratio = fc.double({ min: -20, max: 20, noNaN: true }).map(Math.fround);
/** Means of ln p of tokens. */
const mean = fc.double({ min: -8, max: -0.05, noNaN: true }).map(Math.fround);
const beta = fc.constantFrom(0.05, 0.1, 0.5, 2);
const smoothing = fc.constantFrom(0.02, 0.1, 0.3);

/** Losses of pairs (c, r) by the engine. */
async function lossOf(
  loss: PreferenceLoss,
  pairs: readonly (readonly [number, number])[],
  numbers: Partial<LossNumbers> & { readonly divergence?: number } = {},
): Promise<number[]> {
  const { divergence = 0, ...own } = numbers;
  return await values(() =>
    loss.loss(
      {
        chosen_B: tf.tensor1d(pairs.map(([c]) => c)),
        rejected_B: tf.tensor1d(pairs.map(([, r]) => r)),
      },
      { ...lossNumbers(loss), ...own },
      tf.scalar(divergence),
    )
  );
}

const sigmoid = (u: number) => 1 / (1 + Math.exp(-u));
/** −ln σ(u) in float64. */
const surprise = (u: number) => u > 0 ? Math.log1p(Math.exp(-u)) : -u + Math.log1p(Math.exp(u));

/** The losses as their papers write them, in float64. */
const written: Readonly<
  Record<PreferenceName, (c: number, r: number, n: LossNumbers & { z: number }) => number>
> = {
  dpo: (c, r, { beta, smoothing: e }) =>
    (1 - e) * surprise(beta * (c - r)) + e * surprise(beta * (r - c)),
  ipo: (c, r, { beta }) => (c - r - 1 / (2 * beta)) ** 2,
  kto: (c, r, { beta, desirable, undesirable, z }) =>
    (desirable * (1 - sigmoid(beta * (c - z))) + undesirable * (1 - sigmoid(beta * (z - r)))) / 2,
  orpo: (c, r, { beta }) => {
    const odds = (x: number) => x - Math.log(-Math.expm1(x));
    return beta * surprise(odds(c) - odds(r));
  },
  simpo: (c, r, { beta, gamma, smoothing: e }) => {
    const u = beta * (c - r) - gamma;
    return (1 - e) * surprise(u) + e * surprise(-u);
  },
  cpo: (c, r, { beta, smoothing: e }) =>
    (1 - e) * surprise(beta * (c - r)) + e * surprise(beta * (r - c)),
  hinge: (c, r, { beta }) => Math.max(0, 1 - beta * (c - r)),
  robust: (c, r, { beta, smoothing: e }) =>
    ((1 - e) * surprise(beta * (c - r)) - e * surprise(beta * (r - c))) / (1 - 2 * e),
  exo_pair: (c, r, { beta, smoothing: e }) => {
    const u = beta * (c - r);
    return sigmoid(u) * (-surprise(u) - Math.log(1 - e)) +
      sigmoid(-u) * (-surprise(-u) - Math.log(e));
  },
  nca_pair: (c, r, { beta }) =>
    surprise(beta * c) + surprise(-beta * c) / 2 + surprise(-beta * r) / 2,
  sppo_hard: (c, r, { beta }) => (c - 0.5 / beta) ** 2 + (r + 0.5 / beta) ** 2,
  apo_zero: (c, r, { beta }) => 1 - sigmoid(beta * c) + sigmoid(beta * r),
  apo_down: (c, r, { beta }) => sigmoid(beta * c) + 1 - sigmoid(beta * (c - r)),
  discopop: (c, r, { beta }) => {
    const u = beta * (c - r), share = sigmoid(u / 0.05);
    return (1 - share) * surprise(u) + share * Math.exp(-u);
  },
};

law("each loss of pairs is what its paper writes, in float64", {
  source: "the papers of src/families/language/objectives/preference/losses.ts",
  given: {
    name,
    c: ratio,
    r: ratio,
    odds: fc.tuple(mean, mean),
    beta,
    smoothing,
    z: mean.map(Math.abs),
  },
  kills: [
    "preference-sign-of-difference",
    "kto-divergence-left-out",
    "orpo-ratio-in-place-of-odds",
  ],
  holds: async ({ name, c, r, odds, beta, smoothing, z }) => {
    const pair = name === "orpo" ? odds : [c, r] as const;
    const numbers = { beta, smoothing, gamma: 0.7, desirable: 1.3, undesirable: 0.6 };
    const [found] = await lossOf(preferenceLosses[name], [pair], { ...numbers, divergence: z });
    const wanted = written[name](...pair, { ...numbers, z: Math.fround(z) });
    // A few roundings of numbers of the size of the largest term; a difference of logs magnifies them.
    const size = Math.max(1, Math.abs(wanted), 40 * beta, 800 / beta * 1e-2);
    close(found, wanted, 16 * 2 ** -24 * size * (name === "discopop" ? 20 : 1), name);
  },
});

law("losses of a difference don't change when both answers' ratios grow by the same", {
  source: "Rafailov et al. 2023, eq. 7: the partition function cancels",
  given: {
    name: fc.constantFrom<PreferenceName>(
      "dpo",
      "ipo",
      "hinge",
      "robust",
      "exo_pair",
      "simpo",
      "cpo",
    ),
    c: ratio,
    r: ratio,
    by: fc.integer({ min: -8, max: 8 }),
    smoothing,
  },
  holds: async ({ name, c, r, by, smoothing }) => {
    // Halves are exact, so that the difference has the same bits.
    const [a, b] = [Math.round(2 * c) / 2, Math.round(2 * r) / 2];
    const [one, other] = await lossOf(preferenceLosses[name], [[a, b], [a + by, b + by]], {
      smoothing,
    });
    close(other, one, 0, name);
  },
});

law("DPO: log 2 at no difference, and L(Δ) − L(−Δ) = −βΔ", {
  source: "Rafailov et al. 2023, eq. 7",
  given: { c: ratio, r: ratio, beta },
  kills: ["preference-sign-of-difference"],
  holds: async ({ c, r, beta }) => {
    const { dpo } = preferenceLosses;
    const [same, own, turned] = await lossOf(dpo, [[c, c], [c, r], [r, c]], { beta });
    close(same, Math.log(2), 2 ** -23, "no difference");
    const wanted = -beta * (c - r);
    close(own - turned, wanted, 8 * 2 ** -24 * Math.max(1, Math.abs(wanted)), "antisymmetry");
  },
});

law("IPO and SPPO are zero at their targets alone: Δ = 1/2β; c = 1/2β and r = −1/2β", {
  source: "Azar et al. 2023, eq. 17; Wu et al. 2024, eq. 4.7",
  given: {
    beta: fc.constantFrom(0.0625, 0.125, 0.5, 2),
    r: fc.integer({ min: -5, max: 5 }),
    off: fc.integer({ min: -40, max: 40 }).filter((n) => n !== 0).map((n) => n / 8),
  },
  holds: async ({ beta, r, off }) => {
    const half = 1 / (2 * beta), { ipo, sppo_hard } = preferenceLosses;
    const [at, beside] = await lossOf(ipo, [[r + half, r], [r + half + off, r]], { beta });
    close(at, 0, 0, "ipo");
    close(beside, off * off, 1e-5 * off * off, "ipo beside it");
    const [least, more] = await lossOf(sppo_hard, [[half, -half], [half + off, -half]], { beta });
    close(least, 0, 0, "sppo");
    close(more, off * off, 1e-5 * off * off, "sppo beside it");
  },
});

law("robust DPO of pairs of which a share is flipped has DPO's mean", {
  source: "Chowdhury et al. 2024 (arXiv:2403.00409): unbiased under label noise",
  given: { c: ratio, r: ratio, beta, smoothing },
  kills: ["robust-not-scaled"],
  holds: async ({ c, r, beta, smoothing }) => {
    const { dpo, robust } = preferenceLosses, numbers = { beta, smoothing };
    const [own, flipped] = await lossOf(robust, [[c, r], [r, c]], numbers);
    const [clean] = await lossOf(dpo, [[c, r]], { beta, smoothing: 0 });
    const mixed = (1 - smoothing) * own + smoothing * flipped;
    close(mixed, clean, 32 * 2 ** -24 * Math.max(1, Math.abs(own), Math.abs(flipped)), "mean");
  },
});

law("EXO is a divergence: at least 0, and 0 where σ(βΔ) = 1 − ε", {
  source: "Ji et al. 2024, eq. 16",
  given: { c: ratio, r: ratio, beta, smoothing },
  holds: async ({ c, r, beta, smoothing }) => {
    const { exo_pair } = preferenceLosses;
    const target = Math.log((1 - smoothing) / smoothing) / beta;
    const [own, least] = await lossOf(exo_pair, [[c, r], [target, 0]], { beta, smoothing });
    if (!(own >= -1e-6)) throw new Error(`a divergence of ${own}`);
    close(least, 0, 2e-6, "at the target");
  },
});

law("KTO: between 0 and its weights, half of them at the divergence, better for better answers", {
  source: "Ethayarajh et al. 2024 (arXiv:2402.01306)",
  given: { c: ratio, r: ratio, z: mean.map(Math.abs), up: fc.constantFrom(0.5, 1, 4) },
  kills: ["kto-divergence-left-out"],
  holds: async ({ c, r, z, up }) => {
    const weights = { beta: 0.25, desirable: 1.5, undesirable: 0.5 }, { kto } = preferenceLosses;
    const at = Math.fround(z);
    const [own, better, worse, even] = await lossOf(
      kto,
      [[c, r], [c + up, r], [c, r + up], [at, at]],
      { ...weights, divergence: at },
    );
    if (!(own >= 0 && own <= 1)) throw new Error(`a loss of ${own}`);
    if (!(better <= own && worse >= own)) throw new Error(`${better}, ${own}, ${worse}`);
    close(even, (1.5 + 0.5) / 4, 1e-6, "at the divergence");
  },
});

law("ORPO: β log 2 for equal answers, L(y⁺, y⁻) − L(y⁻, y⁺) = −β ln of the ratio of odds", {
  source: "Hong et al. 2024, eq. 7",
  given: { c: mean, r: mean, beta },
  kills: ["orpo-ratio-in-place-of-odds"],
  holds: async ({ c, r, beta }) => {
    const { orpo } = preferenceLosses;
    const [same, own, turned] = await lossOf(orpo, [[c, c], [c, r], [r, c]], { beta });
    close(same, beta * Math.log(2), beta * 2 ** -22, "equal answers");
    const odds = (x: number) => x - Math.log(-Math.expm1(x));
    const wanted = -beta * (odds(c) - odds(r));
    close(own - turned, wanted, 2e-6 * Math.max(1, Math.abs(wanted)), "antisymmetry");
  },
});

law(
  "SimPO: log 2 where the means differ by γ/β; an answer said twice over is worth what it is once",
  {
    source: "Meng et al. 2024 (arXiv:2405.14734)",
    given: {
      r: mean,
      beta: fc.constantFrom(1, 2, 2.5),
      gamma: fc.constantFrom(0, 0.5, 1.25),
      tokens: fc.integer({ min: 1, max: 9 }),
    },
    kills: ["preference-sums-in-place-of-means"],
    holds: async ({ r, beta, gamma, tokens }) => {
      const { simpo } = preferenceLosses, margin = gamma / beta;
      const [found] = await lossOf(simpo, [[r + margin, r]], { beta, gamma });
      close(found, Math.log(2), 8 * 2 ** -24 * Math.max(1, 8 * beta), "at the margin");
      const told = await values(() => {
        const times = (by: number) => ({
          chosen_B: tf.tensor1d([by * tokens * r]),
          rejected_B: tf.tensor1d([by * tokens * (r - 1)]),
        });
        const counts = (by: number) => ({
          chosen_B: tf.tensor1d([by * tokens]),
          rejected_B: tf.tensor1d([by * tokens]),
        });
        const of = (by: number) => pairValues(times(by), { tokens: counts(by), mean: true });
        return tf.concat([of(1).chosen_B, of(2).chosen_B, of(1).rejected_B, of(2).rejected_B]);
      });
      close(told[1], told[0], 2 ** -22 * 8, "chosen");
      close(told[3], told[2], 2 ** -22 * 8, "rejected");
      close(told[0], r, 2 ** -22 * 8, "a mean");
    },
  },
);

law("losses and their gradients are finite where answers are a thousand nats apart", {
  source: "definition",
  given: { name, apart: fc.constantFrom(-1000, -50, 50, 1000) },
  cases: 40,
  holds: async ({ name, apart }) => {
    const loss: PreferenceLoss = preferenceLosses[name];
    const pair = loss.reference ? [apart, 0] : apart > 0 ? [-1e-8, -apart] : [apart, -1e-8];
    // exp(−u) of discopop is what it is.
    if (name === "discopop") pair[0] = Math.max(-500, pair[0]);
    const found = await values(() => {
      const { value, grads } = tf.valueAndGrads((chosen_B, rejected_B) =>
        tf.sum(
          loss.loss(
            { chosen_B: chosen_B as tf.Tensor1D, rejected_B: rejected_B as tf.Tensor1D },
            lossNumbers(loss),
            tf.scalar(0.5),
          ),
        )
      )([tf.tensor1d([pair[0]]), tf.tensor1d([pair[1]])]);
      return tf.concat([tf.reshape(value, [1]), ...grads]);
    });
    if (!found.every(Number.isFinite)) throw new Error(`${name}: ${found}`);
  },
});
