import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { valueAndGrad } from "../../src/nn/gradient.ts";
import { hostFold, hostKey, hostNormal, hostUniform } from "../../src/random/host/host.ts";
import { categorical, fold, keyTensor, normal, uniform } from "../../src/random/key.ts";
import { law } from "../law.ts";
import { read } from "../engine/read.ts";

const seed = fc.nat(2 ** 31);

law("tensor draws have the host's bits", {
  source: "definition",
  given: {
    seed,
    n: fc.integer({ min: 1, max: 40 }),
    purpose: fc.string(),
    step: fc.nat(2 ** 31 - 1),
  },
  holds: async ({ seed, n, purpose, step }) => {
    const host = hostKey(seed, purpose, step);
    const key = () => fold(fold(keyTensor(hostKey(seed)), purpose), tf.scalar(step, "int32"));
    assertEquals(await read(() => uniform(key(), [n])), [...hostUniform(host, n)]);
    assertEquals(await read(() => normal(key(), [n])), [...hostNormal(host, n)]);
    assertEquals(
      await read(() => fold(key(), 5)),
      [...hostFold(host, 5)].map((word) => word | 0),
    );
  },
  kills: ["fold-ignores-its-number"],
  cases: 60,
});

law("a row's draws don't depend on its place in the batch, nor on how the batch is split", {
  source: "definition",
  given: {
    seed,
    rows: fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 6 }),
    at: fc.nat(6),
  },
  holds: async ({ seed, rows, at }) => {
    const key = () => keyTensor(hostKey(seed));
    const ids = (r: number[]) => tf.tensor1d(r, "int32");
    const logits = (r: number[]) => tf.tensor2d(r.map((id) => [0, 0.3, id % 3, 0.1]));
    const cut = Math.min(at, rows.length - 1);
    const parts = [rows.slice(0, cut), rows.slice(cut)].filter((r) => r.length > 0);
    for (
      const draw of [
        (r: number[]) => uniform(key(), [r.length, 3, 2], { rows_B: ids(r) }),
        (r: number[]) => normal(key(), [r.length, 5], { rows_B: ids(r) }),
        (r: number[]) => categorical(key(), logits(r), { rows_B: ids(r) }),
      ]
    ) {
      const whole = await read(() => draw(rows));
      const split: number[] = [];
      for (const part of parts) split.push(...await read(() => draw(part)));
      assertEquals(split, whole);
    }
  },
  kills: ["rows-by-place"],
  cases: 60,
});

Deno.test("no gradient flows from a draw into logits, and none is an error", async () => {
  const logits = tf.tensor2d([[0, 1, 2]]);
  const key = keyTensor(hostKey(1));
  const { grads } = valueAndGrad((l: tf.Tensor2D) => {
    const drawn = tf.oneHot(categorical(key, l), 3);
    return { loss: tf.sum(tf.mul(tf.cast(drawn, "float32"), l)) as tf.Scalar };
  }, logits);
  const sum = await read(() => tf.sum(grads));
  assertEquals(sum, [1]);
});

Deno.test("wrong keys, rows and logits are named in the error", () => {
  const key = keyTensor(hostKey(1));
  const rows_B = tf.tensor1d([1, 2], "int32");
  assertThrows(() => uniform(key, [3, 2], { rows_B }), Error, "int32 [3]");
  assertThrows(() => uniform(tf.tensor1d([1, 2]) as tf.Tensor1D, [3]), Error, "int32 [2]");
  assertThrows(() => categorical(key, tf.tensor1d([1, 2])), Error, "[B, K]");
  assertThrows(() => fold(key, tf.scalar(1.5)), Error, "int32 scalar");
  assertThrows(() => fold(key, -1), RangeError, "-1");
});
