import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { config } from "../../../src/families/vqvae/config.ts";
import {
  bounded,
  codeOf,
  gridSize,
  gridVectors,
  rounded,
  scaled,
} from "../../../src/families/vqvae/quantisers/finite_scalar.ts";
import { quantisers } from "../../../src/families/vqvae/quantisers/quantiser.ts";
import { close, float32, law } from "../../law.ts";
import { normals, values } from "../../families/on_engine.ts";

const bins = fc.array(fc.integer({ min: 3, max: 9 }), { minLength: 1, maxLength: 4 });
const seed = fc.integer({ min: 1, max: 1e6 });

/** All tuples of whole levels, the first place fastest. */
function allLevels(bins: number[]): number[][] {
  return bins.reduce<number[][]>(
    (all, L) =>
      Array.from({ length: L }, (_, i) => i - Math.floor(L / 2))
        .flatMap((level) => all.map((tuple) => [...tuple, level])),
    [[]],
  );
}

law("finite: ∏L codes, and numbers and codes are a bijection", {
  source: "Mentzer et al. 2023 (arXiv:2309.15505), section 3.1",
  given: { bins },
  kills: ["finite-number-off-by-one", "finite-strides-alike"],
  cases: 40,
  holds: async ({ bins }) => {
    const levels = allLevels(bins);
    assertEquals(levels.length, gridSize(bins));
    const level_ND = () => tf.tensor2d(levels, [levels.length, bins.length]);
    const numbers = await values(() => codeOf(level_ND(), bins));
    assertEquals([...numbers].sort((a, b) => a - b), levels.map((_, i) => i));
    const vectors = await values(() => tf.gather(gridVectors(bins), codeOf(level_ND(), bins)));
    assertEquals(vectors, await values(() => scaled(level_ND(), bins)));
    assertEquals(vectors.every((v) => Math.abs(v) <= 1), true);
  },
});

law("finite: whatever z is, rounding takes a level that there is, at most half a step away", {
  source: "Mentzer et al. 2023, section 3.1",
  given: { bins, seed, scale: fc.constantFrom(0.1, 1, 10, 1000) },
  kills: ["finite-without-offset", "finite-margin-outwards"],
  holds: async ({ bins, seed, scale }) => {
    const N = 20;
    const D = bins.length;
    const z = normals(seed, N * D, scale);
    const inside = await values(() => bounded(tf.tensor2d(z, [N, D]), bins));
    const level = await values(() => rounded(bounded(tf.tensor2d(z, [N, D]), bins)));
    inside.forEach((b, i) => {
      const L = bins[i % D];
      // The definition in float64.
      const h = (L - 1) / 2 * (1 - 1e-3);
      const o = L % 2 === 0 ? 0.5 : 0;
      close(b, h * Math.tanh(z[i] + Math.atanh(o / h)) - o, float32(8, L), "bounded");
      close(level[i], b, 0.5 + float32(1, L), "rounded");
      if (level[i] < -Math.floor(L / 2) || level[i] > Math.ceil(L / 2) - 1) {
        throw new Error(`level ${level[i]} of ${L}`);
      }
    });
  },
});

law(
  "finite: 0 stays 0, and the gradient is that of the bounded numbers, straight through rounding",
  {
    source: "Mentzer et al. 2023, section 3.1",
    given: { bins, seed },
    kills: ["finite-gradient-stopped"],
    cases: 40,
    holds: async ({ bins, seed }) => {
      const D = bins.length;
      (await values(() => bounded(tf.zeros([1, D]), bins))).forEach((b, d) =>
        close(b, 0, float32(8, bins[d]), "bounded 0")
      );
      const quantiser = quantisers.finite(config.parse({ quantiser: "finite", bins }));
      const z = normals(seed, 3 * D);
      const w = normals(seed + 1, 3 * D);
      const slope = (f: (z: tf.Tensor2D) => tf.Tensor) =>
        values(() =>
          tf.grad((z: tf.Tensor) => tf.sum(tf.mul(f(z as tf.Tensor2D), tf.tensor2d(w, [3, D]))))(
            tf.tensor2d(z, [3, D]),
          )
        );
      const ours = await slope((z) => quantiser.pass([], z, tf.scalar(1)).q_ND);
      const smooth = await slope((z) => scaled(bounded(z, bins), bins));
      assertEquals(ours, smooth);
      assertEquals(ours.some((g) => g !== 0), true);
      // What comes out is a vector of the grid: the one that its code names.
      const q = await values(() => quantiser.pass([], tf.tensor2d(z, [3, D]), tf.scalar(1)).q_ND);
      const named = await values(() =>
        tf.gather(
          gridVectors(bins),
          tf.reshape(quantiser.codes([], tf.tensor2d(z, [3, D])), [-1]) as tf.Tensor1D,
        )
      );
      assertEquals(q, named);
    },
  },
);
