/** Laws of extrapolated and sliced distances, class scores, path lengths, MS-SSIM. */
import fc from "fast-check";
import { assertEquals, assertThrows } from "@std/assert";
import { classScores } from "../../../src/metrics/features/class_score.ts";
import {
  frechetDistance,
  gaussianDistance,
  gaussianOf,
  gaussianOfMoments,
} from "../../../src/metrics/features/frechet.ts";
import { extrapolated, fitLine } from "../../../src/metrics/features/frechet_infinity.ts";
import {
  drawSubsets,
  kernelDistance,
  subsetKernelDistance,
} from "../../../src/metrics/features/kernel.ts";
import { covariance } from "../../../src/algebra/linear.ts";
import { msSsim, scalesOf, scaleWeights } from "../../../src/metrics/image/multiscale.ts";
import { pathPoints } from "../../../src/metrics/latents/path_length.ts";
import { drawPairs, pairSimilarity } from "../../../src/metrics/features/similarity.ts";
import { lineTransport, slicedTransports } from "../../../src/metrics/features/sliced.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { computers } from "../../algebra/algebras.ts";
import { noisy, picture } from "../../metrics/golden_inputs.ts";
import { close, law } from "../../law.ts";
import { gaussianSet, magnitude } from "./feature_sets.ts";

const seed = fc.integer({ min: 0, max: 1 << 20 });
const rows = fc.integer({ min: 2, max: 30 });
const dimension = fc.integer({ min: 1, max: 12 });

for (const { name, algebra, needs } of computers) {
  law(
    `FD and KID are one number whoever computes, from features or from moments (${name})`,
    {
      needs,
      source: "definition",
      given: { seed, m: rows, n: rows, d: dimension },
      holds: ({ seed, m, n, d }) => {
        const x = gaussianSet(seed, { count: m, dimension: d, mean: 1 });
        const y = gaussianSet(seed + 1, { count: n, dimension: d, scale: (j) => 1 + j });
        const size = magnitude(x, y);
        close(kernelDistance(x, y, algebra), kernelDistance(x, y), 1e-12 * size ** 3, "KID");
        close(frechetDistance(x, y, algebra), frechetDistance(x, y), 1e-12 * size, "FD");
        const given = (set: typeof x) =>
          gaussianOfMoments({ mean: gaussianOf(set).mean, covariance: covariance(set) }, algebra);
        // A covariance holds the root of a variance to the root of its own precision.
        const tolerance = d * Math.sqrt(2 ** -52) * size;
        return close(
          gaussianDistance(given(x), given(y), algebra),
          frechetDistance(x, y),
          tolerance,
          "moments",
        );
      },
      cases: 60,
    },
  );
}

law("a line through points on a line is that line, without error", {
  source: "least squares",
  given: {
    intercept: fc.double({ min: -5, max: 5, noNaN: true }),
    slope: fc.double({ min: -50, max: 50, noNaN: true }),
    points: fc.integer({ min: 3, max: 20 }),
  },
  holds: ({ intercept, slope, points }) => {
    const x = Array.from({ length: points }, (_, i) => 1 / (10 + 9 * i));
    const line = fitLine(x, x.map((v) => intercept + slope * v));
    close(line.slope, slope, 1e-9);
    close(line.standardError, 0, 1e-9);
    return close(line.intercept, intercept, 1e-9);
  },
  kills: ["line-read-at-the-mean"],
});

Deno.test("law: FD∞ is about the true distance, which FD at N is not, and its interval covers it", () => {
  // 60 sets of 200 of a known Gaussian against 1500 data. The law's own distance to the data is exact.
  const d = 4, runs = 60;
  for (const [scale, mean] of [[1, 0], [1.3, 0], [0.8, 0.5]]) {
    const factor = { rows: d, columns: d, data: new Float64Array(d * d) };
    for (let j = 0; j < d; j++) factor.data[j * (d + 1)] = scale;
    const law = { mean: new Float64Array(d).fill(mean), factor, trace: d * scale * scale };
    const off: number[] = [], offAtN: number[] = [];
    let covered = 0;
    for (let t = 0; t < runs; t++) {
      const real = gaussianSet(2 * t, { count: 1500, dimension: d });
      const samples = gaussianSet(2 * t + 1, {
        count: 200,
        dimension: d,
        mean,
        scale: () => scale,
      });
      const truth = gaussianDistance(law, gaussianOf(real));
      const options = { halvings: 2, groups: 10, key: hostKey(t) };
      const { intercept, interval, distances } = extrapolated({ real, samples }, options);
      off.push(intercept - truth);
      offAtN.push(distances[0] - truth);
      if (interval!.low <= truth && truth <= interval!.high) covered++;
    }
    const average = (v: number[]) => v.reduce((s, u) => s + u, 0) / v.length;
    const error = Math.sqrt(off.reduce((s, v) => s + (v - average(off)) ** 2, 0) / 59 / runs);
    close(average(off), 0, 4 * error, `mean of FD∞ less the distance, scale ${scale} (4 SE)`);
    // Of 60 at 95 %, 50 or fewer come once in a thousand times.
    assertEquals(covered > 50, true, `${covered} of ${runs} intervals cover, scale ${scale}`);
    if (scale === 1) assertEquals(average(offAtN) > 5 * error, true);
  }
});

Deno.test("FD∞ refuses what gives no line, and leaves the interval out where it isn't asked for", () => {
  const real = gaussianSet(1, { count: 30, dimension: 2 });
  const options = { halvings: 2, groups: 0, key: hostKey(1) };
  assertEquals(extrapolated({ real, samples: real }, options).interval, null);
  for (const refused of [{ halvings: 1 }, { halvings: 4 }, { groups: 1 }, { groups: 20 }]) {
    const asked = () => extrapolated({ real, samples: real }, { ...options, ...refused });
    assertThrows(asked, RangeError, "30 samples");
  }
});

law("transport on a line: 0 to itself, a move costs its square, of sorted rows one to one", {
  source: "Villani 2003, thm 2.18",
  given: { seed, n: rows, shift: fc.double({ min: -9, max: 9, noNaN: true }) },
  holds: ({ seed, n, shift }) => {
    const x = gaussianSet(seed, { count: n, dimension: 1 }).data;
    const y = gaussianSet(seed + 1, { count: n, dimension: 1 }).data;
    close(lineTransport(x.slice(), x.slice().reverse()), 0, 0);
    close(
      lineTransport(x.slice(), x.map((v) => v + shift)),
      shift * shift,
      1e-12 * (1 + shift ** 2),
    );
    const [a, b] = [x.slice().sort(), y.slice().sort()];
    const paired = a.reduce((s, v, i) => s + (v - b[i]) ** 2, 0) / n;
    // Twice as many rows of the same values are the same distribution.
    const twice = Float64Array.from([...y, ...y]);
    close(lineTransport(x.slice(), twice), paired, 1e-12 * (1 + paired));
    return close(lineTransport(x, y), paired, 1e-12 * (1 + paired));
  },
  kills: ["transport-unsorted"],
});

law("sliced distances are symmetric, and d times their mean for a move is its square, on average", {
  source: "E (u·v)² = ‖v‖²/d on the unit sphere",
  given: {
    seed,
    d: fc.integer({ min: 2, max: 8 }),
    shift: fc.double({ min: 0.5, max: 3, noNaN: true }),
  },
  holds: ({ seed, d, shift }) => {
    const x = gaussianSet(seed, { count: 5, dimension: d });
    const y = { ...x, data: x.data.map((v, i) => i % d === 0 ? v + shift : v) };
    const options = { slices: 400, key: hostKey(seed) };
    const values = slicedTransports(x, y, options);
    const back = slicedTransports(y, x, options);
    values.forEach((v, i) => close(v, back[i], 1e-12 * (1 + v)));
    const mean = values.reduce((s, v) => s + v, 0) / 400;
    const error = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / 399 / 400);
    return close(d * mean, shift * shift, 5 * d * error, "d · mean and ‖v‖² (5 SE)");
  },
  kills: ["slices-not-unit"],
  cases: 20,
});

law("class scores: 1 where all rows are alike, C where C classes are sure and even", {
  source: "Salimans et al. 2016, §4; Barratt & Sharma 2018, §2",
  given: { classes: fc.integer({ min: 2, max: 9 }), repeats: fc.integer({ min: 1, max: 5 }), seed },
  holds: ({ classes, repeats, seed }) => {
    const n = classes * repeats;
    const row = hostUniform(hostKey(seed), classes).map((u) => u + 0.01);
    const sum = row.reduce((s, v) => s + v, 0);
    const alike = Float64Array.from({ length: n * classes }, (_, i) => row[i % classes] / sum);
    close(classScores(alike, { count: n, splits: 1 })[0], 1, 1e-9);
    const sure = Float64Array.from(
      { length: n * classes },
      (_, i) => Math.floor(i / classes) % classes === i % classes ? 1 : 0,
    );
    return close(classScores(sure, { count: n, splits: 1 })[0], classes, 1e-9 * classes);
  },
  kills: ["class-share-not-mean"],
});

law("one subset of all rows has the kernel distance of the sets; drawn subsets hold no row twice", {
  source: "definition",
  given: { seed, n: fc.integer({ min: 4, max: 20 }), d: dimension },
  holds: ({ seed, n, d }) => {
    const a = gaussianSet(seed, { count: n, dimension: d });
    const b = gaussianSet(seed + 1, { count: n, dimension: d, mean: 1 });
    const all = drawSubsets({ a, b }, { subsets: 1, size: n, key: hostKey(seed) });
    const whole = subsetKernelDistance({ a, b, subsets: all });
    close(whole.mean, kernelDistance(a, b), 1e-12 * magnitude(a, b) ** 3);
    const some = drawSubsets({ a, b }, { subsets: 3, size: n - 1, key: hostKey(seed) });
    assertThrows(
      () => drawSubsets({ a, b }, { subsets: 1, size: n + 1, key: hostKey(1) }),
      RangeError,
    );
    return whole.deviation === 0 &&
      some.every((s) => [s.a, s.b].every((r) => new Set(Array.from(r)).size === n - 1));
  },
});

law("points of a path lie on the straight way, a step apart", {
  source: "definition",
  given: { seed, d: dimension, steps: fc.integer({ min: 2, max: 40 }) },
  holds: ({ seed, d, steps }) => {
    const codes = gaussianSet(seed, { count: 6, dimension: d });
    const pairs = drawPairs(hostKey(seed), { count: 6, pairs: 9 });
    const at = hostUniform(hostKey(seed, "at"), 9).map((u) => u * (1 - 1 / steps));
    const points = pathPoints(codes, { ...pairs, at, step: 1 / steps });
    for (let p = 0; p < 9; p++) {
      if (pairs.first[p] === pairs.second[p]) return false;
      for (let j = 0; j < d; j++) {
        const whole = codes.data[pairs.second[p] * d + j] - codes.data[pairs.first[p] * d + j];
        const piece = points.data[(2 * p + 1) * d + j] - points.data[2 * p * d + j];
        close(piece * steps, whole, 1e-12 * steps * (1 + Math.abs(whole)));
      }
    }
  },
});

law("MS-SSIM: 1 of a picture with itself, symmetric, in [0, 1], weights as five scales have them", {
  source: "Wang, Simoncelli & Bovik 2003, §3",
  given: { seed: fc.integer({ min: 1, max: 60000 }), side: fc.integer({ min: 44, max: 50 }) },
  holds: ({ seed, side }) => {
    const spec = { seed, height: side, width: side, channels: 1 as const, strength: 120 };
    const a = picture(spec), b = noisy(a, spec);
    const scales = scalesOf(a);
    const weights = scaleWeights(2);
    close(weights[0] / weights[1], 0.0448 / 0.2856, 1e-12);
    close(msSsim(a, a, scales)[0], 1, 1e-12);
    close(msSsim(a, b, scales)[0], msSsim(b, a, scales)[0], 1e-12);
    assertThrows(() => msSsim(a, b, 4), RangeError, "allow 3");
    const value = msSsim(a, b, scales)[0];
    return scales === 3 && value >= 0 && value < 1;
  },
  cases: 8,
});

Deno.test("pairs of one repeated picture are alike, of different pictures less", () => {
  const one = picture({ seed: 1, height: 16, width: 16, channels: 1 });
  const other = picture({ seed: 2, height: 16, width: 16, channels: 1 });
  const join = (...images: typeof one[]) => ({
    ...one,
    count: images.length,
    data: Uint8Array.from(images.flatMap((i) => [...i.data])),
  });
  const options = { pairs: 20, scales: 2, key: hostKey(1) };
  close(pairSimilarity(join(one, one, one), options).mean, 1, 1e-12);
  assertEquals(pairSimilarity(join(one, other), options).mean < 0.9, true);
});
