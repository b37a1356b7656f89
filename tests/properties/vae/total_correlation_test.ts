import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { assertThrows } from "@std/assert";
import {
  batchWeights,
  type Estimator,
  klParts,
  penalty,
} from "../../../src/families/vae/objectives/total_correlation.ts";
import { close, law } from "../../law.ts";
import { meanAndError, normals, values } from "../../families/on_engine.ts";

const Z = 2;
const LOG_TWO_PI = Math.log(2 * Math.PI);

interface Posteriors {
  readonly mean: number[][];
  readonly logVariance: number[][];
}

function posteriors(seed: number, N: number): Posteriors {
  const drawn = normals(seed, 2 * N * Z);
  const rows = (from: number, scale: number) =>
    Array.from(
      { length: N },
      (_, n) => Array.from({ length: Z }, (_, d) => Math.fround(scale * drawn[from + n * Z + d])),
    );
  return { mean: rows(0, 1.5), logVariance: rows(N * Z, 0.7) };
}

function logNormal(z: number, mean: number, logVariance: number): number {
  return -0.5 * ((z - mean) ** 2 * Math.exp(-logVariance) + logVariance + LOG_TWO_PI);
}

function logMeanExp(xs: number[]): number {
  const top = Math.max(...xs);
  return top + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - top), 0) / xs.length);
}

/** log q(z|x_n), log q(z), Σ_d log q(z_d) and log p(z) of a finite data set, by enumeration. */
function enumerate(z: readonly number[], n: number, q: Posteriors) {
  const byDimension = q.mean.map((row, m) =>
    row.map((mean, d) => logNormal(z[d], mean, q.logVariance[m][d]))
  );
  const joint = byDimension.map((row) => row.reduce((a, b) => a + b, 0));
  return {
    conditional: joint[n],
    aggregate: logMeanExp(joint),
    product: z.map((_, d) => logMeanExp(byDimension.map((row) => row[d])))
      .reduce((a, b) => a + b, 0),
    prior: z.reduce((sum, v) => sum + logNormal(v, 0, 0), 0),
  };
}

/** The three parts a picture, ours: [mutual information, total correlation, dimension-wise KL]. */
async function parts(z: number[][], q: Posteriors, weights: Float32Array): Promise<number[][]> {
  const B = z.length;
  const flat = await values(() => {
    const { mutualInformation_B, totalCorrelation_B, dimensionwiseKl_B } = klParts(tf.tensor2d(z), {
      posterior: { mean_BZ: tf.tensor2d(q.mean), logVariance_BZ: tf.tensor2d(q.logVariance) },
      logWeight_BB: tf.tensor2d(weights, [B, B]),
    });
    return tf.stack([mutualInformation_B, totalCorrelation_B, dimensionwiseKl_B]);
  });
  return [flat.slice(0, B), flat.slice(B, 2 * B), flat.slice(2 * B)];
}

function draw(seed: number, q: Posteriors): number[][] {
  const noise = normals(seed + 1, q.mean.length * Z);
  return q.mean.map((row, n) =>
    row.map((mean, d) => Math.fround(mean + Math.exp(q.logVariance[n][d] / 2) * noise[n * Z + d]))
  );
}

const given = {
  seed: fc.integer({ min: 1, max: 1e6 }),
  N: fc.integer({ min: 2, max: 9 }),
};

law("each of β-TCVAE's three terms, with the whole data set as batch, is its enumeration", {
  source: "Chen et al. 2018, eq. 2",
  given,
  kills: ["tc-marginals-not-summed-apart", "tc-mutual-information-against-prior"],
  holds: async ({ seed, N }) => {
    const q = posteriors(seed, N);
    const z = draw(seed, q);
    const uniform = new Float32Array(N * N).fill(-Math.log(N));
    const [mi, tc, dim] = await parts(z, q, uniform);
    z.forEach((row, n) => {
      const e = enumerate(row, n, q);
      // Sums of Z log densities, each a square over a variance.
      const size = 1 + Math.abs(e.conditional) + Math.abs(e.aggregate) + Math.abs(e.product) +
        Math.abs(e.prior);
      const tolerance = 64 * 2 ** -24 * size * 4;
      close(mi[n], e.conditional - e.aggregate, tolerance, "mutual information");
      close(tc[n], e.aggregate - e.product, tolerance, "total correlation");
      close(dim[n], e.product - e.prior, tolerance, "dimension-wise KL");
    });
  },
});

law("the three terms sum to the KL in expectation, whatever the weights", {
  source: "Chen et al. 2018, eq. 2",
  given: { seed: given.seed, estimator: fc.constantFrom<Estimator>("weighted", "stratified") },
  kills: ["tc-mutual-information-against-prior"],
  cases: 10,
  holds: async ({ seed, estimator }) => {
    const [N, draws] = [4, 300];
    const q = posteriors(seed, N);
    // Many draws at once: the data set repeated, so that row i belongs to picture i mod N.
    const weights = batchWeights(estimator, { batch: N, dataset: 50 });
    const sums: number[] = [];
    for (let k = 0; k < draws; k++) {
      const [mi, tc, dim] = await parts(draw(seed + 2 * k, q), q, weights);
      sums.push(...mi.map((v, n) => v + tc[n] + dim[n]));
    }
    const kl = q.mean.map((row, n) =>
      row.reduce((sum, m, d) => {
        const l = q.logVariance[n][d];
        return sum + 0.5 * (m * m + Math.expm1(l) - l);
      }, 0)
    ).reduce((a, b) => a + b, 0) / N;
    const { mean, error } = meanAndError(sums);
    close(mean, kl, 4 * error + 1e-4, "sum of the three terms");
  },
});

/** All orders of `of` items out of `items`. */
function orders(items: number[], of: number): number[][] {
  if (of === 0) return [[]];
  return items.flatMap((item, i) =>
    orders(items.filter((_, j) => j !== i), of - 1).map((rest) => [item, ...rest])
  );
}

law("stratified weights make the estimate of q(z) unbiased: its mean over all batches is q(z)", {
  source: "Chen et al. 2018, appendix C.2",
  given: { seed: given.seed, batch: fc.integer({ min: 2, max: 4 }) },
  kills: ["stratified-without-last-weight"],
  cases: 12,
  holds: async ({ seed, batch }) => {
    const N = 5;
    const q = posteriors(seed, N);
    const z = draw(seed, q)[0];
    const others = Array.from({ length: N - 1 }, (_, i) => i + 1);
    const weights = batchWeights("stratified", { batch, dataset: N });
    const estimates: number[] = [];
    for (const order of orders(others, batch - 1)) {
      const rows = [0, ...order];
      const chosen = {
        mean: rows.map((n) => q.mean[n]),
        logVariance: rows.map((n) => q.logVariance[n]),
      };
      const [mi] = await parts(rows.map(() => z), chosen, weights);
      // Row 0 is the picture that z came from: log q(z) = log q(z|x_0) − mutual information.
      estimates.push(Math.exp(enumerate(z, 0, q).conditional - mi[0]));
    }
    const mean = estimates.reduce((a, b) => a + b, 0) / estimates.length;
    const exact = Math.exp(enumerate(z, 0, q).aggregate);
    close(mean, exact, 1e-4 * exact, "mean estimate of q(z)");
  },
});

law("weighted weights take a batch for the data: log (1/NM) Σ q(z|x_m)", {
  source: "Chen et al. 2018, eq. 5",
  given: { batch: fc.integer({ min: 2, max: 20 }), more: fc.integer({ min: 0, max: 1000 }) },
  kills: ["weighted-without-data-size"],
  holds: ({ batch, more }) => {
    const weights = batchWeights("weighted", { batch, dataset: batch + more });
    for (const w of weights) close(w, -Math.log(batch * (batch + more)), 1e-5);
  },
});

law("stratified weights of a row sum to one", {
  source: "Chen et al. 2018, appendix C.2",
  given: { batch: fc.integer({ min: 2, max: 20 }), more: fc.integer({ min: 0, max: 1000 }) },
  kills: ["stratified-without-last-weight"],
  holds: ({ batch, more }) => {
    const weights = batchWeights("stratified", { batch, dataset: batch + more });
    for (let i = 0; i < batch; i++) {
      const row = weights.subarray(i * batch, (i + 1) * batch);
      close(row.reduce((sum, w) => sum + Math.exp(w), 0), 1, 1e-5, "sum of a row");
      close(row[i], -Math.log(batch + more), 1e-5, "a picture's own weight");
    }
  },
});

law("where the posteriors form a product, total correlation is zero at every z", {
  source: "definition",
  given: { seed: given.seed },
  kills: ["tc-marginals-not-summed-apart"],
  cases: 30,
  holds: async ({ seed }) => {
    const [a, b, c, d, l, m] = normals(seed, 6);
    // Means on a grid and one variance a dimension: q(z) = q(z_1) q(z_2).
    const q = {
      mean: [[a, c], [a, d], [b, c], [b, d]],
      logVariance: Array.from({ length: 4 }, () => [l / 2, m / 2].map(Math.fround)),
    };
    const [, tc] = await parts(draw(seed, q), q, new Float32Array(16).fill(-Math.log(4)));
    for (const v of tc) close(v, 0, 2e-5, "total correlation");
  },
});

law("the penalty is I + β TC + KL_d, so its slope in β is the total correlation", {
  source: "Chen et al. 2018, eq. 4",
  given: { seed: given.seed, beta: fc.double({ min: 0, max: 20, noNaN: true }).map(Math.fround) },
  kills: ["tc-beta-on-everything"],
  cases: 30,
  holds: async ({ seed, beta }) => {
    const N = 5;
    const q = posteriors(seed, N);
    const z = draw(seed, q);
    const weights = batchWeights("stratified", { batch: N, dataset: 100 });
    const [mi, tc, dim] = await parts(z, q, weights);
    const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / N;
    const [ours] = await values(() =>
      penalty(
        klParts(tf.tensor2d(z), {
          posterior: { mean_BZ: tf.tensor2d(q.mean), logVariance_BZ: tf.tensor2d(q.logVariance) },
          logWeight_BB: tf.tensor2d(weights, [N, N]),
        }),
        beta,
      )
    );
    const size = Math.abs(mean(mi)) + (1 + beta) * Math.abs(mean(tc)) + Math.abs(mean(dim)) + 1;
    close(ours, mean(mi) + beta * mean(tc) + mean(dim), 1e-5 * size, "penalty");
  },
});

Deno.test("β-TC says what batch it needs", () => {
  for (const [batch, dataset] of [[1, 10], [11, 10]]) {
    assertThrows(
      () => batchWeights("stratified", { batch, dataset }),
      RangeError,
      `batch of 2 up to the ${dataset} training pictures, got ${batch}`,
    );
  }
});
