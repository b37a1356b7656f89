import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { composedCacheWrite } from "../../src/engine/tfjs/cache_write.ts";
import type { KernelCall } from "../../src/engine/tfjs/registry.ts";
import { valueAndGrad, writeRow } from "../../src/nn/mod.ts";
import { law } from "../law.ts";
import { normals, values } from "../families/on_engine.ts";

law("writeRow replaces row pos of every cache and nothing else", {
  source: "definition",
  given: {
    count: fc.integer({ min: 1, max: 3 }),
    length: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 1, max: 4 }),
    share: fc.double({ min: 0, max: 0.999, noNaN: true }),
  },
  holds: async ({ count, length, width, share }) => {
    const pos = Math.floor(share * length);
    const old = normals(1, count * length * width);
    const rows = normals(2, count * width);
    const inputs = () => ({
      cache: tf.tensor3d(old, [count, length, width]),
      rows: tf.tensor3d(rows, [count, 1, width]),
      pos: tf.scalar(pos, "int32"),
    });
    const written = await values(() => {
      const { cache, rows, pos } = inputs();
      return writeRow(cache, rows, pos);
    });
    const expected = old.map((value, i) => {
      const at = Math.floor(i / width) % length;
      const n = Math.floor(i / (width * length));
      return at === pos ? rows[n * width + i % width] : value;
    });
    assertEquals(written, expected);
    // What engines without a kernel of their own run.
    const composed = await values(() =>
      composedCacheWrite({ inputs: inputs() } as unknown as KernelCall<
        { cache: tf.Tensor; rows: tf.Tensor; pos: tf.Tensor }
      >) as tf.Tensor
    );
    assertEquals(composed.map((x) => x + 0), expected.map((x) => x + 0));
  },
  kills: ["cache-writes-the-row-before", "composed-cache-keeps-the-old-row"],
  cases: 60,
});

Deno.test("the cache that was written into is left as it was", async () => {
  const old = tf.zeros([1, 3, 2]) as tf.Tensor3D;
  const next = tf.tidy(() => writeRow(old, tf.ones([1, 1, 2]), tf.scalar(1, "int32")));
  assertEquals(Array.from(await old.data()), [0, 0, 0, 0, 0, 0]);
  assertEquals(Array.from(await next.data()), [0, 0, 1, 1, 0, 0]);
  tf.dispose([old, next]);
});

Deno.test("writeRow says what doesn't fit, and refuses a gradient", () => {
  const write = (rows: [number, number, number], pos: tf.Scalar) => () =>
    tf.tidy(() => writeRow(tf.zeros([2, 3, 4]), tf.zeros(rows), pos));
  assertThrows(write([2, 2, 4], tf.scalar(0, "int32")), Error, "rows [N, 1, D]");
  assertThrows(write([2, 1, 4], tf.scalar(0)), Error, "int32 scalar");
  assertThrows(
    () =>
      valueAndGrad((rows: tf.Tensor3D) => ({
        loss: tf.sum(writeRow(tf.zeros([1, 2, 2]), rows, tf.scalar(0, "int32"))) as tf.Scalar,
      }), tf.ones([1, 1, 2]) as tf.Tensor3D),
    Error,
    "writeRow has no gradient",
  );
});
