import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { conformance } from "../../../src/proof/conformance/conformance.ts";
import { hostFold, hostKey, hostNormal, hostUniform } from "../../../src/random/host/host.ts";
import { categorical, fold, keyTensor, normal, uniform } from "../../../src/random/key.ts";
import { uniform53 } from "../../../src/random/host/draws.ts";
import { law } from "../../law.ts";
import { engine, tensorflow, test } from "./available.ts";

let table: ReturnType<typeof conformance> | undefined;
/** The table of operations, made by the first test that wants it: others are run without. */
const conforming = () => table ??= conformance(engine);

test("no operation of the tensorflow engine gives a wrong number, forward or backward", async () => {
  const rows = await conforming();
  assertEquals(rows.filter((r) => [r.forward, r.gradient, r.second].includes("wrong")), []);
});

test("what families are built of has forward, gradient and second derivative there too", async () => {
  const rows = await conforming();
  const incomplete = rows.filter((r) =>
    ![r.forward, r.gradient, r.second].every((s) => s === "ok" || s === "–")
  ).map((r) => r.op);
  assertEquals(incomplete, []);
});

async function read(body: () => tf.Tensor): Promise<number[]> {
  const t = tf.tidy(body);
  const values = [...await engine.read(t)];
  t.dispose();
  return values;
}

/** Normals in float64 arithmetic of another library: equal but for a rounding to float32. */
function nearly(found: readonly number[], host: Float32Array): void {
  assertEquals(found.length, host.length);
  found.forEach((x, i) => {
    const ulps = Math.abs(x - host[i]) / (2 ** -24 * Math.max(1, Math.abs(host[i])));
    if (!(ulps <= 4)) throw new Error(`normal ${i}: ${x} against the host's ${host[i]}`);
  });
}

law("TensorFlow's draws have the host's bits; normals are within 4 ulp", {
  source: "Salmon et al. 2011; DESIGN, Randomness",
  given: {
    seed: fc.nat(2 ** 31),
    n: fc.integer({ min: 1, max: 40 }),
    rows: fc.array(fc.integer({ min: -3, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 5 }),
    purpose: fc.string({ unit: "grapheme", maxLength: 8 }),
    step: fc.nat(2 ** 31 - 1),
  },
  holds: async ({ seed, n, rows, purpose, step }) => {
    const host = hostFold(hostKey(seed, purpose), step);
    const key = () => fold(fold(keyTensor(hostKey(seed)), purpose), tf.scalar(step, "int32"));
    assertEquals(await read(() => uniform(key(), [n])), [...hostUniform(host, n)]);
    nearly(await read(() => normal(key(), [n])), hostNormal(host, n));
    const rows_B = () => tf.tensor1d(rows, "int32");
    const shape = [rows.length, n];
    assertEquals(
      await read(() => uniform(key(), shape, { rows_B: rows_B() })),
      rows.flatMap((row) => [...hostUniform(host, n, { row: row >>> 0 })]),
    );
    nearly(
      await read(() => normal(key(), shape, { rows_B: rows_B() })),
      Float32Array.from(rows.flatMap((row) => [...hostNormal(host, n, { row: row >>> 0 })])),
    );
  },
  kills: ["tensorflow-weyl-skipped", "tensorflow-row-ignored", "tensorflow-fold-without-length"],
  cases: 40,
  needs: tensorflow,
});

law("a categorical draw inverts softmax's distribution function at the row's uniform", {
  source: "definition",
  given: {
    seed: fc.nat(2 ** 31),
    logits: fc.array(fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constant(-Infinity)), {
      minLength: 1,
      maxLength: 9,
    }).filter((l) => l.some(Number.isFinite)),
  },
  holds: async ({ seed, logits }) => {
    const key = () => keyTensor(hostKey(seed));
    const [drawn] = await read(() => categorical(key(), tf.tensor2d([logits])));
    const weights = logits.map((l) => Math.exp(l));
    const total = weights.reduce((a, b) => a + b, 0);
    const u = uniform53(hostKey(seed), 0, 0);
    let below = 0;
    for (let k = 0; k < drawn; k++) below += weights[k] / total;
    const width = weights[drawn] / total;
    return width > 0 && below <= u + 1e-12 && u - 1e-12 <= below + width;
  },
  kills: ["tensorflow-categorical-off-by-one"],
  cases: 60,
  needs: tensorflow,
});

test("logits without a softmax are an error that says so, and the engine goes on", async () => {
  const key = keyTensor(hostKey(1));
  for (const bad of [[0, NaN], [Infinity, 0], [-Infinity, -Infinity]]) {
    assertThrows(() => tf.tidy(() => categorical(key, tf.tensor2d([bad]))), Error, "categorical");
  }
  assertEquals(await read(() => tf.add(1, 2)), [3]);
  key.dispose();
});

test("an op that TensorFlow refuses is an error with its name and the shapes", async () => {
  const backend = tf.backend() as unknown as {
    executeSingleInput(op: string, x: tf.Tensor): tf.Tensor;
    executeSingleOutput(op: string, attributes: unknown[], x: tf.Tensor[]): tf.Tensor;
  };
  const [a, b] = [tf.ones([2, 3]), tf.ones([4, 5])];
  const type = { name: "T", type: 4, value: 1 };
  assertThrows(
    () => backend.executeSingleOutput("MatMul", [type], [a, b]),
    Error,
    "MatMul(float32 [2, 3], float32 [4, 5]): ",
  );
  assertThrows(() => backend.executeSingleInput("NoSuchOp", a), Error, "NoSuchOp");
  assertEquals(await read(() => tf.sum(a)), [6]);
  tf.dispose([a, b]);
});

test("texts go in and come out", async () => {
  const texts = tf.tensor1d(["", "a", "grün ✓", "x".repeat(100)]);
  assertEquals(await texts.data() as unknown as string[], ["", "a", "grün ✓", "x".repeat(100)]);
  const replaced = tf.string.staticRegexReplace(texts, "x+", "y");
  assertEquals(await replaced.data() as unknown as string[], ["", "a", "grün ✓", "y"]);
  tf.dispose([texts, replaced]);
});
