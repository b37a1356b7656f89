import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { ImageSpec } from "../../../src/kinds/image/image_set.ts";
import { autoregressive, config } from "../../../src/families/autoregressive/mod.ts";
import type { Model, TensorRecord } from "../../../src/families/family.ts";
import { built, drawn, key, read, reloaded, squares, trainPhases } from "../small.ts";
import { engine, values } from "../on_engine.ts";

const tiny = {
  form: "scales",
  width: 8,
  heads: 2,
  layers: 1,
  scales: 3,
  codes: 8,
  codeLength: 4,
  codecWidth: 8,
};
const factors = [{ name: "side", kind: "class" as const, classes: ["left", "right"] }];

const sides = (count: number, from = 0) =>
  tf.tensor1d(Int32Array.from({ length: count }, (_, i) => (from + i) % 2), "int32");

/** Trains on squares with those labels. */
const train = (model: Model, options: Omit<Parameters<typeof trainPhases>[1], "labels">) =>
  trainPhases(model, { ...options, labels: (step, count) => ({ side: sides(count, step) }) });

Deno.test("autoregressive scales: both phases lower their loss, the same key gives the same stream", async () => {
  const model = built(autoregressive, tiny);
  const [one, two] = [await train(model, { steps: 40 }), await train(model, { steps: 40 })];
  assertEquals(one.series, two.series);
  assertEquals(Object.keys(one.series), ["train", "train_prior"]);
  const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
  for (const [name, series] of Object.entries(one.series)) {
    assertEquals(series.length, 20);
    const losses = series.map((s) => s.get("loss")![0]);
    const [first, last] = [mean(losses.slice(0, 4)), mean(losses.slice(-4))];
    if (!(last < 0.95 * first)) throw new Error(`${name}: loss went from ${first} to ${last}`);
    for (const s of series) {
      for (const [what, [v]] of s) assertEquals(Number.isFinite(v), true, what);
    }
  }
});

Deno.test("autoregressive scales: a training resumed in either phase is the uninterrupted one, bit for bit", async () => {
  const model = built(autoregressive, tiny, { steps: 8 });
  const whole = await train(model, { steps: 8 });
  for (const at of [2, 6]) {
    const before = await train(model, { steps: at });
    const after = await train(model, {
      steps: 8 - at,
      from: at,
      state: await reloaded(before.state),
    });
    assertEquals(await read(after.state), await read(whole.state));
  }
});

Deno.test("autoregressive scales: pictures in, codes out, pictures back", async () => {
  const model = built(autoregressive, tiny);
  const { codes } = model.capabilities;
  // A grid of 4×4 after 2×2 and 1×1.
  assertEquals(codes, { size: 8, count: 21 });
  const { state } = await train(model, { steps: 4 });
  const x_BHWC = squares(3);
  const run = (name: string, inputs: TensorRecord) =>
    Object.values(model.programs[name](state, inputs, key("look"))[1])[0] as tf.Tensor;
  const found = await values(() => run("codes", { x_BHWC }));
  assertEquals(found.length, 3 * 21);
  assertEquals(found.every((k) => Number.isInteger(k) && k >= 0 && k < 8), true);
  const painted = await values(() =>
    run("paint", { codes_BT: tf.tensor2d(Int32Array.from(found), [3, 21], "int32") })
  );
  assertEquals(await values(() => run("reconstruct", { x_BHWC })), painted);
  assertEquals(
    await values(() => run("decode", { z_BZ: run("encode", { x_BHWC }) })),
    painted,
  );
  assertEquals(painted.every((v) => v >= 0 && v <= 1), true);
  x_BHWC.dispose();
});

Deno.test("autoregressive scales: samples are pictures, leave nothing behind, and a row's doesn't depend on its batch", async () => {
  const model = built(autoregressive, tiny);
  const { state } = await train(model, { steps: 2 });
  const before = engine.memory().tensors;
  const whole = await drawn(model, state, { count: 3 });
  assertEquals(engine.memory().tensors, before);
  assertEquals(whole.every((v) => v >= 0 && v <= 1), true);
  const parts = [
    ...await drawn(model, state, { count: 1 }),
    ...await drawn(model, state, { count: 2, from: 1 }),
  ];
  assertEquals(parts, whole);
});

Deno.test("autoregressive scales: conditional, told or not", async () => {
  const told = { ...tiny, condition: ["side"], learningRate: 0.05 };
  const model = built(autoregressive, told, { factors, steps: 16 });
  const { state, series } = await train(model, { steps: 16 });
  assertEquals(series.train_prior.length, 8);
  const label = (value: number) => ({ side: tf.fill([2], value, "int32") as tf.Tensor1D });
  const [left, right, any] = [
    await drawn(model, state, { count: 2, labels: label(0) }),
    await drawn(model, state, { count: 2, labels: label(1) }),
    await drawn(model, state, { count: 2, labels: label(-1) }),
  ];
  assertNotEquals(left, right);
  assertNotEquals(left, any);
});

Deno.test("autoregressive scales: a step leaves no tensor behind but the next state and its outputs", async () => {
  const model = built(autoregressive, tiny, { steps: 8 });
  const { state } = await train(model, { steps: 1 });
  const before = engine.memory().tensors;
  await train(model, { steps: 5, from: 1, state });
  assertEquals(engine.memory().tensors, before);
});

Deno.test("autoregressive scales: trains on 28×28×1 pictures; refuses smaller ones and what it can't do", async () => {
  const sample: ImageSpec = { kind: "image", height: 28, width: 28, channels: 1 };
  const model = built(autoregressive, tiny, { sample, steps: 4 });
  assertEquals(model.capabilities.codes?.count, 49 + 16 + 4);
  const { series } = await train(model, { steps: 4, sample });
  assertEquals(Number.isFinite(series.train_prior[1].get("loss")![0]), true);
  assertThrows(
    () => built(autoregressive, tiny, { sample: { ...sample, height: 2, width: 2 } }),
    RangeError,
    "16 to 256",
  );
  assertThrows(() => built(autoregressive, tiny, { steps: 1 }), RangeError, "2 phases");
  assertEquals(
    config.safeParse({ ...tiny, heads: 3 }).error?.issues.map((i) => i.path.join(".")),
    ["heads"],
  );
});
