import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { adam, muon, orthogonalised } from "../../src/nn/mod.ts";
import { normals, values } from "../families/on_engine.ts";
import { close, float32, law } from "../law.ts";

const shapes = {
  seed: fc.integer({ min: 1, max: 1e6 }),
  rows: fc.integer({ min: 1, max: 9 }),
  columns: fc.integer({ min: 1, max: 9 }),
};

/** What five rounds of the quintic make of a singular value. */
function driven(s: number): number {
  for (let round = 0; round < 5; round++) s = 3.4445 * s - 4.775 * s ** 3 + 2.0315 * s ** 5;
  return s;
}

/** U f(S) Vᵀ of a matrix, S over the Frobenius norm. */
function reference(data: readonly number[], rows: number, columns: number): number[] {
  const matrix = Matrix.from1DArray(rows, columns, [...data]);
  const svd = new SingularValueDecomposition(matrix, { autoTranspose: true });
  const norm = Math.sqrt(data.reduce((sum, v) => sum + v * v, 0));
  const s = svd.diagonal.map((v) => driven(v / norm));
  const left = svd.leftSingularVectors.subMatrix(0, rows - 1, 0, s.length - 1);
  const right = svd.rightSingularVectors.subMatrix(0, columns - 1, 0, s.length - 1);
  return left.mmul(Matrix.diag(s)).mmul(right.transpose()).to1DArray();
}

law("Muon: the iteration leaves singular vectors and drives singular values by the quintic", {
  source: "Jordan et al. 2024",
  given: shapes,
  kills: [
    "muon-without-transposing-back",
    "muon-cubic-in-place-of-quintic",
    "muon-gram-moved-by-one-factor",
  ],
  holds: async ({ seed, rows, columns }) => {
    const data = normals(seed, rows * columns);
    const found = await values(() => orthogonalised(tf.tensor2d(data, [rows, columns])));
    const expected = reference(data, rows, columns);
    // A singular value below float32's noise grows by 3.4445⁵ with its rounding.
    found.forEach((v, i) => close(v, expected[i], 500 * float32(rows * columns, 1), `${i}`));
  },
});

law("Muon: maps side by side in a kernel move as they would as kernels of their own", {
  source: "Jordan et al. 2024: queries, keys and values apart",
  given: { ...shapes, maps: fc.integer({ min: 2, max: 4 }) },
  kills: ["muon-maps-of-one-kernel-together"],
  holds: async ({ seed, rows, columns, maps }) => {
    const size = rows * columns;
    const pieces = Array.from({ length: maps }, (_, i) => `${i}`);
    const learningRate = tf.scalar(0.1);
    const moved = (side: "together" | "apart") =>
      values(() => {
        const kernels = (from: number) =>
          Object.fromEntries(pieces.map((name, i) => [
            name,
            tf.tensor2d(normals(seed + from + i, size), [rows, columns]),
          ]));
        const joined = (tree: Record<string, tf.Tensor2D>) => tf.concat(Object.values(tree), 1);
        const [params, grads] = [kernels(0), kernels(maps)];
        const optimiser = muon({ maps: (path) => path === "kernel" ? maps : 1 });
        if (side === "apart") {
          const slots = optimiser.init(params);
          return joined(optimiser.update({ grads, slots, params, learningRate }).params);
        }
        const one = { kernel: joined(params) };
        const slots = optimiser.init(one);
        return optimiser.update({
          grads: { kernel: joined(grads) },
          slots,
          params: one,
          learningRate,
        }).params.kernel;
      });
    assertEquals(await moved("together"), await moved("apart"));
  },
});

law("Muon: a step depends on the direction of a gradient alone, and is of Adam's size", {
  source: "Liu et al. 2025, 2.2",
  given: { ...shapes, scale: fc.double({ min: 0.1, max: 50, noNaN: true }) },
  kills: ["muon-step-without-adams-size"],
  holds: async ({ seed, rows, columns, scale }) => {
    const [p, g] = [normals(seed, rows * columns), normals(seed + 1, rows * columns)];
    const stepOf = (by: number) =>
      values(() => {
        const params = { w: tf.tensor(p, [rows, columns]) };
        const optimiser = muon();
        const grads = { w: tf.mul(tf.tensor(g, [rows, columns]), by) };
        const learningRate = tf.scalar(0.1);
        const next = optimiser.update({
          grads,
          slots: optimiser.init(params),
          params,
          learningRate,
        });
        return tf.sub(next.params.w, params.w);
      });
    const [one, scaled] = [await stepOf(1), await stepOf(scale)];
    const size = 0.1 * 0.2 * Math.sqrt(Math.max(rows, columns));
    const expected = reference(g, rows, columns);
    one.forEach((v, i) => {
      close(v, -size * expected[i], 500 * float32(rows * columns, 1), `step ${i}`);
      close(scaled[i], v, 500 * float32(rows * columns, 1), `scaled ${i}`);
    });
  },
});

Deno.test("Muon: momentum is Nesterov's, kernels are matrices of their window", async () => {
  const shape = [2, 2, 3, 5];
  const [g1, g2] = [normals(1, 60), normals(2, 60)];
  const found = await values(() => {
    const optimiser = muon({ momentum: 0.5 });
    let params = { k: tf.zeros(shape) };
    let slots = optimiser.init(params);
    for (const g of [g1, g2]) {
      const grads = { k: tf.tensor(g, shape) };
      const before = params;
      ({ params, slots } = optimiser.update({ grads, slots, params, learningRate: tf.scalar(1) }));
      if (g === g2) return tf.sub(params.k, before.k);
    }
    throw new Error("unreachable");
  });
  // m = ½g₁ + g₂; u = g₂ + ½m.
  const u = g2.map((g, i) => g + 0.5 * (0.5 * g1[i] + g));
  const expected = reference(u, 12, 5);
  found.forEach((v, i) => close(v, -0.2 * Math.sqrt(12) * expected[i], 1e-4, `${i}`));
});

Deno.test("Muon: vectors and scalars go Adam's way, bit for bit", async () => {
  const run = (optimiser: ReturnType<typeof adam>) => {
    let params = { bias: tf.tensor1d(normals(3, 4)), scale: tf.scalar(2), w: tf.ones([2, 2]) };
    let slots = optimiser.init(params);
    for (let i = 0; i < 3; i++) {
      const grads = {
        bias: tf.tensor1d(normals(4 + i, 4)),
        scale: tf.scalar(0.3),
        w: tf.tensor2d(normals(9 + i, 4), [2, 2]),
      };
      ({ params, slots } = optimiser.update({
        grads,
        slots,
        params,
        learningRate: tf.scalar(0.1),
      }));
    }
    return tf.concat([params.bias, tf.reshape(params.scale, [1])]);
  };
  assertEquals(await values(() => run(muon())), await values(() => run(adam())));
});

Deno.test("Muon: weights decay apart from the step, matrices and others alike", async () => {
  const learningRate = tf.scalar(0.1), decay = 0.5;
  const step = (weightDecay: number) =>
    values(() => {
      const params = { matrix: tf.tensor2d([1, -2, 3, 4], [2, 2]) };
      const grads = { matrix: tf.tensor2d([0.5, 1, -1, 2], [2, 2]) };
      const optimiser = muon({ weightDecay });
      return optimiser.update({ grads, slots: optimiser.init(params), params, learningRate }).params
        .matrix;
    });
  const [plain, decayed] = [await step(0), await step(decay)];
  [1, -2, 3, 4].forEach((w, i) =>
    close(decayed[i], plain[i] - 0.1 * decay * w, 1e-6, `weight ${i}`)
  );
});
