import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { CholeskyDecomposition, Matrix, QrDecomposition } from "ml-matrix";
import { likelihoods } from "../../../src/families/vae/likelihood.ts";
import {
  elbo,
  type Gaussian,
  importanceBound,
  klToStandardNormal,
  logWeights,
  reparameterise,
} from "../../../src/families/vae/objectives/bounds.ts";
import { close, law } from "../../law.ts";
import { meanAndError, normals, value, values } from "../../families/on_engine.ts";

/**
 * Probabilistic PCA, x = Wz + b + σε: a VAE whose evidence and posterior are known. Tipping & Bishop
 * 1999. Float64.
 */
class Ppca {
  readonly D = 5;
  readonly Z = 2;
  readonly W: Matrix;
  readonly b: Matrix;
  readonly x: Matrix;

  /** With `orthogonal` the columns of W are orthogonal, so that the true posterior is diagonal. */
  constructor(seed: number, readonly sigma: number, orthogonal = false) {
    const drawn = normals(seed, this.D * this.Z + 2 * this.D);
    const take = (n: number, columns: number) => {
      const m = new Matrix(n / columns, columns);
      for (let i = 0; i < n; i++) m.set(Math.floor(i / columns), i % columns, drawn.shift()!);
      return m;
    };
    const W = take(this.D * this.Z, this.Z);
    // Mean around ½, which our likelihoods' location adds.
    this.b = take(this.D, 1);
    this.x = take(this.D, 1);
    if (!orthogonal) {
      this.W = W;
      return;
    }
    const Q = new QrDecomposition(W).orthogonalMatrix.subMatrix(0, this.D - 1, 0, this.Z - 1);
    this.W = Q.mmul(Matrix.diag([1.5, 0.7]));
  }

  /** log N(x; mean, covariance). */
  static logNormal(x: Matrix, mean: Matrix, covariance: Matrix): number {
    const r = Matrix.sub(x, mean);
    const cholesky = new CholeskyDecomposition(covariance);
    const square = r.transpose().mmul(cholesky.solve(r)).get(0, 0);
    const logDeterminant = 2 *
      cholesky.lowerTriangularMatrix.diag().reduce((sum, d) => sum + Math.log(d), 0);
    return -0.5 * (square + logDeterminant + x.rows * Math.log(2 * Math.PI));
  }

  logEvidence(): number {
    const covariance = this.W.mmul(this.W.transpose())
      .add(Matrix.eye(this.D).mul(this.sigma ** 2));
    return Ppca.logNormal(this.x, this.b, covariance);
  }

  /** M⁻¹Wᵀ(x − b) and σ²M⁻¹, M = WᵀW + σ²I. */
  posterior(): { mean: Matrix; covariance: Matrix } {
    const M = this.W.transpose().mmul(this.W).add(Matrix.eye(this.Z).mul(this.sigma ** 2));
    const inverse = new CholeskyDecomposition(M).solve(Matrix.eye(this.Z));
    const mean = inverse.mmul(this.W.transpose()).mmul(Matrix.sub(this.x, this.b));
    // Symmetric up to rounding; the library's Cholesky wants it exactly so.
    const covariance = Matrix.add(inverse, inverse.transpose()).mul(this.sigma ** 2 / 2);
    return { mean, covariance };
  }

  /** KL(q ‖ p(z|x)) of a diagonal q, both Gaussian. */
  klToPosterior(mean: readonly number[], logVariance: readonly number[]): number {
    const p = this.posterior();
    const cholesky = new CholeskyDecomposition(p.covariance);
    const S = Matrix.diag(logVariance.map(Math.exp));
    const r = Matrix.sub(Matrix.columnVector([...mean]), p.mean);
    const logDeterminant = 2 *
      cholesky.lowerTriangularMatrix.diag().reduce((sum, d) => sum + Math.log(d), 0);
    return 0.5 * (
      cholesky.solve(S).trace() + r.transpose().mmul(cholesky.solve(r)).get(0, 0) - this.Z +
      logDeterminant - logVariance.reduce((a, b) => a + b, 0)
    );
  }

  /** What our decoder would have to say for these codes: Wz + b, less the ½ that it adds. [B, K, D] */
  outputs(z_BKZ: tf.Tensor3D): tf.Tensor3D {
    const [B, K, Z] = z_BKZ.shape;
    const W = tf.tensor2d(this.W.to2DArray());
    const flat = tf.matMul(tf.reshape(z_BKZ, [B * K, Z]) as tf.Tensor2D, W, false, true);
    const offset = tf.tensor1d(this.b.to1DArray().map((v) => v - 0.5));
    return tf.reshape(tf.add(flat, offset), [B, K, this.D]) as tf.Tensor3D;
  }

  /** log p(x|z) by the family's own Gaussian likelihood. [1, K] */
  logLikelihood(z_BKZ: tf.Tensor3D): tf.Tensor2D {
    const x = tf.tensor3d(this.x.to1DArray(), [1, 1, this.D]);
    const logScale = tf.scalar(Math.log(this.sigma));
    return likelihoods.gaussian.logProbability(x, this.outputs(z_BKZ), logScale);
  }
}

const given = {
  seed: fc.integer({ min: 1, max: 1e6 }),
  sigma: fc.double({ min: 0.3, max: 2, noNaN: true }),
  mean: fc.array(fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround), {
    minLength: 2,
    maxLength: 2,
  }),
  logVariance: fc.array(fc.double({ min: -3, max: 1, noNaN: true }).map(Math.fround), {
    minLength: 2,
    maxLength: 2,
  }),
};

function gaussian(mean: readonly number[], logVariance: readonly number[]): Gaussian {
  return {
    mean_BZ: tf.tensor2d([[...mean]]),
    logVariance_BZ: tf.tensor2d([[...logVariance]]),
  };
}

/**
 * The ELBO of pPCA by the family's own functions, its expectation over q exact: log p(x|z) is
 * quadratic in z, so E_q is its value at the mean less ½ tr(WᵀW S)/σ².
 */
function exactElbo(model: Ppca, mean: readonly number[], logVariance: readonly number[]) {
  const q = gaussian(mean, logVariance);
  const atMean = tf.reshape(model.logLikelihood(tf.expandDims(q.mean_BZ, 1) as tf.Tensor3D), [1]);
  const columns = Array.from(
    { length: model.Z },
    (_, d) => model.W.getColumn(d).reduce((sum, w) => sum + w * w, 0),
  );
  const spread = columns.reduce((sum, c, d) => sum + c * Math.exp(logVariance[d]), 0) /
    (2 * model.sigma ** 2);
  const kl_B = tf.sum(klToStandardNormal(q), 1) as tf.Tensor1D;
  return elbo(tf.sub(atMean, spread) as tf.Tensor1D, { kl_B });
}

law("pPCA: log p(x) − ELBO = KL(q ‖ posterior), for any q", {
  source: "Tipping & Bishop 1999; Kingma & Welling 2014, eq. 1",
  given,
  kills: ["kl-of-the-wrong-direction", "elbo-adds-the-kl", "gaussian-without-log-scale"],
  holds: async ({ seed, sigma, mean, logVariance }) => {
    const model = new Ppca(seed, sigma);
    const bound = await value(() => exactElbo(model, mean, logVariance));
    const gap = model.klToPosterior(mean, logVariance);
    const size = 1 + Math.abs(bound) + gap;
    close(model.logEvidence() - bound, gap, 64 * 2 ** -24 * size, "gap");
    if (gap < -1e-9) throw new Error(`KL to the posterior is ${gap}`);
  },
});

law("pPCA: the gap closes at the posterior, where every importance weight is p(x)", {
  source: "Tipping & Bishop 1999; Burda et al. 2016",
  given: { seed: given.seed, sigma: given.sigma },
  kills: ["log-weight-without-prior", "log-weight-without-entropy", "importance-sum-not-mean"],
  cases: 40,
  holds: async ({ seed, sigma }) => {
    const model = new Ppca(seed, sigma, true);
    const p = model.posterior();
    const mean = p.mean.to1DArray();
    const logVariance = p.covariance.diag().map(Math.log);
    const evidence = model.logEvidence();
    const tolerance = 256 * 2 ** -24 * (1 + Math.abs(evidence));
    close(await value(() => exactElbo(model, mean, logVariance)), evidence, tolerance, "ELBO");
    const K = 16;
    const bounds = await values(() => {
      const posterior = gaussian(mean, logVariance);
      const draws = reparameterise(posterior, tf.tensor3d(normals(seed, 2 * K), [1, K, 2]));
      const weights = logWeights(model.logLikelihood(draws.z_BKZ), { draws, posterior });
      return tf.concat([tf.reshape(weights, [K]), importanceBound(weights)]);
    });
    bounds.forEach((bound, k) =>
      close(bound, evidence, 4 * tolerance, k < K ? `log weight ${k}` : "L_16")
    );
  },
});

law("IWAE: mean L_1 = ELBO, mean L_K ≤ mean L_2K ≤ log p(x), exp L_K unbiased for p(x)", {
  source: "Burda et al. 2016, theorem 1",
  given,
  kills: ["log-weight-without-prior", "importance-sum-not-mean"],
  cases: 15,
  holds: async ({ seed, sigma, mean, logVariance }) => {
    const model = new Ppca(seed, sigma);
    const [B, K] = [4000, 4];
    const all = await values(() => {
      const q = gaussian(mean, logVariance);
      const draws = reparameterise(q, tf.tensor3d(normals(seed, B * K * 2), [1, B * K, 2]));
      const weights = logWeights(model.logLikelihood(draws.z_BKZ), { draws, posterior: q });
      const bound = (k: number) => importanceBound(tf.reshape(weights, [B * K / k, k]));
      return tf.concat([bound(1), bound(2), bound(4)]);
    });
    const L1 = all.slice(0, B * K);
    const L2 = all.slice(B * K, B * K * 1.5);
    const L4 = all.slice(B * K * 1.5);
    const evidence = model.logEvidence();
    const one = meanAndError(L1);
    const exact = await value(() => exactElbo(model, mean, logVariance));
    close(one.mean, exact, 4 * one.error + 1e-4, "mean L_1 against the ELBO");
    // Paired: L_2 of a pair less the mean of its two L_1, and so on: each difference is ≥ 0.
    const gains = [
      L2.map((v, i) => v - (L1[2 * i] + L1[2 * i + 1]) / 2),
      L4.map((v, i) => v - (L2[2 * i] + L2[2 * i + 1]) / 2),
    ];
    for (const gain of gains.flat()) {
      if (gain < -1e-4) throw new Error(`a bound fell by ${gain} with more draws`);
    }
    const four = meanAndError(L4);
    if (four.mean > evidence + 4 * four.error + 1e-4) {
      throw new Error(`mean L_4 ${four.mean} is above log p(x) ${evidence}`);
    }
    // exp(L_K − log p) has mean 1; only told apart from it where its spread is known well.
    const ratio = meanAndError(L1.map((v) => Math.exp(v - evidence)));
    if (ratio.error < 0.1) {
      for (const L of [L2, L4]) {
        const { mean, error } = meanAndError(L.map((v) => Math.exp(v - evidence)));
        close(mean, 1, 5 * Math.max(error, ratio.error), "mean of exp(L_K)/p(x)");
      }
    }
  },
});

law("L_{K+1} ≥ the mean of the L_K that leave one weight out; equal weights give themselves", {
  source: "Burda et al. 2016, theorem 1, before its expectation (concavity of log)",
  given: {
    weights: fc.array(fc.double({ min: -900, max: 900, noNaN: true }).map(Math.fround), {
      minLength: 2,
      maxLength: 6,
    }),
  },
  kills: ["importance-sum-not-mean", "importance-bound-overflows"],
  holds: async ({ weights }) => {
    const n = weights.length;
    const without = weights.map((_, i) => weights.filter((_, j) => j !== i));
    const whole = await value(() => importanceBound(tf.tensor2d([weights])));
    const parts = await values(() => importanceBound(tf.tensor2d(without)));
    const mean = parts.reduce((a, b) => a + b, 0) / n;
    if (!(whole >= mean - 1e-3)) throw new Error(`L_${n} ${whole} < ${mean}`);
    const equal = await value(() => importanceBound(tf.fill([1, n], weights[0]) as tf.Tensor2D));
    close(equal, weights[0], 1e-4, "equal weights");
  },
});
