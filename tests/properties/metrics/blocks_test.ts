/** What is computed block by block is what it is over all rows at once: three uneven blocks and more. */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { hostAlgebra } from "../../../src/algebra/host.ts";
import { blockedKernelDistance, kernelDistance } from "../../../src/metrics/features/kernel.ts";
import { takeRows } from "../../../src/algebra/features.ts";
import { elboOf, importanceWeightedBound } from "../../../src/metrics/likelihood/likelihood.ts";
import { nearestOf, neighbourDistances } from "../../../src/algebra/neighbours.ts";
import { fitProbe } from "../../../src/algebra/probe.ts";
import {
  hostIntegers,
  hostKey,
  hostNormal,
  hostPermutation,
} from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";
import { gaussianSet, magnitude } from "./feature_sets.ts";

const seed = fc.integer({ min: 1, max: 1 << 20 });
/** Takes the way of a library, by blocks of products, with plain JavaScript in them. */
const blockwise = { ...hostAlgebra, name: "blockwise" };

law("the kernel distance by blocks of 512 rows is that over all pairs", {
  source: "Gretton et al. 2012, lemma 6",
  given: { seed, more: fc.integer({ min: 1, max: 200 }) },
  kills: ["kernel-of-the-first-block"],
  cases: 3,
  holds: ({ seed, more }) => {
    const a = gaussianSet(seed, { count: 1024 + more, dimension: 2, mean: 1 });
    const b = gaussianSet(seed + 1, { count: 700, dimension: 2, scale: () => 2 });
    return close(
      kernelDistance(a, b, blockwise),
      kernelDistance(a, b),
      1e-12 * magnitude(a, b) ** 3,
    );
  },
});

law("neighbours by blocks of products are those by single distances, bit for bit", {
  source: "definition",
  given: { seed, more: fc.integer({ min: 1, max: 500 }) },
  kills: ["neighbours-of-the-first-block"],
  cases: 2,
  holds: ({ seed, more }) => {
    const b = gaussianSet(seed, { count: 1000, dimension: 2 });
    // 2²⁰ products a block.
    const a = gaussianSet(seed + 1, { count: 2 * 1048 + more, dimension: 2, mean: 0.5 });
    assertEquals(nearestOf(a, b, blockwise), nearestOf(a, b, null));
    assertEquals(neighbourDistances(a, b, 3, blockwise), neighbourDistances(a, b, 3, null));
  },
});

law("the distance over blocks is the mean over all that fit", {
  source: "definition",
  given: { seed, block: fc.integer({ min: 3, max: 9 }), more: fc.integer({ min: 1, max: 2 }) },
  kills: ["blocked-distance-of-one-block"],
  cases: 20,
  holds: ({ seed, block, more }) => {
    const count = 3 * block + more;
    const [a, b] = [seed, seed + 1].map((s) => gaussianSet(s, { count, dimension: 3 }));
    const key = hostKey(seed), order = hostPermutation(key, count);
    const own = [0, 1, 2].map((k) => {
      const rows = order.slice(k * block, (k + 1) * block);
      return kernelDistance(takeRows(a, rows), takeRows(b, rows));
    });
    const mean = own.reduce((x, y) => x + y) / 3;
    return close(blockedKernelDistance(a, b, { block, key }), mean, 1e-12 * magnitude(a, b) ** 3);
  },
});

law("a probe is where its loss over all rows is flat, whatever is left of blocks of four", {
  source: "Hastie, Tibshirani & Friedman 2009, 4.4: the gradient of the penalised likelihood",
  given: { seed, count: fc.integer({ min: 21, max: 31 }) },
  kills: ["probe-without-the-last-rows"],
  cases: 20,
  holds: ({ seed, count }) => {
    const [d, classes, ridge] = [2, 3, 0.1];
    const x = {
      count,
      dimension: d,
      data: Float64Array.from(hostNormal(hostKey(seed), count * d)),
    };
    const labels = Array.from(
      hostIntegers(hostKey(seed, "labels"), count, classes),
      // The last rows are of a class of their own, far away.
      (label, i) => i >= count - count % 4 ? 2 : label,
    );
    labels.forEach((label, i) => x.data[i * d] += 2 * label);
    const { weight, bias, mean, scale } = fitProbe(x, labels, { classes, ridge });
    const sizes = [0, 1, 2].map((c) => labels.filter((label) => label === c).length);
    const present = sizes.filter((n) => n > 0).length;
    const slope = (weight: ArrayLike<number>, bias: ArrayLike<number>) => {
      const gradient = new Float64Array(classes * (d + 1));
      for (let i = 0; i < count; i++) {
        const z = Array.from({ length: d }, (_, j) => (x.data[i * d + j] - mean[j]) / scale[j]);
        const logits = sizes.map((_, c) =>
          z.reduce((s, v, j) => s + v * weight[c * d + j], bias[c])
        );
        const total = logits.reduce((s, l) => s + Math.exp(l), 0);
        logits.forEach((l, c) => {
          const own = (Math.exp(l) / total - (labels[i] === c ? 1 : 0)) /
            (present * sizes[labels[i]]);
          z.forEach((v, j) => gradient[c * d + j] += own * v);
          gradient[classes * d + c] += own;
        });
      }
      for (let p = 0; p < classes * d; p++) gradient[p] += ridge * weight[p];
      return Math.hypot(...gradient);
    };
    const start = slope(new Float64Array(classes * d), new Float64Array(classes));
    return close(slope(weight, bias), 0, 3.1e-4 * start, "gradient");
  },
});

law("bounds are over all pictures and draws", {
  source: "Kingma & Welling 2014, eq. 2; Burda et al. 2016, eq. 8",
  given: { seed, count: fc.integer({ min: 130, max: 190 }), draws: fc.integer({ min: 1, max: 5 }) },
  kills: ["elbo-of-the-first-batch", "importance-bound-of-the-first-batch"],
  cases: 20,
  holds: ({ seed, count, draws }) => {
    // Later pictures are likelier.
    const data = Float64Array.from(
      hostNormal(hostKey(seed), count * draws),
      (v, i) => v - 300 + Math.floor(i / draws),
    );
    const rows = Array.from(
      { length: count },
      (_, i) => Array.from(data.subarray(i * draws, (i + 1) * draws)),
    );
    const mean = (all: readonly number[]) => all.reduce((a, b) => a + b, 0) / all.length;
    const weights = { count, dimension: draws, data };
    close(elboOf(weights), mean(rows.map(mean)), 1e-9);
    const bound = mean(rows.map((row) => {
      const top = Math.max(...row);
      return top + Math.log(mean(row.map((w) => Math.exp(w - top))));
    }));
    return close(importanceWeightedBound(weights), bound, 1e-9);
  },
});
