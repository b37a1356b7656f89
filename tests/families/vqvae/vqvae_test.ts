import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { ImageSpec } from "../../../src/kinds/image/image_set.ts";
import type { Model, TensorRecord } from "../../../src/families/family.ts";
import { config, vqvae } from "../../../src/families/vqvae/mod.ts";
import { built, drawn, key, read, reloaded, squares, trainPhases } from "../small.ts";
import { engine, values } from "../on_engine.ts";

const tiny = {
  width: 8,
  codes: 8,
  dimensions: 4,
  priorLayers: 1,
  priorWidth: 8,
  priorHeads: 2,
};
const factors = [
  { name: "gender", kind: "class" as const, classes: ["dark", "light"] },
  { name: "size", kind: "class" as const, classes: ["small", "middle", "large"] },
];

/** Labels of pictures `from` …, −1 among them. */
function labelsOf(from: number, count: number): Record<string, tf.Tensor1D> {
  const label = (classes: number) =>
    tf.tensor1d(Int32Array.from({ length: count }, (_, i) => (from + i) % classes), "int32");
  return { gender: label(2), size: label(3) };
}

/** Trains on squares with those labels. */
const train = (model: Model, options: Omit<Parameters<typeof trainPhases>[1], "labels">) =>
  trainPhases(model, { ...options, labels: labelsOf });

const losses = (series: Map<string, number[]>[]) => series.map((s) => s.get("loss")![0]);
const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

Deno.test("vqvae: both phases lower their loss, and the same key gives the same stream of losses", async () => {
  const model = built(vqvae, { ...tiny, priorShare: 0.5, priorLearningRate: 0.01 }, { steps: 80 });
  const [one, two] = [await train(model, { steps: 80 }), await train(model, { steps: 80 })];
  assertEquals(one.series, two.series);
  assertEquals(Object.entries(one.series).map(([name, s]) => [name, s.length]), [
    ["train", 40],
    ["train_prior", 40],
  ]);
  for (const [name, series] of Object.entries(one.series)) {
    const all = losses(series);
    const [first, last] = [mean(all.slice(0, 5)), mean(all.slice(-5))];
    if (!(last < 0.85 * first)) throw new Error(`${name}: loss went from ${first} to ${last}`);
    for (const s of series) {
      for (const [what, [v]] of s) assertEquals(Number.isFinite(v), true, what);
    }
  }
  assertEquals([...one.series.train[0].keys()], [
    "code_rms",
    "commitment",
    "learning_rate",
    "loss",
    "perplexity",
    "psnr",
    "used",
  ]);
});

Deno.test("vqvae: another key gives other losses", async () => {
  const model = built(vqvae, tiny);
  const one = await train(model, { steps: 2 });
  const two = await train(model, { steps: 2, state: model.init(key("another")) });
  assertNotEquals(one.series, two.series);
});

Deno.test("vqvae: a training resumed in either phase is the uninterrupted one, bit for bit", async () => {
  const model = built(vqvae, { ...tiny, condition: ["gender"] }, { steps: 6, factors });
  const whole = await train(model, { steps: 6 });
  let state: TensorRecord | undefined;
  const series: Record<string, Map<string, number[]>[]> = {};
  for (let from = 0; from < 6; from += 2) {
    const part = await train(model, { steps: 2, from, state });
    state = await reloaded(part.state);
    for (const [name, s] of Object.entries(part.series)) (series[name] ??= []).push(...s);
  }
  assertEquals(series, whole.series);
  assertEquals(await read(state!), await read(whole.state));
});

const forms: Record<string, Record<string, unknown>> = {
  "plain": {},
  "residual": { quantiser: "residual", stages: 2 },
  "finite": { quantiser: "finite", bins: [4, 3], codes: 256, dimensions: 8 },
  "two grids": { grids: 2 },
  "two grids, residual, told two factors": {
    grids: 2,
    quantiser: "residual",
    stages: 2,
    condition: ["gender", "size"],
  },
  "two grids, finite": { grids: 2, quantiser: "finite", bins: [3, 5], codes: 256, dimensions: 8 },
  "told a factor": { condition: ["size"], temperature: 0.5 },
  "without average, never reset": { ema: 0, dead: 0 },
};

for (const [name, form] of Object.entries(forms)) {
  Deno.test(`vqvae (${name}): trains, and every program gives finite pictures, numbers and codes`, async () => {
    const model = built(vqvae, { ...tiny, ...form }, { factors, steps: 8 });
    const { state, series } = await train(model, { steps: 8 });
    for (const s of Object.values(series).flat()) {
      for (const [what, [v]] of s) assertEquals(Number.isFinite(v), true, `${what} ${v}`);
    }
    const { codes, conditions, evaluations } = model.capabilities;
    const x_BHWC = squares(3);
    const run = (program: string, inputs: TensorRecord) =>
      values(() =>
        Object.values(model.programs[program](state, inputs, key("look"))[1])[0] as tf.Tensor
      );
    const numbers = await run("codes", { x_BHWC });
    assertEquals(numbers.length, 3 * codes!.count);
    assertEquals(numbers.every((k) => Number.isInteger(k) && k >= 0 && k < codes!.size), true);
    const z = await run("encode", { x_BHWC });
    const rebuilt = await run("reconstruct", { x_BHWC });
    assertEquals(rebuilt.length, 3 * 16 * 16 * 3);
    // The vectors are what the decoder gets.
    assertEquals(await run("decode", { z_BZ: tf.tensor2d(z, [3, z.length / 3]) }), rebuilt);
    const labels = conditions!.length === 0 ? {} : labelsOf(0, 3);
    for (const pictures of [rebuilt, await drawn(model, state, { count: 3, labels })]) {
      for (const v of pictures) if (!(v >= 0 && v <= 1)) throw new Error(`a picture holds ${v}`);
    }
    assertEquals(evaluations, codes!.count + Math.max(1, conditions!.length) - 1);
  });
}

Deno.test("vqvae: what is evaluated of a row doesn't depend on the batch around it", async () => {
  const model = built(vqvae, { ...tiny, grids: 2, condition: ["gender"] }, { factors, steps: 6 });
  const { state } = await train(model, { steps: 6 });
  const gender = [0, 1, -1, 1];
  const asked = (from: number, count: number) => ({
    gender: tf.tensor1d(Int32Array.from(gender.slice(from, from + count)), "int32"),
  });
  const run = (from: number, count: number) =>
    drawn(model, state, { count, from, labels: asked(from, count) });
  assertEquals([...await run(0, 1), ...await run(1, 3)], await run(0, 4));
  const x_BHWC = squares(4);
  for (const program of ["reconstruct", "codes", "encode"]) {
    const part = (from: number, count: number) =>
      values(() => {
        const x = tf.slice(x_BHWC, [from, 0, 0, 0], [count, -1, -1, -1]);
        return Object.values(model.programs[program](state, { x_BHWC: x }, key("look"))[1])[
          0
        ] as tf.Tensor;
      });
    assertEquals([...await part(0, 1), ...await part(1, 3)], await part(0, 4), program);
  }
});

Deno.test("vqvae: the second phase leaves autoencoder and codebooks alone, bit for bit", async () => {
  const model = built(vqvae, { ...tiny, priorShare: 0.5 }, { steps: 6 });
  const first = await train(model, { steps: 3 });
  const before = await read(first.state);
  const after = await read((await train(model, { steps: 3, from: 3, state: first.state })).state);
  for (const [path, was] of before) {
    const prior = /^(params|ema)\/prior|^slots\/prior|^steps\/prior/.test(path);
    if (!prior) assertEquals(after.get(path), was, path);
  }
  assertNotEquals(
    after.get("params/prior/transformer/head/bias"),
    before.get("params/prior/transformer/head/bias"),
  );
});

Deno.test("vqvae: steps and samples leave no tensor behind", async () => {
  const model = built(vqvae, { ...tiny, priorShare: 0.5 }, { steps: 8 });
  let { state } = await train(model, { steps: 5 });
  const before = engine.memory().tensors;
  ({ state } = await train(model, { steps: 2, from: 5, state }));
  await drawn(model, state, { count: 2 });
  assertEquals(engine.memory().tensors, before);
  const { state: fresh } = await train(model, { steps: 1 });
  const held = engine.memory().tensors;
  await train(model, { steps: 2, from: 1, state: fresh });
  assertEquals(engine.memory().tensors, held);
});

const shapes: ImageSpec[] = [
  { kind: "image", height: 28, width: 28, channels: 1 },
  { kind: "image", height: 17, width: 26, channels: 3 },
];
for (const sample of shapes) {
  const name = `${sample.height}×${sample.width}×${sample.channels}`;
  Deno.test(`vqvae: trains on ${name} pictures, on one grid and two`, async () => {
    for (const grids of [1, 2]) {
      const model = built(vqvae, { ...tiny, grids }, { sample, steps: 2 });
      const { state, series } = await train(model, { steps: 2, sample });
      assertEquals(Number.isFinite(losses(series.train)[0]), true);
      const x_BHWC = squares(2, sample);
      const [, outputs] = model.programs.reconstruct(state, { x_BHWC }, key("look"));
      assertEquals((outputs.x_BHWC as tf.Tensor).shape, x_BHWC.shape);
    }
  });
}

Deno.test("vqvae: the config has a default for everything and refuses what it can't do", () => {
  const { quantiser, codes, grids, condition } = config.parse({});
  assertEquals([quantiser, codes, grids, condition], ["vector", 256, 1, []]);
  const issues = (c: Record<string, unknown>) =>
    config.safeParse(c).error?.issues.map((i) => i.path.join(".") || i.code);
  assertEquals(issues({ code: 4 }), ["unrecognized_keys"]);
  assertEquals(issues({ codes: 1 }), ["codes"]);
  assertEquals(issues({ quantiser: "finite", codes: 64 }), ["codes"]);
  assertEquals(issues({ quantiser: "finite", dimensions: 3 }), ["dimensions"]);
  assertEquals(issues({ bins: [2, 8] }), ["bins.0"]);
  assertEquals(issues({ bins: [256, 256, 8] }), ["bins"]);
  assertEquals(issues({ priorWidth: 50 }), ["priorHeads"]);
  assertEquals(issues({ priorShare: 1 }), ["priorShare"]);
  assertEquals(issues({ grids: 3 }), ["grids"]);
});

Deno.test("vqvae: pictures too small, factors that aren't there and too few steps are refused", () => {
  const sample: ImageSpec = { kind: "image", height: 8, width: 8, channels: 1 };
  assertThrows(() => built(vqvae, tiny, { sample }), RangeError, "16 to 256 pixels a side");
  assertThrows(
    () => built(vqvae, { ...tiny, condition: ["gendre"] }, { factors }),
    Error,
    "did you mean `gender`",
  );
  assertThrows(() => built(vqvae, tiny, { steps: 1 }), RangeError, "too few for 2 phases");
});
