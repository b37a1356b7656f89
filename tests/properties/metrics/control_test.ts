/** Laws of probes, directions, disentanglement, duplicates and likelihood bounds. */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import {
  disentanglementOf,
  entropy,
  mutualInformation,
  mutualInformationGap,
} from "../../../src/metrics/latents/disentanglement.ts";
import { duplicateShares } from "../../../src/metrics/copies/duplicates.ts";
import { classDirection } from "../../../src/metrics/latents/intervention.ts";
import { lasso } from "../../../src/algebra/lasso.ts";
import {
  bitsPerDimension,
  elboOf,
  importanceWeightedBound,
} from "../../../src/metrics/likelihood/likelihood.ts";
import { covariance } from "../../../src/algebra/linear.ts";
import { type Features, takeRows } from "../../../src/algebra/features.ts";
import {
  balancedAccuracy,
  fitChosenProbe,
  fitProbe,
  minimise,
  predict,
  type Probe,
  probeLoss,
  ridges,
} from "../../../src/algebra/probe.ts";
import { fitWhitening, principalScores, whiten } from "../../../src/algebra/whitening.ts";
import {
  hostIntegers,
  hostKey,
  hostNormal,
  hostPermutation,
} from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";

const seed = fc.integer({ min: 0, max: 1 << 20 });

function normals(seed: number, count: number, dimension: number): Features {
  return {
    count,
    dimension,
    data: Float64Array.from(hostNormal(hostKey(seed, "control laws"), count * dimension)),
  };
}

/** Two columns of classes 0 … k−1 whose means lie `gap` apart on a line, noise 1. */
function classesOnALine(
  seed: number,
  { count, classes, gap }: { count: number; classes: number; gap: number },
) {
  const x = normals(seed, count, 3),
    labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  labels.forEach((c, i) => {
    x.data[3 * i] += gap * c;
    x.data[3 * i + 1] += gap * c * c;
  });
  return { x, labels };
}

law("L-BFGS reaches the minimum of a convex quadratic", {
  source: "Liu & Nocedal 1989; the minimum of ½xᵀDx − bᵀx is D⁻¹b",
  given: {
    curvatures: fc.array(fc.double({ min: 0.05, max: 20, noNaN: true }), {
      minLength: 1,
      maxLength: 8,
    }),
    b: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 8, maxLength: 8 }),
  },
  holds: ({ curvatures, b }) => {
    const at = minimise(
      (x, g) => {
        let value = 0;
        x.forEach((v, i) => {
          g[i] = curvatures[i] * v - b[i];
          value += 0.5 * curvatures[i] * v * v - b[i] * v;
        });
        return value;
      },
      new Float64Array(curvatures.length),
      { tolerance: 1e-8, scale: 1 },
    );
    // A gradient of at most 1e−8 leaves an error of 1e−8 over the least curvature; the value's own
    // rounding, 1e−16 of up to 90, hides steps of √(1e−14/0.05) and ends the search.
    at.forEach((v, i) => close(v, b[i] / curvatures[i], 1e-5));
  },
});

law("a probe doesn't depend on the units or the origin of features", {
  source: "features are standardised",
  given: {
    seed,
    scale: fc.double({ min: 0.01, max: 100, noNaN: true }),
    shift: fc.double({ min: -50, max: 50, noNaN: true }),
  },
  holds: ({ seed, scale, shift }) => {
    const { x, labels } = classesOnALine(seed, { count: 60, classes: 3, gap: 4 });
    const moved = { ...x, data: x.data.map((v, i) => i % 3 === 0 ? v * scale + shift : v) };
    const options = { classes: 3, ridge: 0.01 };
    const a = predict(fitProbe(x, labels, options), x);
    const b = predict(fitProbe(moved, labels, options), moved);
    const different = a.reduce((n, c, i) => n + (c === b[i] ? 0 : 1), 0);
    return different <= 1; // a row on the border may fall to either side
  },
  cases: 20,
});

law("a probe's loss is its cross-entropy, every class counted alike", {
  source: "definition",
  given: {
    seed,
    bias: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
  },
  holds: ({ seed, bias }) => {
    const x = normals(seed, 40, 2), labels = hostIntegers(hostKey(seed, "labels"), 40, 3);
    const flat = fitProbe(x, labels, { classes: 3, ridge: 1 });
    const told = { ...flat, weight: new Float64Array(6), bias: Float64Array.from(bias) };
    const total = Math.log(bias.reduce((sum, b) => sum + Math.exp(b), 0));
    const seen = [...new Set(labels)];
    const expected = seen.reduce((sum, c) => sum + total - bias[c], 0) / seen.length;
    return close(probeLoss(told, x, labels), expected, 1e-9);
  },
  kills: ["probe-loss-unbalanced"],
  cases: 20,
});

law("the ridge that is chosen loses little on new rows to the best of all", {
  source: "Hastie, Tibshirani & Friedman 2009, 7.10",
  given: { seed, noise: fc.constantFrom(0, 40) },
  holds: ({ seed, noise }) => {
    const make = (seed: number, count: number) => {
      const { x, labels } = classesOnALine(seed, { count, classes: 3, gap: 2 });
      const other = normals(seed + 7, count, Math.max(1, noise));
      const dimension = x.dimension + noise, data = new Float64Array(count * dimension);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < dimension; j++) {
          data[i * dimension + j] = j < x.dimension
            ? x.data[i * x.dimension + j]
            : other.data[i * noise + j - x.dimension];
        }
      }
      return { x: { count, dimension, data }, labels };
    };
    const fit = make(seed, 250), fresh = make(seed + 1, 1500);
    const loss = (probe: Probe) => probeLoss(probe, fresh.x, fresh.labels);
    const chosen = fitChosenProbe(fit.x, fit.labels, { classes: 3 });
    const all = ridges.map((ridge) => loss(fitProbe(fit.x, fit.labels, { classes: 3, ridge })));
    return loss(chosen) < Math.min(...all) + 0.08;
  },
  kills: ["ridge-chosen-on-its-own-rows"],
  cases: 8,
});

law("a probe reads classes that lie apart; on shuffled labels it is at chance on new rows", {
  source: "Alain & Bengio 2016",
  given: { seed },
  holds: ({ seed }) => {
    const { x, labels } = classesOnALine(seed, { count: 400, classes: 4, gap: 8 });
    const half = (from: number) => Array.from({ length: 200 }, (_, i) => from + i);
    const of = (rows: number[]) => ({ x: takeRows(x, rows), y: rows.map((r) => labels[r]) });
    const fit = of(half(0)), held = of(half(200)), options = { classes: 4, ridge: 1e-3 };
    const score = (y: number[]) =>
      balancedAccuracy(predict(fitProbe(fit.x, y, options), held.x), held.y, 4);
    const shuffled = [...hostPermutation(hostKey(seed, "shuffle"), 200)].map((i) => fit.y[i]);
    // Rows of one class are answered together here, so at worst whole classes are right by luck:
    // four independent guesses have SE √(3/16/4) = 0.22.
    return score(fit.y) > 0.97 && Math.abs(score(shuffled) - 0.25) < 3 * 0.22;
  },
  kills: ["probe-never-fitted"],
  cases: 10,
});

law("balanced accuracy: 1 for the truth, 1/k for any constant answer, whatever the class sizes", {
  source: "definition",
  given: {
    labels: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 50 }),
    answer: fc.integer({ min: 0, max: 4 }),
  },
  holds: ({ labels, answer }) => {
    const present = new Set(labels);
    close(balancedAccuracy(labels, labels, 5), 1, 1e-12);
    const constant = balancedAccuracy(labels.map(() => answer), labels, 5);
    return close(constant, present.has(answer) ? 1 / present.size : 0, 1e-12);
  },
  kills: ["balanced-accuracy-unbalanced"],
});

law("a class direction has Mahalanobis length 1 and raises the target's log-odds most for it", {
  source: "Haufe et al. 2014; Cauchy–Schwarz in the metric of Σ",
  given: { seed, from: fc.integer({ min: 0, max: 2 }), turn: fc.integer({ min: 1, max: 2 }) },
  holds: ({ seed, from, turn }) => {
    const { x, labels } = classesOnALine(seed, { count: 90, classes: 3, gap: 2 });
    const probe = fitProbe(x, labels, { classes: 3, ridge: 0.01 }), sigma = covariance(x);
    const to = (from + turn) % 3, v = classDirection(probe, sigma, { from, to });
    const logOdds = (w: Float64Array) =>
      w.reduce(
        (s, value, j) =>
          s + value * (probe.weight[to * 3 + j] - probe.weight[from * 3 + j]) / probe.scale[j],
        0,
      );
    const gain = logOdds(v);
    // With v = Σa/√(aᵀΣa), aᵀv = √(aᵀΣa); any Σ^½u with |u| = 1 gains at most as much.
    const white = fitWhitening(x, { components: 3 });
    const length = Math.sqrt(
      whiten({ count: 1, dimension: 3, data: v.map((value, j) => value + white.mean[j]) }, white)
        .data.reduce((s, value) => s + value * value, 0),
    );
    close(length, 1, 1e-9);
    return gain > 0;
  },
  kills: ["direction-away-from-class"],
  cases: 20,
});

law("mutual information: I(x; x) = H(x), symmetric, 0 for a full product grid", {
  source: "Cover & Thomas 2006, §2.4",
  given: {
    a: fc.integer({ min: 1, max: 6 }),
    b: fc.integer({ min: 1, max: 6 }),
    x: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 40 }),
    seed,
  },
  holds: ({ a, b, x, seed }) => {
    const values = Int32Array.from(x);
    const other = Int32Array.from(hostPermutation(hostKey(seed), x.length), (i) => x[i]);
    close(mutualInformation(values, values), entropy(values), 1e-12);
    close(mutualInformation(values, other), mutualInformation(other, values), 1e-12);
    const rows = Int32Array.from({ length: a * b }, (_, i) => Math.floor(i / b));
    const columns = Int32Array.from({ length: a * b }, (_, i) => i % b);
    return close(mutualInformation(rows, columns), 0, 1e-12);
  },
});

law("MIG is 1 where each factor is one code number on a product grid, 0 where two carry it alike", {
  source: "Chen et al. 2018, eq. 6",
  given: { a: fc.integer({ min: 2, max: 6 }), b: fc.integer({ min: 2, max: 6 }) },
  holds: ({ a, b }) => {
    const n = a * b, first = Int32Array.from({ length: n }, (_, i) => Math.floor(i / b));
    const second = Int32Array.from({ length: n }, (_, i) => i % b);
    const targets = [first, second].map((discrete, i) => ({ name: `${i}`, discrete, columns: [] }));
    const codes = (columns: Int32Array[]): Features => ({
      count: n,
      dimension: columns.length,
      data: Float64Array.from(
        { length: n * columns.length },
        (_, i) => columns[i % columns.length][Math.floor(i / columns.length)],
      ),
    });
    close(mutualInformationGap(codes([first, second]), targets), 1, 1e-12);
    return close(mutualInformationGap(codes([first, first, second, second]), targets), 0, 1e-12);
  },
  kills: ["mig-second-is-last"],
});

law(
  "disentanglement and completeness: 1 for one-to-one importance, 0 for uniform, transposed they swap",
  {
    source: "Eastwood & Williams 2018, §2",
    given: {
      size: fc.integer({ min: 2, max: 6 }),
      seed,
      matrix: fc.array(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
        { minLength: 4, maxLength: 4 },
      ),
    },
    holds: ({ size, seed, matrix }) => {
      const order = hostPermutation(hostKey(seed), size);
      const one = Array.from(
        { length: size },
        (_, i) => Array.from(order, (j) => j === i ? 2 + i : 0),
      );
      assertEquals(disentanglementOf(one).disentanglement > 1 - 1e-12, true);
      assertEquals(disentanglementOf(one).completeness > 1 - 1e-12, true);
      const flat = one.map((row) => row.map(() => 1));
      close(disentanglementOf(flat).disentanglement, 0, 1e-12);
      close(disentanglementOf(flat).completeness, 0, 1e-12);
      const there = disentanglementOf(matrix);
      const back = disentanglementOf(matrix[0].map((_, f) => matrix.map((row) => row[f])));
      close(there.disentanglement, back.completeness, 1e-12);
      return close(there.completeness, back.disentanglement, 1e-12);
    },
  },
);

law("lasso: the optimality conditions hold; nothing is left at λ ≥ max |c|", {
  source: "Tibshirani 1996; Friedman, Hastie & Tibshirani 2010",
  given: { seed, lambda: fc.double({ min: 0.001, max: 0.5, noNaN: true }) },
  holds: ({ seed, lambda }) => {
    const n = 40, d = 5, x = normals(seed, n, d + 1);
    const column = (j: number) =>
      Float64Array.from({ length: n }, (_, i) => x.data[i * (d + 1) + j]);
    const mean = (a: Float64Array, b: Float64Array) => a.reduce((s, v, i) => s + v * b[i], 0) / n;
    const gram = Array.from(
      { length: d },
      (_, j) => Float64Array.from({ length: d }, (_, k) => mean(column(j), column(k))),
    );
    const c = Float64Array.from({ length: d }, (_, j) => mean(column(j), column(d)));
    const w = lasso(gram, c, { lambda });
    for (let j = 0; j < d; j++) {
      const slope = c[j] - gram[j].reduce((s, g, k) => s + g * w[k], 0);
      if (w[j] === 0) close(Math.max(0, Math.abs(slope) - lambda), 0, 1e-7);
      else close(slope, lambda * Math.sign(w[j]), 1e-7);
    }
    const most = c.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    return lasso(gram, c, { lambda: most }).every((v) => v === 0);
  },
});

law("whitened features have covariance I; principal scores carry the leading eigenvalues", {
  source: "definition; Halko, Martinsson & Tropp 2011",
  given: { seed, d: fc.integer({ min: 2, max: 8 }) },
  holds: ({ seed, d }) => {
    const x = normals(seed, 60, d);
    for (let i = 0; i < x.data.length; i++) x.data[i] *= 1 + 3 * (i % d);
    const white = covariance(whiten(x, fitWhitening(x, { components: d })));
    white.data.forEach((v, i) => close(v, i % (d + 1) === 0 ? 1 : 0, 1e-9));
    const { fit } = principalScores({ fit: x, apply: x }, { components: d, key: hostKey(seed) });
    const trace = (m: { data: Float64Array }, n: number) =>
      Array.from({ length: n }, (_, i) => m.data[i * (n + 1)]).reduce((s, v) => s + v, 0);
    return close(
      trace(covariance(fit), d),
      trace(covariance(x), d),
      1e-9 * trace(covariance(x), d),
    );
  },
  cases: 30,
});

law("the near-duplicate share: all of a training copy, about q of new data, each repeat twice", {
  source: "exchangeability of nearest-neighbour distances",
  given: { seed },
  holds: ({ seed }) => {
    const train = normals(seed, 200, 6), fresh = normals(seed + 1, 200, 6);
    const copy = takeRows(train, Array.from({ length: 100 }, (_, i) => i));
    assertEquals(duplicateShares({ samples: copy, train }, 0.05).train, 1);
    const { train: share, within } = duplicateShares({ samples: fresh, train }, 0.05);
    // q itself moves with the 200 training distances: SE √(2 · 0.05 · 0.95/200) = 0.022.
    close(share, 0.05, 5 * 0.022, "share of new data");
    const repeated = takeRows(fresh, Array.from({ length: 200 }, (_, i) => i < 180 ? i : i - 180));
    const repeats = duplicateShares({ samples: repeated, train }, 0.05).within;
    // A tenth copied: a fifth of the set has a twin; beyond it at most what the rest had, and luck.
    return within < 0.05 + 5 * 0.022 && repeats >= 0.2 && repeats <= 0.2 + within + 5 * 0.022;
  },
  kills: ["duplicates-compare-with-themselves"],
  cases: 10,
});

law("ELBO ≤ IW-K, equal where the weights are; one draw makes them one", {
  source: "Burda et al. 2016, theorem 1 (Jensen)",
  given: {
    weights: fc.array(
      fc.array(fc.double({ min: -900, max: 50, noNaN: true }), { minLength: 4, maxLength: 4 }),
      { minLength: 1, maxLength: 6 },
    ),
  },
  holds: ({ weights }) => {
    const of = (rows: number[][]): Features => ({
      count: rows.length,
      dimension: rows[0].length,
      data: Float64Array.from(rows.flat()),
    });
    const w = of(weights), tolerance = 1e-9;
    if (importanceWeightedBound(w) < elboOf(w) - tolerance) return false;
    const equal = of(weights.map((row) => row.map(() => row[0])));
    close(importanceWeightedBound(equal), elboOf(equal), tolerance);
    const single = of(weights.map((row) => [row[0]]));
    return close(importanceWeightedBound(single), elboOf(single), tolerance);
  },
  kills: ["iw-without-log-k"],
});

law("a uniform law over 256 values costs 8 bits a dimension", {
  source: "definition",
  given: { d: fc.integer({ min: 1, max: 4000 }) },
  holds: ({ d }) => close(bitsPerDimension(-d * Math.log(256), d), 8, 1e-12),
});
