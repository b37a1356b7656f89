import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import {
  type Codebook,
  countCodes,
  nearest,
  resetDead,
  updateCodebook,
} from "../../../src/families/vqvae/quantisers/codebook.ts";
import {
  commitment,
  fadedThrough,
  perplexity,
  straightThrough,
} from "../../../src/families/vqvae/objective.ts";
import {
  assignStages,
  type Books,
  lookUp,
} from "../../../src/families/vqvae/quantisers/quantiser.ts";
import { close, float32, law } from "../../law.ts";
import { normals, value, values } from "../../families/on_engine.ts";
import { key } from "../../families/small.ts";

const seed = fc.integer({ min: 1, max: 1e6 });
const sizes = fc.record({
  N: fc.integer({ min: 1, max: 12 }),
  K: fc.integer({ min: 2, max: 9 }),
  D: fc.integer({ min: 1, max: 4 }),
});

/** Rows of float32 normals. */
function matrix(seed: number, [rows, columns]: [number, number], scale = 1): number[][] {
  const flat = normals(seed, rows * columns, scale);
  return Array.from({ length: rows }, (_, i) => flat.slice(i * columns, (i + 1) * columns));
}

const distance = (a: number[], b: number[]) => a.reduce((s, v, d) => s + (v - b[d]) ** 2, 0);

/** A codebook that has seen `uses[k]` vectors of code k, each at the code. */
function bookOf(vectors: number[][], uses: number[]): Codebook {
  return {
    vectors_KD: tf.tensor2d(vectors),
    counts_K: tf.tensor1d(uses),
    sums_KD: tf.tensor2d(vectors.map((v, k) => v.map((x) => x * uses[k]))),
  };
}

law("the chosen code is a nearest one by brute force, and a code vector is its own", {
  source: "van den Oord et al. 2017, eq. 1",
  given: { seed, sizes },
  kills: ["nearest-without-norms", "nearest-is-farthest"],
  holds: async ({ seed, sizes: { N, K, D } }) => {
    const z = matrix(seed, [N, D]);
    const e = matrix(seed + 1, [K, D], 1.5);
    const index = await values(() => nearest(tf.tensor2d(e), tf.tensor2d(z)));
    const size = Math.max(...[...z, ...e].map((v) => distance(v, v.map(() => 0))));
    index.forEach((k, n) => {
      const least = Math.min(...e.map((v) => distance(z[n], v)));
      // z·e − ‖e‖²/2 of D products in float32, doubled.
      close(distance(z[n], e[k]), least, 4 * float32(D + 2, size), `distance of vector ${n}`);
    });
    const q = index.map((k) => e[k]);
    const again = await values(() => nearest(tf.tensor2d(e), tf.tensor2d(q)));
    again.forEach((k, n) =>
      close(distance(q[n], e[k]), 0, 4 * float32(D + 2, size), `Q(Q(z)) of vector ${n}`)
    );
  },
});

law("straight-through: q itself, bit for bit; ∂L/∂z = ∂L/∂q exactly, and nothing reaches q", {
  source: "Bengio et al. 2013; van den Oord et al. 2017, section 3.2",
  given: { seed, n: fc.integer({ min: 1, max: 20 }) },
  kills: [
    "straight-through-by-adding",
    "straight-through-broken",
    "straight-through-reaches-codes",
  ],
  holds: async ({ seed, n }) => {
    const [z, q, w] = [0, 1, 2].map((i) => normals(seed + i, n));
    assertEquals(await values(() => straightThrough(tf.tensor1d(z), tf.tensor1d(q))), q);
    const loss = (v: tf.Tensor) => tf.sum(tf.mul(tf.square(v), tf.tensor1d(w))) as tf.Scalar;
    const [byZ, byQ] = await Promise.all([0, 1].map((i) =>
      values(() => {
        const both = tf.grads((z: tf.Tensor, q: tf.Tensor) => loss(straightThrough(z, q)));
        return both([tf.tensor1d(z), tf.tensor1d(q)])[i];
      })
    ));
    assertEquals(byZ, await values(() => tf.grad(loss)(tf.tensor1d(q))));
    assertEquals(byQ.every((g) => g === 0), true);
  },
});

law("quantisation fades in: m·q + (1 − m)·z, its ends exact, with the gradient of z at every m", {
  source: "definition",
  given: {
    seed,
    n: fc.integer({ min: 1, max: 20 }),
    m: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  kills: ["fade-turned-round"],
  holds: async ({ seed, n, m }) => {
    const [z, q, w] = [0, 1, 2].map((i) => normals(seed + i, n));
    const faded = (m: number) =>
      values(() => fadedThrough(tf.tensor1d(z), tf.tensor1d(q), tf.scalar(m)));
    assertEquals(await faded(1), q);
    assertEquals(await faded(0), z);
    (await faded(m)).forEach((v, i) => close(v, m * q[i] + (1 - m) * z[i], float32(3, 8), "faded"));
    const loss = (z: tf.Tensor) =>
      tf.sum(tf.mul(fadedThrough(z, tf.tensor1d(q), tf.scalar(m)), tf.tensor1d(w))) as tf.Scalar;
    assertEquals(await values(() => tf.grad(loss)(tf.tensor1d(z))), w);
  },
});

law(
  "commitment: the mean squared distance, 0 iff all lie on their codes; ∇_z = 2(z − q)/ND, ∇_q = 0",
  {
    source: "van den Oord et al. 2017, eq. 3",
    given: { seed, sizes },
    kills: ["commitment-moves-the-codes", "commitment-gradient-halved"],
    holds: async ({ seed, sizes: { N, D } }) => {
      const [z, q] = [matrix(seed, [N, D]), matrix(seed + 1, [N, D])];
      const expected = z.reduce((s, v, n) => s + distance(v, q[n]), 0) / (N * D);
      const ours = await value(() => commitment(tf.tensor2d(z), tf.tensor2d(q)));
      close(ours, expected, float32(N * D, Math.max(1, expected)), "commitment");
      assertEquals(await value(() => commitment(tf.tensor2d(z), tf.tensor2d(z))), 0);
      const grads = (i: number) =>
        values(() =>
          tf.grads((z, q) => tf.mul(commitment(z as tf.Tensor2D, q as tf.Tensor2D), 3))([
            tf.tensor2d(z),
            tf.tensor2d(q),
          ])[i]
        );
      (await grads(0)).forEach((g, i) => {
        const [n, d] = [Math.floor(i / D), i % D];
        close(g, 3 * 2 * (z[n][d] - q[n][d]) / (N * D), float32(4, 8), "∇_z");
      });
      assertEquals((await grads(1)).every((g) => g === 0), true);
    },
  },
);

law("EMA codebook: γ = 0 gives the mean of each used code's vectors and leaves the others", {
  source: "van den Oord et al. 2017, appendix A.1",
  given: { seed, sizes },
  kills: ["ema-sums-without-counts", "ema-moves-unused-codes"],
  holds: async ({ seed, sizes: { N, K, D } }) => {
    const z = matrix(seed, [N, D]);
    const e = matrix(seed + 1, [K, D]);
    const index = normals(seed + 2, N).map((v) => Math.floor(Math.abs(v) * 1e4) % K);
    const ours = await values(() =>
      updateCodebook(bookOf(e, e.map(() => 3)), {
        z_ND: tf.tensor2d(z),
        index_N: tf.tensor1d(index, "int32"),
      }, 0).vectors_KD
    );
    e.forEach((old, k) => {
      const own = z.filter((_, n) => index[n] === k);
      old.forEach((before, d) => {
        const mean = own.reduce((s, v) => s + v[d], 0) / own.length;
        const expected = own.length === 0 ? before : mean;
        close(ours[k * D + d], expected, float32(N + 2, 6), `code ${k}`);
      });
    });
  },
});

law("EMA codebook: γ = 1 changes nothing; between, N, m and e = m/N follow their recursion", {
  source: "van den Oord et al. 2017, eq. 8",
  given: { seed, sizes, decay: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.fround) },
  kills: ["ema-decay-turned-round", "ema-sums-without-counts"],
  holds: async ({ seed, sizes: { N, K, D }, decay }) => {
    const z = matrix(seed, [N, D]);
    const e = matrix(seed + 1, [K, D]);
    const uses = e.map((_, k) => 1 + k);
    const index = z.map((_, n) => (seed + n * n) % K);
    const run = (decay: number, of: keyof Codebook) =>
      values(() =>
        updateCodebook(bookOf(e, uses), {
          z_ND: tf.tensor2d(z),
          index_N: tf.tensor1d(index, "int32"),
        }, decay)[of]
      );
    assertEquals(await run(1, "counts_K"), uses);
    (await run(1, "vectors_KD")).forEach((v, i) =>
      close(v, e[Math.floor(i / D)][i % D], 2 ** -22 * 4, "γ = 1")
    );
    const counts = await run(decay, "counts_K");
    const vectors = await run(decay, "vectors_KD");
    e.forEach((old, k) => {
      const own = z.filter((_, n) => index[n] === k);
      const count = decay * uses[k] + (1 - decay) * own.length;
      close(counts[k], count, float32(4, 16), `count of code ${k}`);
      if (count < 1e-3) return;
      old.forEach((before, d) => {
        const sum = decay * before * uses[k] + (1 - decay) * own.reduce((s, v) => s + v[d], 0);
        close(vectors[k * D + d], sum / count, float32(N + 4, 64) / Math.min(1, count), "vector");
      });
    });
  },
});

law(
  "a reset replaces dead codes by vectors of the batch, and leaves used ones alone, bit for bit",
  {
    source: "Dhariwal et al. 2020 (arXiv:2005.00341), B.1",
    given: { seed, sizes, all: fc.boolean() },
    kills: ["reset-touches-used-codes", "reset-keeps-dead-codes", "reset-forgets-the-sums"],
    holds: async ({ seed, sizes: { N, K, D }, all }) => {
      const z = matrix(seed, [N, D]);
      const e = matrix(seed + 1, [K, D]);
      const below = 0.125;
      // A quarter of the threshold, or four times it.
      const uses = e.map((_, k) => Math.fround(below * N / K * ((seed >> k) % 2 === 0 ? 0.25 : 4)));
      const run = (of: keyof Codebook) =>
        values(() =>
          resetDead(bookOf(e, uses), { z_ND: tf.tensor2d(z), key: key("reset", seed) }, {
            below,
            all: tf.scalar(all, "bool"),
          })[of]
        );
      const [vectors, counts, sums] = [
        await run("vectors_KD"),
        await run("counts_K"),
        await run("sums_KD"),
      ];
      const before = await values(() => bookOf(e, uses).sums_KD);
      e.forEach((old, k) => {
        const now = vectors.slice(k * D, (k + 1) * D);
        const sum = sums.slice(k * D, (k + 1) * D);
        if (uses[k] < below * N / K || all) {
          assertEquals(z.some((v) => v.every((x, d) => x === now[d])), true, `code ${k} is fresh`);
          if (!(counts[k] >= below * N / K)) throw new Error(`code ${k} is born dead`);
          sum.forEach((s, d) => close(s / counts[k], now[d], float32(2, 8), "m/N of a fresh code"));
        } else {
          assertEquals(now, old);
          assertEquals(counts[k], uses[k]);
          assertEquals(sum, before.slice(k * D, (k + 1) * D));
        }
      });
    },
  },
);

law("permuting the codes permutes indices and leaves vectors out as they are", {
  source: "definition",
  given: { seed, sizes },
  holds: async ({ seed, sizes: { N, K, D } }) => {
    const z = matrix(seed, [N, D]);
    const e = matrix(seed + 1, [K, D]);
    const order = e.map((_, k) => k).sort((a, b) =>
      (a * 7919 + seed) % 97 - (b * 7919 + seed) % 97
    );
    const permuted = order.map((k) => e[k]);
    const index = (book: number[][]) => values(() => nearest(tf.tensor2d(book), tf.tensor2d(z)));
    const [plain, moved] = [await index(e), await index(permuted)];
    assertEquals(moved.map((k) => order[k]), plain);
    assertEquals(moved.map((k) => permuted[k]), plain.map((k) => e[k]));
  },
});

law("1 ≤ exp(H) ≤ min(K, N); K iff uniform, 1 iff collapsed", {
  source: "bounds of entropy",
  given: { seed, N: fc.integer({ min: 1, max: 40 }), K: fc.integer({ min: 2, max: 12 }) },
  kills: ["perplexity-in-bits", "perplexity-of-counts"],
  holds: async ({ seed, N, K }) => {
    const index = normals(seed, N).map((v) => Math.floor(Math.abs(v) * 1e4) % K);
    const of = (index: number[]) =>
      value(() => perplexity(countCodes(tf.tensor1d(index, "int32"), K)));
    const ours = await of(index);
    const counts = Array.from({ length: K }, (_, k) => index.filter((i) => i === k).length);
    const h = counts.reduce((s, n) => n === 0 ? s : s - n / N * Math.log(n / N), 0);
    const tolerance = 8 * float32(K, K);
    close(ours, Math.exp(h), tolerance, "perplexity");
    if (ours < 1 - tolerance || ours > Math.min(K, N) + tolerance) throw new Error(`${ours}`);
    close(await of(index.map(() => index[0])), 1, tolerance, "collapsed");
    const uniform = Array.from({ length: 3 * K }, (_, i) => i % K);
    close(await of(uniform), K, tolerance, "uniform");
  },
});

law("residual: where every codebook holds 0, the error never grows with the number of stages", {
  source: "Zeghidour et al. 2021 (arXiv:2107.03312), section III.C",
  given: { seed, sizes, stages: fc.integer({ min: 2, max: 5 }) },
  kills: ["residual-not-subtracted", "residual-sum-forgets-a-stage"],
  holds: async ({ seed, sizes: { N, K, D }, stages }) => {
    const z = matrix(seed, [N, D], 2);
    const tables = Array.from({ length: stages }, (_, s) => {
      const book = matrix(seed + 1 + s, [K, D], 2 ** -s);
      return [book[0].map(() => 0), ...book.slice(1)];
    });
    const books = (): Books => tables.map((book) => bookOf(book, book.map(() => 1)));
    const size = Math.max(...z.map((v) => distance(v, v.map(() => 0))), 4 * D);
    const slack = 8 * float32(D + stages, size);
    let before = z.map((v) => distance(v, v.map(() => 0)));
    for (let S = 1; S <= stages; S++) {
      const q = await values(() => {
        const used = books().slice(0, S);
        const codes = assignStages(used, tf.tensor2d(z)).map(({ index_N }) => index_N);
        return lookUp(used.map((b) => b.vectors_KD), tf.stack(codes, 1) as tf.Tensor2D);
      });
      const after = z.map((v, n) => distance(v, q.slice(n * D, (n + 1) * D)));
      after.forEach((error, n) => {
        if (error > before[n] + slack) {
          throw new Error(`vector ${n}: ${before[n]} grew to ${error} at stage ${S}`);
        }
      });
      // Each stage takes the best of its codes for what is left.
      let left = z;
      for (let s = 0; s < S; s++) {
        left = left.map((v) => {
          const k = tables[s].map((e) => distance(v, e)).reduce(
            (a, d, i, all) => d < all[a] ? i : a,
            0,
          );
          return v.map((x, d) => x - tables[s][k][d]);
        });
      }
      left.forEach((v, n) =>
        close(after[n], distance(v, v.map(() => 0)), slack, `greedy error of vector ${n}`)
      );
      before = after;
    }
  },
});
