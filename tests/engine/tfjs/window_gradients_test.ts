import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { openEngine } from "../../../src/engine/mod.ts";
import { hostKey, hostNormal, hostPermutation } from "../../../src/random/host/host.ts";
import { float32, law } from "../../law.ts";
import { read } from "../read.ts";

await openEngine("wasm");

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

function normals(seed: number, shape: number[], name: string): tf.Tensor {
  return tf.tensor(hostNormal(hostKey(seed, name), sizeOf(shape)), shape);
}

/** Where a movement of numbers takes each output from, and the gradient that follows from it. */
async function movement(
  move: (x: tf.Tensor) => tf.Tensor,
  { shape, seed }: { shape: number[]; seed: number },
): Promise<{ found: number[]; expected: number[] }> {
  const from = await read(() => move(tf.reshape(tf.range(0, sizeOf(shape)), shape)));
  const out = tf.tidy(() => move(tf.zeros(shape)).shape);
  const dy = hostNormal(hostKey(seed, "dy"), from.length);
  const expected = new Array<number>(sizeOf(shape)).fill(0);
  from.forEach((at, i) => expected[at] += dy[i]);
  const found = await read(() =>
    tf.grad((x) => tf.sum(tf.mul(move(x), tf.tensor(dy, out))))(normals(seed, shape, "x"))
  );
  return { found, expected };
}

const axis = fc.integer({ min: 1, max: 6 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    begin: fc.integer({ min: 0, max: size - 1 }),
    end: fc.integer({ min: 0, max: size }),
    stride: fc.constantFrom(1, 2, 3, -1, -2),
    masked: fc.boolean(),
  })
);

law("stridedSlice's gradient puts every number back where it was taken, for any stride", {
  source: "definition",
  given: { axes: fc.array(axis, { minLength: 1, maxLength: 3 }), seed: fc.nat() },
  holds: async ({ axes, seed }) => {
    const mask = axes.reduce((m, { masked }, i) => m | (Number(masked) << i), 0);
    const slice = (x: tf.Tensor) =>
      tf.stridedSlice(
        x,
        axes.map((a) => a.begin),
        axes.map((a) => a.end),
        axes.map((a) => a.stride),
        mask,
        mask,
      );
    const shape = axes.map((a) => a.size);
    fc.pre(axes.every((a) => a.masked || (a.end - a.begin) * a.stride > 0));
    const { found, expected } = await movement(slice, { shape, seed });
    assertEquals(found, expected);
  },
  kills: ["strided-gradient-forgets-the-stride", "strided-gradient-not-reversed"],
  cases: 120,
});

law("depthToSpace's gradient puts every number back where it was taken", {
  source: "definition",
  given: {
    shape: fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 3 }))),
    block: fc.constantFrom(2, 3),
    channels: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(),
  },
  holds: async ({ shape, block, channels, seed }) => {
    const move = (x: tf.Tensor) => tf.depthToSpace(x as tf.Tensor4D, block, "NHWC");
    const { found, expected } = await movement(move, {
      shape: [...shape, block * block * channels],
      seed,
    });
    assertEquals(found, expected);
  },
  kills: ["depth-gradient-untransposed"],
  cases: 30,
});

law(
  "the gradient of maxPool's gradient is its adjoint, for windows that overlap or reach the edge",
  {
    source: "definition",
    given: {
      h: fc.integer({ min: 2, max: 6 }),
      w: fc.integer({ min: 2, max: 6 }),
      window: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 3 }),
      pad: fc.constantFrom("same" as const, "valid" as const),
      seed: fc.nat(),
    },
    holds: async ({ h, w, window, stride, pad, seed }) => {
      fc.pre(pad === "same" || window <= Math.min(h, w));
      const shape = [2, h, w, 2];
      // All different, so that every window has one largest.
      const order = Float32Array.from(hostPermutation(hostKey(seed), sizeOf(shape)), (n) => n - 20);
      const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, window, stride, pad);
      const [left, right] = await read(() => {
        const x = tf.tensor(order, shape);
        const v = normals(seed, shape, "v");
        const out = pool(x).shape;
        const back = (dy: tf.Tensor) => tf.grad((x) => tf.sum(tf.mul(pool(x), dy)))(x);
        const [dy, other] = ["dy", "other"].map((name) => normals(seed, out, name));
        const adjoint = tf.grad((dy) => tf.sum(tf.mul(back(dy), v)))(dy);
        return tf.stack([tf.sum(tf.mul(back(other), v)), tf.sum(tf.mul(adjoint, other))]);
      });
      if (!(Math.abs(left - right) <= float32(sizeOf(shape), 16))) {
        throw new Error(`⟨f(dy′), v⟩ = ${left}, ⟨fᵀ(v), dy′⟩ = ${right}`);
      }
    },
    kills: ["max-gradient-takes-the-first-place"],
    cases: 60,
  },
);
