import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { ImageSpec } from "../../../src/kinds/image/image_set.ts";
import { UsageError } from "../../../src/base/errors.ts";
import { config, normalizingFlow } from "../../../src/families/normalizing_flow/mod.ts";
import { engine, values } from "../on_engine.ts";
import { loadPoints, pair, points, trainOnPoints } from "../points.ts";
import { built, key, read, reloaded, rows, squares, train } from "../small.ts";

await loadPoints("moons");
await loadPoints("torus");

const tiny = { steps: 3, width: 16, bins: 4 };
const grey: ImageSpec = { kind: "image", height: 16, width: 16, channels: 1 };
const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
const losses = (series: Map<string, number[]>[]) => series.map((s) => s.get("loss")![0]);

Deno.test("normalizing_flow: training lowers the loss, the same key gives the same stream", async () => {
  for (const coupling of ["affine", "spline"]) {
    const config = { ...tiny, steps: 2, coupling, learningRate: 0.01 };
    const model = built(normalizingFlow, config, { sample: pair, steps: 30 });
    const one = await trainOnPoints(model, { steps: 30 });
    const two = await trainOnPoints(model, { steps: 4 });
    assertEquals(one.series.slice(0, 4), two.series);
    const all = losses(one.series);
    const [first, last] = [mean(all.slice(0, 5)), mean(all.slice(-5))];
    // Nats a point: uniform points would have 2 ln 256 = 11.09.
    if (!(last < first - 0.3)) throw new Error(`${coupling}: loss from ${first} to ${last}`);
    for (const name of ["bits_per_dimension", "learning_rate"]) {
      for (const s of one.series) assertEquals(Number.isFinite(s.get(name)![0]), true, name);
    }
  }
});

Deno.test("normalizing_flow: another key gives other losses", async () => {
  const model = built(normalizingFlow, tiny, { sample: pair });
  const one = await trainOnPoints(model, { steps: 2 });
  const two = await trainOnPoints(model, { steps: 2, state: model.init(key("another")) });
  assertNotEquals(one.series, two.series);
});

Deno.test("normalizing_flow: a training resumed from its state is the uninterrupted one", async () => {
  const model = built(normalizingFlow, tiny, { sample: pair });
  const whole = await trainOnPoints(model, { steps: 6 });
  const half = await trainOnPoints(model, { steps: 3 });
  const rest = await trainOnPoints(model, {
    steps: 3,
    from: 3,
    state: await reloaded(half.state),
  });
  assertEquals(rest.series, whole.series.slice(3));
  assertEquals(await read(rest.state), await read(whole.state));
});

Deno.test("normalizing_flow: pictures train through levels, and every program gives what it should", async () => {
  const model = built(normalizingFlow, { ...tiny, steps: 2, levels: 2 }, {
    sample: grey,
    steps: 12,
  });
  const { state, series } = await train(model, { steps: 12, sample: grey });
  const all = losses(series);
  if (!(all[11] < all[0])) throw new Error(`losses ${all}`);
  assertEquals(model.capabilities.noise, 256);
  const inputs = { x_BHWC: squares(3, grey), rows_B: rows(3), z_BZ: tf.zeros([3, 256]) };
  for (const program of ["sample", "decode"]) {
    const pictures = model.programs[program](state, inputs, key("look"))[1].x_BHWC as tf.Tensor;
    assertEquals(pictures.shape, [3, 16, 16, 1]);
    for (const v of await engine.read(pictures)) {
      if (!(v >= 0 && v <= 1)) throw new Error(`${program} gives ${v}`);
    }
  }
  // A flow loses nothing: what is encoded comes back.
  const back = await values(() =>
    tf.max(tf.abs(tf.sub(
      inputs.x_BHWC,
      model.programs.decode(state, {
        z_BZ: model.programs.encode(state, inputs, key("look"))[1].mean_BZ,
      }, key("look"))[1].x_BHWC as tf.Tensor,
    )))
  );
  if (!(back[0] < 1e-4)) throw new Error(`reconstructions differ by ${back[0]}`);
  const weights = model.programs.log_weight(state, inputs, key("look"))[1].logWeight_B as tf.Tensor;
  assertEquals(weights.shape, [3]);
  for (const v of await engine.read(weights)) assertEquals(Number.isFinite(v), true);
});

Deno.test("normalizing_flow: three numbers are one place, too", async () => {
  const sample: ImageSpec = { ...pair, width: 3 };
  const model = built(normalizingFlow, { ...tiny, coupling: "spline" }, { sample, steps: 20 });
  const { state, series } = await trainOnPoints(model, { steps: 20, shape: "torus" });
  const all = losses(series);
  if (!(mean(all.slice(-5)) < mean(all.slice(0, 5)))) throw new Error(`losses ${all}`);
  const x = model.programs.sample(state, { rows_B: rows(5) }, key("look"))[1].x_BHWC as tf.Tensor;
  assertEquals(x.shape, [5, 1, 3, 1]);
});

Deno.test("normalizing_flow: samples and log weights of a row don't depend on the batch around it", async () => {
  const model = built(normalizingFlow, tiny, { sample: pair });
  const { state } = await trainOnPoints(model, { steps: 2 });
  const x_BHWC = points(4);
  for (const program of ["sample", "log_weight"]) {
    const run = (from: number, count: number) =>
      values(() => {
        const inputs = {
          rows_B: rows(count, from),
          x_BHWC: tf.slice(x_BHWC, [from, 0, 0, 0], [count, -1, -1, -1]),
        };
        return Object.values(
          model.programs[program](state, inputs, key("look"))[1],
        )[0] as tf.Tensor;
      });
    assertEquals([...await run(0, 1), ...await run(1, 3)], await run(0, 4), program);
  }
});

Deno.test("normalizing_flow: temperature 0 gives the code 0's picture, every time", async () => {
  const model = built(normalizingFlow, { ...tiny, temperature: 0 }, { sample: pair });
  const state = model.init(key("init"));
  const sampled = await values(() =>
    model.programs.sample(state, { rows_B: rows(2) }, key("look"))[1].x_BHWC as tf.Tensor
  );
  const decoded = await values(() =>
    model.programs.decode(state, { z_BZ: tf.zeros([2, 2]) }, key("look"))[1].x_BHWC as tf.Tensor
  );
  assertEquals(sampled, decoded);
});

Deno.test("normalizing_flow: a step leaves no tensor behind but the next state and its outputs", async () => {
  const model = built(normalizingFlow, { ...tiny, coupling: "spline" }, { sample: pair });
  const { state } = await trainOnPoints(model, { steps: 1 });
  const before = engine.memory().tensors;
  await trainOnPoints(model, { steps: 3, from: 1, state });
  assertEquals(engine.memory().tensors, before);
});

Deno.test("normalizing_flow: the config has a default for everything and refuses what it can't do", () => {
  assertEquals(config.parse({}).coupling, "affine");
  const issues = (c: Record<string, unknown>) =>
    config.safeParse(c).error?.issues.map((i) => i.path.join(".") || i.code);
  assertEquals(issues({ stepz: 4 }), ["unrecognized_keys"]);
  assertEquals(issues({ alpha: 0 }), ["alpha"]);
  assertEquals(issues({ coupling: "additive" }), ["coupling"]);
  assertThrows(
    () => built(normalizingFlow, {}, { sample: { ...grey, height: 25 } }),
    UsageError,
    "can't be halved",
  );
});
