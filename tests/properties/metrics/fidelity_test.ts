/** Laws of metrics of fidelity, diversity and memory on sets of features. */
import fc from "fast-check";
import { assertEquals, assertThrows } from "@std/assert";
import type { LinearAlgebra } from "../../../src/algebra/linear_algebra.ts";
import { hostAlgebra } from "../../../src/algebra/host.ts";
import { authenticityOf } from "../../../src/metrics/copies/authenticity.ts";
import { calibrated, clippedOf, expectedCoverage } from "../../../src/metrics/features/clipped.ts";
import { coverageOf } from "../../../src/metrics/features/coverage.ts";
import { featureLikelihood } from "../../../src/metrics/features/feature_likelihood.ts";
import { kernelDistance } from "../../../src/metrics/features/kernel.ts";
import { takeRows } from "../../../src/algebra/features.ts";
import { nearestOf, neighbourDistances, squaredDistance } from "../../../src/algebra/neighbours.ts";
import { vendiScore } from "../../../src/metrics/features/vendi.ts";
import { hostIntegers, hostKey, hostPermutation } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";
import { type Computer, fast } from "../../algebra/algebras.ts";
import { gaussianSet, joined } from "./feature_sets.ts";

const seed = fc.integer({ min: 0, max: 1 << 20 });
const count = fc.integer({ min: 8, max: 40 });
const dimension = fc.integer({ min: 1, max: 10 });

/** Products as wrong as another order of summing may make them. */
const rough: LinearAlgebra = {
  ...hostAlgebra,
  name: "rough",
  timesTransposed(a, b) {
    const { data, ...shape } = hostAlgebra.timesTransposed(a, b);
    const off = a.columns * 2 ** -53;
    return { ...shape, data: data.map((v, i) => v * (1 + (i % 3 - 1) * off)) };
  },
};
const products: readonly Pick<Computer, "name" | "algebra" | "needs">[] = [
  { name: rough.name, algebra: rough },
  fast,
];

for (const { name, algebra, needs } of products) {
  law(`neighbours by products are those by differences, bit for bit (${name})`, {
    needs,
    source: "Higham 2002, §3.1: the error of a product of d terms is below d u Σ|xy|",
    given: {
      seed,
      m: count,
      n: count,
      d: dimension,
      offset: fc.constantFrom(0, 1, 1e4),
      levels: fc.constantFrom(0, 2, 5),
    },
    holds: ({ seed, m, n, d, offset, levels }) => {
      // On a grid distances tie; far from 0 the products lose their digits.
      const onGrid = (s: number, c: number) => ({
        count: c,
        dimension: d,
        data: Float64Array.from(hostIntegers(hostKey(s), c * d, levels), (v) => offset + v / 3),
      });
      const make = (s: number, c: number) =>
        levels > 0 ? onGrid(s, c) : gaussianSet(s, { count: c, dimension: d, mean: offset });
      const real = make(seed, m), samples = make(seed + 1, n);
      for (const [a, b] of [[real, samples], [real, real]]) {
        assertEquals(neighbourDistances(a, b, 3, algebra), neighbourDistances(a, b, 3, null));
      }
      assertEquals(nearestOf(samples, real, algebra), nearestOf(samples, real, null));
      const sets = { real, samples };
      assertEquals(coverageOf(sets, 3, algebra), coverageOf(sets, 3, null));
      assertEquals(clippedOf(sets, 3, algebra), clippedOf(sets, 3, null));
    },
    kills: algebra === rough ? ["neighbour-slack-missing"] : [],
  });
}

for (const [who, algebra] of [["one by one", null], ["by products", rough]] as const) {
  law(`${who}: among views a row's neighbours are those of other pictures`, {
    source: "definition",
    given: { seed, pictures: fc.integer({ min: 4, max: 12 }), views: fc.constantFrom(1, 2, 3) },
    holds: ({ seed, pictures, views }) => {
      const rows = gaussianSet(seed, { count: pictures * views, dimension: 2 });
      const found = neighbourDistances(rows, { ...rows, pictures }, 2, algebra);
      const own = { ...rows, pictures };
      const among = neighbourDistances(own, own, 2, algebra);
      for (let i = 0; i < rows.count; i++) {
        const distances = Array.from({ length: rows.count }, (_, j) => ({
          d: squaredDistance(rows, i, rows, j),
          same: i % pictures === j % pictures,
        })).sort((a, b) => a.d - b.d);
        const two = (all: typeof distances) => all.slice(0, 2).map(({ d }) => d);
        assertEquals([...among.subarray(2 * i, 2 * i + 2)], two(distances.filter((x) => !x.same)));
        assertEquals([...found.subarray(2 * i, 2 * i + 2)], two(distances));
      }
    },
    cases: 20,
    kills: [
      algebra === null ? "views-of-one-picture-as-neighbours" : "views-by-products-as-neighbours",
    ],
  });
}

Deno.test("rows beyond one block of products have the same neighbours and kernel distance", () => {
  // A block holds 2²⁰ products, or 512 rows of the kernel's.
  const a = gaussianSet(1, { count: 1100, dimension: 2 });
  const b = gaussianSet(2, { count: 1000, dimension: 2, mean: 0.5 });
  assertEquals(nearestOf(a, b, rough), nearestOf(a, b, null));
  assertEquals(neighbourDistances(a, b, 2, rough), neighbourDistances(a, b, 2, null));
  close(kernelDistance(a, b, rough), kernelDistance(a, b), 1e-10, "kernel distance");
});

law("clipped density and coverage fall with the share of good samples, in proportion", {
  source: "Salvy, Talbot & Thirion 2025, §4: linear in the share of bad samples",
  given: { seed, d: fc.integer({ min: 2, max: 4 }), share: fc.constantFrom(0.25, 0.5, 0.75, 1) },
  holds: ({ seed, d, share }) => {
    const real = gaussianSet(seed, { count: 300, dimension: d });
    const good = gaussianSet(seed + 1, { count: 300 * share, dimension: d });
    const bad = gaussianSet(seed + 2, { count: 300 - good.count, dimension: d, mean: 100 });
    const { density, coverage } = clippedOf({ real, samples: joined(good, bad) }, 5);
    // Between runs the density of 300 good samples varies by some 0.04, the coverage by 0.02.
    close(density, share, 0.2 * share, "density");
    return close(coverage, share, 0.15, "coverage");
  },
  kills: ["clipped-coverage-uncalibrated"],
  cases: 20,
});

law("samples that lie in every ball count for no more than their share", {
  source: "Salvy, Talbot & Thirion 2025, §3: each sample's contribution is clipped",
  given: { seed },
  holds: ({ seed }) => {
    // In 20 dimensions the mean is nearer to all data than they are to each other.
    const real = gaussianSet(seed, { count: 200, dimension: 20 });
    const hubs = gaussianSet(seed + 1, { count: 50, dimension: 20, scale: () => 0.1 });
    const bad = gaussianSet(seed + 2, { count: 150, dimension: 20, mean: 100 });
    const { density } = clippedOf({ real, samples: joined(hubs, bad) }, 5);
    // The data's own clipped share is at least a third, so a quarter of samples is at most ¾.
    return density > 0.25 && density <= 0.75;
  },
  kills: ["clipped-density-unclipped"],
  cases: 20,
});

law("samples in the wide ball of an outlier are not faithful", {
  source: "Salvy, Talbot & Thirion 2025, §3.1: radii are clipped at their median",
  given: { seed },
  holds: ({ seed }) => {
    const usual = gaussianSet(seed, { count: 60, dimension: 2 });
    const outlier = gaussianSet(seed + 1, { count: 1, dimension: 2, mean: 1000 });
    const samples = gaussianSet(seed + 2, { count: 60, dimension: 2, mean: 700 });
    return clippedOf({ real: joined(usual, outlier), samples }, 5).density === 0;
  },
  kills: ["clipped-radii-unclipped"],
  cases: 10,
});

law("expected coverage is that of simulated ranks, and grows with every good sample", {
  source: "definition: a ball of k of N data holds J of M fresh samples, J beta-binomial",
  given: { k: fc.integer({ min: 1, max: 5 }), n: fc.integer({ min: 8, max: 25 }) },
  holds: ({ k, n }) => {
    let last = -1;
    for (let good = 0; good < 30; good++) {
      const value = expectedCoverage(good, { rows: n, k });
      if (!(value > last) || value > 1) return false;
      last = value;
    }
    // Of N − 1 + M exchangeable distances the ball ends at the k-th of the data's.
    const trials = 400, m = 12, values: number[] = [];
    for (let t = 0; t < trials; t++) {
      const order = hostPermutation(hostKey(t, "ranks", k, n), n - 1 + m);
      let data = 0, samples = 0;
      for (const who of order) {
        if (who >= n - 1) samples++;
        else if (++data === k) break;
      }
      values.push(Math.min(samples, k) / k);
    }
    const mean = values.reduce((s, v) => s + v, 0) / trials;
    const square = values.reduce((s, v) => s + (v - mean) ** 2, 0) / (trials - 1);
    const error = 5 * Math.sqrt(square / trials) + 1e-12;
    return close(expectedCoverage(m, { rows: n, k }), mean, error, "expected coverage (5 SE)");
  },
  cases: 12,
});

law("a calibrated coverage is the share of samples that would give it", {
  source: "definition: the inverse of the expectation",
  given: { good: fc.integer({ min: 6, max: 50 }) },
  holds: ({ good }) => {
    const sizes = { rows: 40, samples: 50, k: 4 };
    return calibrated(expectedCoverage(good, sizes), sizes) === good / 51;
  },
});

law("authenticity: copies 0, samples far from all data 1, any order of rows the same", {
  source: "Alaa et al. 2022, §3.2",
  given: { seed, n: count, d: dimension },
  holds: ({ seed, n, d }) => {
    const train = gaussianSet(seed, { count: n, dimension: d });
    const samples = gaussianSet(seed + 1, { count: n, dimension: d });
    const far = gaussianSet(seed + 2, { count: n, dimension: d, mean: 100 });
    const moved = takeRows(train, hostPermutation(hostKey(seed), n));
    return authenticityOf({ samples: takeRows(train, [0, 3, 1]), train }) === 0 &&
      authenticityOf({ samples: far, train }) === 1 &&
      authenticityOf({ samples, train }) === authenticityOf({ samples, train: moved });
  },
  kills: ["authenticity-reversed"],
});

law(
  "Vendi: n for n orthogonal rows, 1 for one direction; repeating or scaling all changes nothing",
  {
    source: "Friedman & Dieng 2022, §3.2",
    given: { seed, n: fc.integer({ min: 2, max: 12 }), d: dimension },
    holds: ({ seed, n, d }) => {
      const axes = { count: n, dimension: n, data: new Float64Array(n * n) };
      for (let i = 0; i < n; i++) axes.data[i * n + i] = 1 + i;
      close(vendiScore(axes), n, 1e-9 * n, "orthogonal rows");
      const one = gaussianSet(seed, { count: 1, dimension: d });
      close(vendiScore(joined(...Array.from({ length: n }, () => one))), 1, 1e-9, "equal rows");
      const x = gaussianSet(seed, { count: n, dimension: d }), score = vendiScore(x);
      close(vendiScore(joined(x, x, x)), score, 1e-9 * n, "repeated");
      close(vendiScore({ ...x, data: x.data.map((v) => 7 * v) }), score, 1e-9 * n, "scaled");
      return score <= Math.min(n, d) + 1e-9 && score >= 1 - 1e-9;
    },
    kills: ["vendi-without-share"],
  },
);

Deno.test("law: feature likelihood: fresh samples near 0, worse ones above, copies far below in the gap", () => {
  const law = { dimension: 6 };
  const train = gaussianSet(1, { ...law, count: 200 });
  const heldOut = gaussianSet(2, { ...law, count: 150 });
  const of = (samples: ReturnType<typeof gaussianSet>) =>
    featureLikelihood({ samples, train, heldOut }, hostKey(3));
  const fresh = of(gaussianSet(4, { ...law, count: 100 }));
  const moved = of(gaussianSet(4, { ...law, count: 100, mean: 1 }));
  const wide = of(gaussianSet(4, { ...law, count: 100, scale: () => 2 }));
  const copies = of(takeRows(train, Array.from({ length: 100 }, (_, i) => i)));
  // The baseline is one of many halves: its own spread is some hundredths of a nat.
  close(fresh.divergence, 0, 6, "fresh");
  assertEquals(moved.divergence > 15 && wide.divergence > 15, true);
  assertEquals(copies.gap < -100 && fresh.gap > -20, true);
});

Deno.test("these metrics refuse unlike dimensions, features that are not finite, too few rows", () => {
  const x = gaussianSet(1, { count: 8, dimension: 2 }),
    y = gaussianSet(1, { count: 8, dimension: 3 });
  const bad = { ...x, data: x.data.map((v, i) => i === 5 ? NaN : v) };
  assertThrows(() => clippedOf({ real: x, samples: y }, 2), RangeError, "2 and 3 dimensions");
  assertThrows(() => clippedOf({ real: x, samples: takeRows(x, [0]) }, 2), RangeError, "rows");
  assertThrows(() => authenticityOf({ samples: y, train: x }), RangeError, "dimensions");
  assertThrows(() => authenticityOf({ samples: bad, train: x }), RangeError, "row 2 is NaN");
  assertThrows(() => vendiScore({ ...x, data: new Float64Array(16) }), RangeError, "row 0 is 0");
  const sets = { samples: x, train: takeRows(x, [0, 1]), heldOut: x };
  assertThrows(() => featureLikelihood(sets, hostKey(1)), RangeError, "4 training rows");
});
