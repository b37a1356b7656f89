import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { openEngine } from "../../src/engine/mod.ts";
import {
  avgPool2,
  batchMoments,
  batchNorm,
  conv,
  embed,
  gelu,
  glorotUniform,
  groupNorm,
  heNormal,
  initConv,
  initEmbedding,
  initLinear,
  initNorm,
  linear,
  logSigmoid,
  orthogonal,
  softplus,
  tanh,
  upsample2,
} from "../../src/nn/mod.ts";
import { hostKey } from "../../src/random/host/host.ts";
import { keyTensor, normal } from "../../src/random/key.ts";
import { close, float32, law } from "../law.ts";
import { read } from "../engine/read.ts";

const { engine } = await openEngine("wasm");

const seed = fc.nat(1e6);

law("orthogonal weights have orthonormal rows or columns, whichever are fewer", {
  source: "Saxe et al. 2014",
  given: { seed, rows: fc.integer({ min: 1, max: 12 }), columns: fc.integer({ min: 1, max: 12 }) },
  holds: async ({ seed, rows, columns }) => {
    const product = await read(() => {
      const q = orthogonal(keyTensor(hostKey(seed)), [rows, columns]) as tf.Tensor2D;
      return rows < columns ? tf.matMul(q, q, false, true) : tf.matMul(q, q, true, false);
    });
    const n = Math.min(rows, columns);
    product.forEach((x, i) =>
      close(x, i % (n + 1) === 0 ? 1 : 0, float32(Math.max(rows, columns), 2), "product")
    );
  },
  cases: 30,
});

law("He and Glorot weights have their stated variance, within 5 standard errors", {
  source: "He et al. 2015, eq. 10; Glorot & Bengio 2010, eq. 16",
  given: { seed, fanIn: fc.constantFrom(8, 64), fanOut: fc.constantFrom(16, 128) },
  holds: async ({ seed, fanIn, fanOut }) => {
    const n = 9 * fanIn * fanOut;
    const shape = [3, 3, fanIn, fanOut];
    const meanSquare = (x: number[]) => x.reduce((s, v) => s + v * v, 0) / x.length;
    const key = keyTensor(hostKey(seed));
    const he = meanSquare(await read(() => heNormal(key, shape)));
    const expected = 2 / (9 * fanIn);
    close(he, expected, 5 * expected * Math.sqrt(2 / n), "He");
    const glorot = meanSquare(await read(() => glorotUniform(key, shape)));
    const variance = 2 / (9 * (fanIn + fanOut));
    // Var(x²) of a uniform is 4/5 of its variance squared.
    close(glorot, variance, 5 * variance * Math.sqrt(0.8 / n), "Glorot");
    key.dispose();
  },
  cases: 10,
});

law("a normalised group has mean 0 and variance 1; any scale and shift of the input drops out", {
  source: "Wu & He 2018",
  given: { seed, scale: fc.constantFrom(0.1, 1, 30), shift: fc.constantFrom(-5, 0, 100) },
  holds: async ({ seed, scale, shift }) => {
    const y = await read(() => {
      const x = normal<tf.Rank.R4>(keyTensor(hostKey(seed)), [2, 6, 5, 4]);
      return groupNorm(initNorm(4), tf.add(tf.mul(x, scale), shift) as tf.Tensor4D, { groups: 2 });
    });
    for (const [b, g] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
      const group = y.filter((_, i) => Math.floor(i / 120) === b && (i % 4 >> 1) === g);
      const mean = group.reduce((s, v) => s + v, 0) / 60;
      const variance = group.reduce((s, v) => s + (v - mean) ** 2, 0) / 60;
      // ε = 1e-5 against the smallest variance, 0.01; and rounding of the shift over the scale.
      const noise = float32(60, 1 + Math.abs(shift) / scale);
      close(mean, 0, noise, "mean");
      close(variance, 1, 2e-3 + 2 * noise, "variance");
    }
  },
  cases: 30,
});

law(
  "over the batch a channel has mean 0 and variance 1, and by the moments it had it is the same",
  {
    source: "Ioffe & Szegedy 2015 (arXiv:1502.03167), algorithm 1 and 2",
    given: { seed, scale: fc.constantFrom(0.1, 1, 30), shift: fc.constantFrom(-5, 0, 100) },
    holds: async ({ seed, scale, shift }) => {
      const x = () => {
        const x = normal<tf.Rank.R4>(keyTensor(hostKey(seed)), [3, 4, 5, 2]);
        return tf.add(tf.mul(x, scale), shift) as tf.Tensor4D;
      };
      const y = await read(() => batchNorm(initNorm(2), x()));
      const noise = float32(60, 1 + Math.abs(shift) / scale);
      for (const c of [0, 1]) {
        const channel = y.filter((_, i) => i % 2 === c);
        const mean = channel.reduce((s, v) => s + v, 0) / 60;
        const variance = channel.reduce((s, v) => s + (v - mean) ** 2, 0) / 60;
        close(mean, 0, noise, "mean");
        close(variance, 1, 2e-3 + 2 * noise, "variance");
      }
      // One picture by all pictures' moments: what it was among them.
      const alone = await read(() => {
        const first = tf.slice(x(), 0, 1) as tf.Tensor4D;
        return batchNorm(initNorm(2), first, batchMoments(x()));
      });
      alone.forEach((v, i) => close(v, y[i], 4 * noise, `number ${i}`));
    },
    kills: ["batch-moments-of-a-picture", "kept-moments-without-the-root"],
    cases: 30,
  },
);

law("up and down by two is the identity; down and up keeps means", {
  source: "definition",
  given: { seed, h: fc.integer({ min: 1, max: 4 }), w: fc.integer({ min: 1, max: 4 }) },
  holds: async ({ seed, h, w }) => {
    const make = () => normal<tf.Rank.R4>(keyTensor(hostKey(seed)), [2, h, w, 3]);
    const there = await read(() => avgPool2(upsample2(make())));
    const x = await read(make);
    there.forEach((y, i) => close(y, x[i], 2 ** -22 * 4, "pixel"));
  },
  cases: 30,
});

law("activations are finite and right far out", {
  source: "definition",
  given: { x: fc.constantFrom(-1e4, -500, -30, 0, 30, 500, 1e4) },
  holds: async ({ x }) => {
    const at = (f: (x: tf.Tensor) => tf.Tensor) => read(() => f(tf.tensor1d([x])));
    const [softplusX] = await at(softplus);
    close(
      softplusX,
      x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)),
      1e-6 + 1e-7 * Math.abs(x),
    );
    const [logSigmoidX] = await at(logSigmoid);
    close(logSigmoidX, x < -20 ? x : -Math.log1p(Math.exp(-x)), 1e-6 + 1e-7 * Math.abs(x));
    close((await at(tanh))[0], Math.tanh(x), 2 ** -22);
    close((await at(gelu))[0], Math.max(0, x), 1e-6 * (1 + Math.abs(x)));
  },
  cases: 30,
});

Deno.test("layers have their stated shapes, also for odd sides and higher ranks", async () => {
  const key = keyTensor(hostKey(1));
  const shapes = tf.tidy(() => {
    const x = normal<tf.Rank.R4>(key, [2, 5, 7, 3]);
    const table = initEmbedding(key, { count: 9, width: 4 });
    return [
      conv(initConv(key, { in: 3, out: 8 }), x),
      conv(initConv(key, { in: 3, out: 8, kernel: 5 }), x, { stride: 2 }),
      linear(initLinear(key, { in: 3, out: 6 }), x),
      upsample2(x),
      embed(table, tf.zeros([2, 3], "int32")),
      groupNorm(initNorm(3), x, { groups: 8 }),
    ].map((t) => t.shape);
  });
  assertEquals(shapes, [
    [2, 5, 7, 8],
    [2, 3, 4, 8],
    [2, 5, 7, 6],
    [2, 10, 14, 3],
    [2, 3, 4],
    [2, 5, 7, 3],
  ]);
  assertThrows(() => avgPool2(tf.zeros([1, 3, 4, 1])), Error, "3×4");
  const zero = initConv(key, { in: 2, out: 2, scale: 0 });
  assertEquals(new Set(await engine.read(zero.weight)), new Set([0]));
});
