import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import {
  type Draws,
  type Gaussian,
  klToStandardNormal,
  logWeights,
  reparameterise,
} from "../../../src/families/vae/objectives/bounds.ts";
import { freeBits } from "../../../src/families/vae/objectives/bounds.ts";
import { close, law } from "../../law.ts";
import { meanAndError, normals, value, values } from "../../families/on_engine.ts";

/** Rows of means and log variances, in the range that the model's bound allows. */
const dimension = fc.record({
  mean: fc.double({ min: -6, max: 6, noNaN: true }).map(Math.fround),
  logVariance: fc.double({ min: -10, max: 10, noNaN: true }).map(Math.fround),
});
const rows = fc.array(fc.array(dimension, { minLength: 3, maxLength: 3 }), {
  minLength: 1,
  maxLength: 4,
});
type Rows = { mean: number; logVariance: number }[][];

function tensors(rows: Rows): Gaussian {
  return {
    mean_BZ: tf.tensor2d(rows.map((row) => row.map((d) => d.mean))),
    logVariance_BZ: tf.tensor2d(rows.map((row) => row.map((d) => d.logVariance))),
  };
}

/** In float64, with expm1. */
function reference(mean: number, logVariance: number): number {
  return 0.5 * (mean * mean + Math.expm1(logVariance) - logVariance);
}

law("KL(N(μ, σ²) ‖ N(0, 1)) = ½(μ² + σ² − 1 − ln σ²) of each dimension", {
  source: "Kingma & Welling 2014, appendix B",
  given: { rows },
  kills: ["kl-of-the-wrong-direction", "kl-without-half"],
  holds: async ({ rows }) => {
    const kl = await values(() => klToStandardNormal(tensors(rows)));
    rows.flat().forEach(({ mean, logVariance }, i) => {
      const expected = reference(mean, logVariance);
      // expm1, square, difference, sum and halving: each within an ulp or two of its terms.
      const size = mean * mean + Math.exp(logVariance) + Math.abs(logVariance) + 1;
      close(kl[i], expected, 8 * 2 ** -24 * size, `KL of μ ${mean}, ln σ² ${logVariance}`);
    });
  },
});

law("KL is never negative, and grows as l²/4 near the standard normal", {
  source: "Gibbs' inequality; series of e^l − 1 − l",
  given: { exponent: fc.double({ min: -7, max: -1, noNaN: true }), sign: fc.constantFrom(-1, 1) },
  kills: ["kl-by-exp-minus-one"],
  holds: async ({ exponent, sign }) => {
    const logVariance = Math.fround(sign * 10 ** exponent);
    const kl = await value(() => klToStandardNormal(tensors([[{ mean: 0, logVariance }]])));
    if (kl < 0) throw new Error(`KL ${kl} < 0 at ln σ² ${logVariance}`);
    // expm1 is good to an ulp of l, so the difference is good to that, halved.
    close(kl, reference(0, logVariance), 2 ** -23 * Math.abs(logVariance), "KL");
  },
});

Deno.test("KL of the standard normal is exactly zero", async () => {
  const kl = await value(() => klToStandardNormal(tensors([[{ mean: 0, logVariance: 0 }]])));
  close(kl, 0, 0);
});

law("−mean(log p(z) − log q(z|x)) over draws is the KL, within 4 standard errors", {
  source: "definition of KL; Monte Carlo",
  given: { rows, seed: fc.integer({ min: 1, max: 1e6 }) },
  kills: ["kl-of-the-wrong-direction", "log-weight-without-prior", "log-weight-without-entropy"],
  cases: 25,
  holds: async ({ rows, seed }) => {
    const K = 4000;
    const [B, Z] = [rows.length, rows[0].length];
    // Milder posteriors: with σ² = e^10 the draws' spread hides everything else.
    const mild = rows.map((row) =>
      row.map((d) => ({ mean: d.mean / 3, logVariance: Math.fround(d.logVariance / 4) }))
    );
    const closed = await values(() => tf.sum(klToStandardNormal(tensors(mild)), 1));
    const ratios = await values(() => {
      const posterior = tensors(mild);
      const noise = tf.tensor3d(normals(seed, B * K * Z), [B, K, Z]);
      const draws: Draws = reparameterise(posterior, noise);
      return logWeights(tf.zeros([B, K]), { draws, posterior });
    });
    mild.forEach((_, b) => {
      const { mean, error } = meanAndError(ratios.slice(b * K, (b + 1) * K));
      close(-mean, closed[b], 4 * error + 1e-4, "Monte-Carlo KL");
    });
  },
});

law("reparameterised and score-function gradients agree; for f = z², ∂μ = 2μ and ∂σ = 2σ", {
  source: "Kingma & Welling 2014, 2.4; Williams 1992",
  given: {
    mean: fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround),
    logVariance: fc.double({ min: -2, max: 1.5, noNaN: true }).map(Math.fround),
    seed: fc.integer({ min: 1, max: 1e6 }),
  },
  kills: ["standard-deviation-without-half", "noise-not-scaled"],
  cases: 15,
  holds: async ({ mean, logVariance, seed }) => {
    const K = 8000;
    const noise = normals(seed, K);
    const sigma = Math.exp(logVariance / 2);
    // Ours: pathwise, through the engine. d/dσ = (2/σ) d/d ln σ².
    const f = (m: tf.Tensor, l: tf.Tensor) => {
      const posterior = { mean_BZ: m as tf.Tensor2D, logVariance_BZ: l as tf.Tensor2D };
      const { z_BKZ } = reparameterise(posterior, tf.tensor3d(noise, [1, K, 1]));
      return tf.mean(tf.square(z_BKZ)) as tf.Scalar;
    };
    const [byMean, byLogVariance] = await values(() => {
      const both = tf.grads(f)([tf.tensor2d([[mean]]), tf.tensor2d([[logVariance]])]);
      return tf.concat(both.map((g) => tf.reshape(g, [1])));
    });
    const z = noise.map((e) => mean + sigma * e);
    const pathwiseMean = meanAndError(z.map((v) => 2 * v));
    const pathwiseSigma = meanAndError(z.map((v, k) => 2 * v * noise[k]));
    close(byMean, 2 * mean, 4 * pathwiseMean.error + 1e-4, "∂μ against its value");
    close(2 * byLogVariance / sigma, 2 * sigma, 4 * pathwiseSigma.error + 1e-4, "∂σ");
    // f(z) ∇ log q: the score with respect to μ is ε/σ, to σ (ε² − 1)/σ.
    const scoreMean = meanAndError(z.map((v, k) => v * v * noise[k] / sigma));
    const scoreSigma = meanAndError(z.map((v, k) => v * v * (noise[k] ** 2 - 1) / sigma));
    close(byMean, scoreMean.mean, 5 * (scoreMean.error + pathwiseMean.error), "∂μ by score");
    close(
      2 * byLogVariance / sigma,
      scoreSigma.mean,
      5 * (scoreSigma.error + pathwiseSigma.error),
      "∂σ by score",
    );
  },
});

law("free bits: Σ_d max(λ, mean KL_d); at λ = 0 the mean KL itself", {
  source: "Kingma et al. 2016, appendix C.8",
  given: { rows, lambda: fc.double({ min: 0, max: 3, noNaN: true }).map(Math.fround) },
  kills: ["free-bits-a-picture"],
  holds: async ({ rows, lambda }) => {
    const mild = rows.map((row) =>
      row.map((d) => ({ mean: d.mean / 3, logVariance: d.logVariance / 5 }))
    );
    const kl = mild.map((row) => row.map((d) => reference(d.mean, d.logVariance)));
    const means = kl[0].map((_, d) => kl.reduce((sum, row) => sum + row[d], 0) / kl.length);
    const expected = means.reduce((sum, m) => sum + Math.max(lambda, m), 0);
    const ours = await value(() => freeBits(klToStandardNormal(tensors(mild)), lambda));
    close(ours, expected, 1e-5 * (1 + expected), "free bits");
  },
});
