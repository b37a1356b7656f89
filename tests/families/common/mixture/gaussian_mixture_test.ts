import fc from "fast-check";
import { assertEquals, assertThrows } from "@std/assert";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Features } from "../../../../src/algebra/features.ts";
import {
  choleskyFactor,
  fitGaussianMixture,
  type GaussianMixture,
  mixtureLogDensity,
} from "../../../../src/families/common/mixture/gaussian_mixture.ts";
import { hostKey, hostNormal } from "../../../../src/random/host/host.ts";
import { close, law } from "../../../law.ts";

function normals(count: number, dimension: number, seed: number): Features {
  const data = Float64Array.from(hostNormal(hostKey(seed, "test"), count * dimension));
  return { count, dimension, data };
}

const seeds = fc.integer({ min: 1, max: 1e6 });

law("Cholesky: L Lᵀ is the matrix, and L is the library's", {
  source: "definition",
  given: { seed: seeds, dimension: fc.integer({ min: 1, max: 8 }) },
  holds: ({ seed, dimension }) => {
    const { data } = normals(dimension, dimension, seed);
    const a = new Matrix(dimension, dimension);
    for (let i = 0; i < dimension * dimension; i++) {
      a.set(Math.floor(i / dimension), i % dimension, data[i]);
    }
    const spd = a.mmul(a.transpose()).add(Matrix.eye(dimension).mul(0.1));
    const lower = choleskyFactor(Float64Array.from(spd.to1DArray()), dimension);
    const reference = new CholeskyDecomposition(spd).lowerTriangularMatrix.to1DArray();
    lower.forEach((v, i) => close(v, reference[i], 1e-10 * dimension, `L[${i}]`));
  },
});

Deno.test("Cholesky says which pivot fails", () => {
  const error = assertThrows(() => choleskyFactor(Float64Array.from([1, 2, 2, 1]), 2), Error);
  assertEquals((error as Error).message.includes("pivot 1"), true);
});

/** The density by the library's inverse and determinant. */
function referenceLogDensity(mixture: GaussianMixture, x: Float64Array): number {
  const Z = mixture.dimension;
  let density = 0;
  for (let k = 0; k < mixture.components; k++) {
    const L = new Matrix(Z, Z);
    for (let i = 0; i < Z * Z; i++) {
      L.set(Math.floor(i / Z), i % Z, mixture.factors[k * Z * Z + i]);
    }
    const r = Matrix.columnVector(
      Array.from(x, (v, d) => v - mixture.means[k * Z + d]),
    );
    const solved = new CholeskyDecomposition(L.mmul(L.transpose())).solve(r);
    const square = r.transpose().mmul(solved).get(0, 0);
    const determinant = L.diag().reduce((a, b) => a * b, 1);
    density += mixture.weights[k] * Math.exp(-square / 2) /
      (determinant * (2 * Math.PI) ** (Z / 2));
  }
  return Math.log(density);
}

law("a mixture's log density is that of its inverses and determinants", {
  source: "definition",
  given: { seed: seeds, dimension: fc.integer({ min: 1, max: 4 }) },
  cases: 20,
  holds: ({ seed, dimension }) => {
    const points = normals(60, dimension, seed);
    const { mixture } = fitGaussianMixture(points, { components: 3, key: hostKey(seed) });
    const x = normals(1, dimension, seed + 1).data;
    close(mixtureLogDensity(mixture, x), referenceLogDensity(mixture, x), 1e-7, "log density");
  },
});

law("EM never lowers its objective, and the weights sum to one", {
  source: "Dempster, Laird & Rubin 1977, theorem 1",
  given: {
    seed: seeds,
    count: fc.integer({ min: 1, max: 120 }),
    dimension: fc.integer({ min: 1, max: 5 }),
    components: fc.integer({ min: 1, max: 6 }),
  },
  kills: ["em-prior-left-out-of-covariance", "em-mean-not-normalised"],
  cases: 40,
  holds: ({ seed, count, dimension, components }) => {
    const points = normals(count, dimension, seed);
    // Two clusters, so that rounds have something to do.
    points.data.forEach((v, i) => points.data[i] = v + (Math.floor(i / dimension) % 2 ? 3 : 0));
    const { mixture, objective } = fitGaussianMixture(points, {
      components,
      key: hostKey(seed),
      tolerance: -Infinity,
      iterations: 15,
    });
    for (let i = 1; i < objective.length; i++) {
      if (objective[i] < objective[i - 1] - 1e-9) {
        throw new Error(`round ${i} fell from ${objective[i - 1]} to ${objective[i]}`);
      }
    }
    close(mixture.weights.reduce((a, b) => a + b, 0), 1, 1e-9, "sum of weights");
  },
});

law("one component without a prior is the sample's mean and covariance", {
  source: "definition",
  given: { seed: seeds, dimension: fc.integer({ min: 1, max: 4 }) },
  kills: ["em-mean-not-normalised"],
  cases: 30,
  holds: ({ seed, dimension: Z }) => {
    const N = 50;
    const points = normals(N, Z, seed);
    const { mixture } = fitGaussianMixture(points, {
      components: 1,
      key: hostKey(seed),
      prior: 0,
    });
    const x = new Matrix(N, Z);
    for (let i = 0; i < N * Z; i++) x.set(Math.floor(i / Z), i % Z, points.data[i]);
    const mean = x.mean("column");
    const centred = x.subRowVector(mean);
    const covariance = centred.transpose().mmul(centred).div(N);
    const L = new Matrix(Z, Z);
    for (let i = 0; i < Z * Z; i++) L.set(Math.floor(i / Z), i % Z, mixture.factors[i]);
    const fitted = L.mmul(L.transpose());
    for (let d = 0; d < Z; d++) {
      close(mixture.means[d], mean[d], 1e-10, "mean");
      for (let e = 0; e < Z; e++) {
        close(fitted.get(d, e), covariance.get(d, e), 1e-10, "covariance");
      }
    }
  },
});

Deno.test("a mixture finds two clusters far apart", () => {
  const points = normals(400, 3, 7);
  points.data.forEach((v, i) => points.data[i] = v + (Math.floor(i / 3) % 4 === 0 ? 20 : 0));
  const { mixture } = fitGaussianMixture(points, { components: 2, key: hostKey(1) });
  const weights = Array.from(mixture.weights).sort();
  close(weights[0], 0.25, 1e-6, "weight of the smaller cluster");
  const means = [mixture.means[0], mixture.means[3]].sort((a, b) => a - b);
  // Standard error of a cluster's mean: 1/√100 for the smaller one; 4 of them.
  close(means[0], 0, 4 / Math.sqrt(300), "mean of the larger cluster");
  close(means[1], 20, 0.4, "mean of the smaller cluster");
});

Deno.test("a constant dimension, and more components than points, still fit", () => {
  const points = normals(4, 3, 3);
  for (let i = 0; i < 4; i++) points.data[3 * i] = 5;
  const { mixture } = fitGaussianMixture(points, { components: 10, key: hostKey(1) });
  assertEquals(mixture.components, 4);
  for (const v of [...mixture.means, ...mixture.factors]) assertEquals(Number.isFinite(v), true);
});

Deno.test("points that are not finite are an error that names the point", () => {
  const points = normals(5, 2, 1);
  points.data[7] = NaN;
  assertThrows(
    () => fitGaussianMixture(points, { components: 2, key: hostKey(1) }),
    Error,
    "point 3 of 5 holds NaN",
  );
  assertThrows(
    () =>
      fitGaussianMixture({ count: 0, dimension: 2, data: new Float64Array() }, {
        components: 1,
        key: hostKey(1),
      }),
    Error,
    "at least one point",
  );
});
