import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { openEngine } from "../../../src/engine/mod.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { fold, keyTensor, normal } from "../../../src/random/key.ts";
import { float32, law } from "../../law.ts";

const { engine } = await openEngine("wasm");

law("conv2d's gradients are the sums of their definition, for any kernel, stride and padding", {
  source: "definition",
  given: {
    // The wide one takes several blocks of rows.
    side: fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({
          h: fc.integer({ min: 1, max: 8 }),
          w: fc.integer({ min: 1, max: 8 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ h: fc.constant(9), w: fc.constantFrom(80, 150) }) },
    ),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    // Multiples of eight on either side take the direct sums; others the composed form.
    channels: fc.record({
      c: fc.constantFrom(1, 2, 3, 5, 8, 16),
      o: fc.constantFrom(1, 2, 3, 6, 8, 16),
    }),
    pad: fc.constantFrom("same" as const, "valid" as const),
    batch: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(),
  },
  holds: async ({ side: { h, w }, kernel, stride, channels: { c, o }, pad, batch, seed }) => {
    fc.pre(pad === "same" || kernel <= Math.min(h, w));
    const before = tf.memory().numTensors;
    const tensors = tf.tidy(() => {
      const key = keyTensor(hostKey(seed));
      const x = normal<tf.Rank.R4>(key, [batch, h, w, c]);
      const f = normal<tf.Rank.R4>(fold(key, 1), [kernel, kernel, c, o]);
      const run = (x: tf.Tensor, f: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, stride, pad);
      const dy = normal<tf.Rank.R4>(fold(key, 2), run(x, f).shape);
      const [dx, df] = tf.grads((x, f) => tf.sum(tf.mul(dy, run(x, f))))([x, f]);
      return [x, f, dy, dx, df];
    });
    const [x, f, dy, dx, df] = await Promise.all(tensors.map((t) => engine.read(t)));
    const [, oh, ow] = tensors[2].shape as number[];
    const top = (n: number, out: number) =>
      pad === "same" ? Math.max(0, (out - 1) * stride + kernel - n) >> 1 : 0;
    const [ph, pw] = [top(h, oh), top(w, ow)];
    const rx = new Float64Array(x.length);
    const rf = new Float64Array(f.length);
    for (let at = 0; at < dy.length; at++) {
      const [k, j] = [at % o, Math.floor(at / o) % ow];
      const [i, n] = [Math.floor(at / (o * ow)) % oh, Math.floor(at / (o * ow * oh))];
      for (let u = 0; u < kernel; u++) {
        for (let v = 0; v < kernel; v++) {
          const [p, q] = [i * stride + u - ph, j * stride + v - pw];
          if (p < 0 || q < 0 || p >= h || q >= w) continue;
          for (let m = 0; m < c; m++) {
            const xi = ((n * h + p) * w + q) * c + m;
            const fi = ((u * kernel + v) * c + m) * o + k;
            rx[xi] += dy[at] * f[fi];
            rf[fi] += dy[at] * x[xi];
          }
        }
      }
    }
    // Products of two normals, below 16 each, over all terms of a sum.
    const bound = float32(Math.max(batch * oh * ow, kernel * kernel * o), 16);
    for (const [found, expected] of [[dx, rx], [df, rf]] as const) {
      for (let i = 0; i < expected.length; i++) {
        if (!(Math.abs(found[i] - expected[i]) <= bound)) {
          throw new Error(`number ${i}: ${found[i]} instead of ${expected[i]}`);
        }
      }
    }
    tf.dispose(tensors);
    assertEquals(tf.memory().numTensors, before);
  },
  kills: [
    "conv-filter-not-reversed",
    "conv-stride-not-folded",
    "conv-filter-gradient-unpadded",
    "filter-gradient-misses-last-column",
    "filter-gradient-blocks-overlap",
    "rank-update-second-half-lost",
  ],
  cases: 250,
});

law("matMul with any operand transposed, and batches, are the sums of their definition", {
  source: "definition",
  given: {
    m: fc.integer({ min: 1, max: 6 }),
    k: fc.integer({ min: 1, max: 6 }),
    n: fc.integer({ min: 1, max: 6 }),
    batch: fc.tuple(fc.constantFrom(1, 3), fc.constantFrom(1, 3)),
    ta: fc.boolean(),
    tb: fc.boolean(),
    seed: fc.nat(),
  },
  holds: async ({ m, k, n, batch: [p, q], ta, tb, seed }) => {
    const tensors = tf.tidy(() => {
      const key = keyTensor(hostKey(seed));
      const a = normal(key, ta ? [p, k, m] : [p, m, k]);
      const b = normal(fold(key, 1), tb ? [q, n, k] : [q, k, n]);
      return [a, b, tf.matMul(a, b, ta, tb)];
    });
    const [a, b, y] = await Promise.all(tensors.map((t) => engine.read(t)));
    assertEquals(tensors[2].shape, [Math.max(p, q), m, n]);
    for (let i = 0; i < y.length; i++) {
      const [col, row, o] = [i % n, Math.floor(i / n) % m, Math.floor(i / (n * m))];
      const [oa, ob] = [p === 1 ? 0 : o, q === 1 ? 0 : o];
      let s = 0;
      for (let j = 0; j < k; j++) {
        s += a[ta ? (oa * k + j) * m + row : (oa * m + row) * k + j] *
          b[tb ? (ob * n + col) * k + j : (ob * k + j) * n + col];
      }
      if (!(Math.abs(s - y[i]) <= float32(k, 16))) throw new Error(`${y[i]} instead of ${s}`);
    }
    tf.dispose(tensors);
  },
  kills: ["matmul-ignores-transposition"],
  cases: 150,
});
