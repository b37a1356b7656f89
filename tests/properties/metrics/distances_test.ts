/** Laws of distances between sets of features. */
import fc from "fast-check";
import { assertThrows } from "@std/assert";
import { coverageOf } from "../../../src/metrics/features/coverage.ts";
import { frechetDistance } from "../../../src/metrics/features/frechet.ts";
import { blockedKernelDistance, kernelDistance } from "../../../src/metrics/features/kernel.ts";
import { type Features, takeRows } from "../../../src/algebra/features.ts";
import { columnMeans } from "../../../src/algebra/linear.ts";
import { hostKey, hostPermutation } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";
import { gaussianSet, joined, magnitude } from "./feature_sets.ts";

const seed = fc.integer({ min: 0, max: 1 << 20 });
const rows = fc.integer({ min: 2, max: 30 }); // on both sides of the dimension: rank-deficient too
const dimension = fc.integer({ min: 1, max: 12 });
const shape = { seed, m: rows, n: rows, d: dimension };
// Singular values carry an absolute error of some d·2⁻⁵³ of the largest; 1e−12 of the sum of
// squares leaves a factor of a hundred over that at these sizes.
const rounding = 1e-12;

law("FD(X, X) = 0, with fewer rows than dimensions too", {
  source: "Dowson & Landau 1982",
  given: shape,
  holds: ({ seed, m, d }) => {
    const x = gaussianSet(seed, { count: m, dimension: d, mean: 3 });
    return close(frechetDistance(x, { ...x, data: x.data.slice() }), 0, rounding * magnitude(x));
  },
  kills: ["fd-root-not-doubled"],
});

law("FD is symmetric", {
  source: "Dowson & Landau 1982",
  given: shape,
  holds: ({ seed, m, n, d }) => {
    const x = gaussianSet(seed, { count: m, dimension: d, mean: 1 });
    const y = gaussianSet(seed + 1, { count: n, dimension: d, scale: (j) => 1 + j });
    return close(frechetDistance(x, y), frechetDistance(y, x), rounding * magnitude(x, y));
  },
});

/** Rows times a product of plane rotations. */
function rotate(set: Features, angles: readonly number[]): Features {
  const data = set.data.slice(), d = set.dimension;
  angles.forEach((angle, k) => {
    const p = k % d, q = (k * 7 + 1) % d;
    if (p === q) return;
    for (let i = 0; i < set.count; i++) {
      const a = data[i * d + p], b = data[i * d + q];
      data[i * d + p] = Math.cos(angle) * a - Math.sin(angle) * b;
      data[i * d + q] = Math.sin(angle) * a + Math.cos(angle) * b;
    }
  });
  return { ...set, data };
}

law("FD and the kernel distance don't change when both sets turn", {
  source: "definition: both depend on inner products of centred rows, or on inner products",
  given: {
    ...shape,
    angles: fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { minLength: 4, maxLength: 12 }),
  },
  holds: ({ seed, m, n, d, angles }) => {
    const x = gaussianSet(seed, { count: m, dimension: d, mean: 0.5 });
    const y = gaussianSet(seed + 1, { count: n, dimension: d, scale: (j) => 1 + j / d });
    const size = magnitude(x, y);
    close(
      frechetDistance(rotate(x, angles), rotate(y, angles)),
      frechetDistance(x, y),
      rounding * size,
    );
    return close(
      kernelDistance(rotate(x, angles), rotate(y, angles)),
      kernelDistance(x, y),
      rounding * size ** 3,
    );
  },
});

law("FD of sets with diagonal covariances is Σ (μ − ν)² + (σ − τ)²", {
  source: "Dowson & Landau 1982, commuting covariances",
  given: {
    d: dimension,
    scales: fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), {
      minLength: 24,
      maxLength: 24,
    }),
    shift: fc.double({ min: -3, max: 3, noNaN: true }),
  },
  holds: ({ d, scales, shift }) => {
    // Two rows ±s e_j for every column: the covariance is exactly diagonal.
    const axes = (scale: (j: number) => number, mean: number): Features => {
      const data = new Float64Array(2 * d * d).fill(mean);
      for (let j = 0; j < d; j++) {
        data[2 * j * d + j] += scale(j);
        data[(2 * j + 1) * d + j] -= scale(j);
      }
      return { count: 2 * d, dimension: d, data };
    };
    const x = axes((j) => scales[j], 0), y = axes((j) => scales[12 + j], shift);
    const sigma = (s: number) => s * Math.sqrt(2 / (2 * d - 1));
    let expected = 0;
    for (let j = 0; j < d; j++) {
      expected += shift ** 2 + (sigma(scales[j]) - sigma(scales[12 + j])) ** 2;
    }
    return close(frechetDistance(x, y), expected, rounding * magnitude(x, y));
  },
  kills: ["fd-without-mean-term", "fd-root-not-doubled"],
});

law("FD of a set and itself moved is the squared length of the move", {
  source: "Dowson & Landau 1982, equal covariances",
  given: { ...shape, shift: fc.double({ min: -10, max: 10, noNaN: true }) },
  holds: ({ seed, m, d, shift }) => {
    const x = gaussianSet(seed, { count: m, dimension: d });
    const y = { ...x, data: x.data.map((v) => v + shift) };
    return close(frechetDistance(x, y), d * shift ** 2, rounding * magnitude(x, y));
  },
  kills: ["fd-without-mean-term"],
});

Deno.test("law: the unbiased kernel distance has mean 0 where both sets are of one law", () => {
  // 400 pairs of 12 rows; the standard error is measured on the very values.
  const values = Array.from({ length: 400 }, (_, t) =>
    kernelDistance(
      gaussianSet(2 * t, { count: 12, dimension: 4 }),
      gaussianSet(2 * t + 1, { count: 12, dimension: 4 }),
    ));
  const mean = values.reduce((s, v) => s + v, 0) / values.length;
  const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1);
  close(mean, 0, 4 * Math.sqrt(variance / values.length), "mean kernel distance and 0 (4 SE)");
});

law(
  "blocks of the kernel distance are drawn from all rows of the longer set; one block is all pairs",
  {
    source: "definition",
    given: { seed, n: fc.integer({ min: 6, max: 16 }), d: dimension, swap: fc.boolean() },
    holds: ({ seed, n, d, swap }) => {
      const x = gaussianSet(seed, { count: n, dimension: d });
      const y = gaussianSet(seed + 1, { count: n, dimension: d, mean: 1 });
      const of = (a: Features, b: Features) =>
        blockedKernelDistance(...(swap ? [b, a] as const : [a, b] as const), {
          block: n,
          key: hostKey(seed),
        });
      close(of(x, y), kernelDistance(x, y), 1e-12 * magnitude(x, y) ** 3);
      // Three quarters of the rows lie far off, after the near ones.
      const long = joined(y, gaussianSet(seed + 2, { count: 3 * n, dimension: d, mean: 50 }));
      return of(x, long) > 1000 * Math.abs(of(x, y));
    },
    kills: ["kid-blocks-of-the-first-rows"],
  },
);

law("precision and recall change places with the sets", {
  source: "Kynkäänniemi et al. 2019, eq. 2",
  given: {
    seed,
    n: fc.integer({ min: 6, max: 40 }),
    m: fc.integer({ min: 6, max: 40 }),
    d: dimension,
  },
  holds: ({ seed, m, n, d }) => {
    const x = gaussianSet(seed, { count: m, dimension: d });
    const y = gaussianSet(seed + 1, { count: n, dimension: d, mean: 0.5, scale: (j) => 0.3 + j });
    const there = coverageOf({ real: x, samples: y }, 3),
      back = coverageOf({ real: y, samples: x }, 3);
    return there.precision === back.recall && there.recall === back.precision;
  },
});

law("density has mean 1 where both sets are of one law", {
  source: "Naeem et al. 2020, §3.2: by symmetry each ball of k data holds k samples on average",
  given: { d: fc.integer({ min: 1, max: 4 }) },
  holds: ({ d }) => {
    const values = Array.from({ length: 30 }, (_, t) =>
      coverageOf({
        real: gaussianSet(2 * t, { count: 80, dimension: d }),
        samples: gaussianSet(2 * t + 1, { count: 120, dimension: d }),
      }, 4).density);
    const mean = values.reduce((s, v) => s + v, 0) / values.length;
    const square = values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1);
    // A sample is as likely in each of the 80 gaps between the 79 other data, k of which are the ball.
    return close(mean, 1, 5 * Math.sqrt(square / values.length), "mean density (5 SE)");
  },
  kills: ["density-over-data"],
  cases: 4,
});

law("a collapsed generator has high precision, low recall and low coverage", {
  source: "Kynkäänniemi et al. 2019, §3; Naeem et al. 2020, §3",
  given: { seed },
  holds: ({ seed }) => {
    const real = gaussianSet(seed, { count: 120, dimension: 3 });
    // Samples near the mean of the data, 1/20 as wide: inside its balls, covering few of its rows.
    const collapsed = gaussianSet(seed + 1, { count: 120, dimension: 3, scale: () => 0.05 });
    const { precision, recall, coverage } = coverageOf({ real, samples: collapsed }, 5);
    return precision > 0.9 && recall < 0.1 && coverage < 0.5;
  },
  kills: ["precision-recall-swapped"],
  cases: 20,
});

law("the order of rows changes no set distance", {
  source: "definition: sets",
  given: { seed, n: fc.integer({ min: 6, max: 30 }), d: dimension },
  holds: ({ seed, n, d }) => {
    const x = gaussianSet(seed, { count: n, dimension: d });
    const y = gaussianSet(seed + 1, { count: n, dimension: d, mean: 0.5 });
    const moved = takeRows(y, hostPermutation(hostKey(seed, "order"), n));
    const size = magnitude(x, y);
    close(frechetDistance(x, moved), frechetDistance(x, y), rounding * size);
    close(kernelDistance(x, moved), kernelDistance(x, y), rounding * size ** 3);
    const a = coverageOf({ real: x, samples: y }, 3),
      b = coverageOf({ real: x, samples: moved }, 3);
    return a.precision === b.precision && a.recall === b.recall && a.coverage === b.coverage &&
      Math.abs(a.density - b.density) < 1e-12;
  },
});

Deno.test("distances refuse features that are not finite, too few rows, other dimensions", () => {
  const x = gaussianSet(1, { count: 8, dimension: 2 });
  const bad = { ...x, data: x.data.map((v, i) => i === 5 ? NaN : v) };
  for (const distance of [frechetDistance, kernelDistance]) {
    assertThrows(() => distance(x, bad), RangeError, "feature 1 of row 2 is NaN");
    assertThrows(() => distance(x, gaussianSet(1, { count: 8, dimension: 3 })), RangeError);
    assertThrows(() => distance(x, takeRows(x, [0])), RangeError, "2 rows");
  }
  assertThrows(() => coverageOf({ real: x, samples: takeRows(x, [0, 1, 2]) }, 3), RangeError);
  close(columnMeans(takeRows(x, [0, 0]))[0], x.data[0], 0);
});
