import { assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { Factor } from "../../../src/data/dataset.ts";
import type { ImageSpec } from "../../../src/kinds/image/image_set.ts";
import { autoregressive, config } from "../../../src/families/autoregressive/mod.ts";
import { built, drawn, key, read, reloaded, rows, sample16, squares, train } from "../small.ts";
import { engine, values } from "../on_engine.ts";

const tiny = { width: 16, heads: 2, layers: 2, units: 8, components: 2, headLayers: 1 };
const forms: Record<string, Record<string, unknown>> = {
  "pixelcnn": { ...tiny, form: "pixelcnn", levels: 2, knownBlocks: 1, width: 8 },
  "transformer": { ...tiny, form: "transformer", levels: 1, patch: 4 },
};

for (const [name, form] of Object.entries(forms)) {
  Deno.test(`autoregressive ${name}: training lowers the loss, the same key gives the same stream`, async () => {
    const model = built(autoregressive, form);
    const [one, two] = [await train(model, { steps: 30 }), await train(model, { steps: 30 })];
    const losses = one.series.map((s) => s.get("loss")![0]);
    const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
    const [first, last] = [mean(losses.slice(0, 5)), mean(losses.slice(-5))];
    if (!(last < 0.85 * first)) throw new Error(`loss went from ${first} to ${last}`);
    assertEquals(one.series, two.series);
    for (const what of ["bits_per_dimension", "learning_rate"]) {
      for (const s of one.series) assertEquals(Number.isFinite(s.get(what)![0]), true, what);
    }
  });

  Deno.test(`autoregressive ${name}: a training resumed is the uninterrupted one, bit for bit`, async () => {
    const model = built(autoregressive, form);
    const whole = await train(model, { steps: 4 });
    const half = await train(model, { steps: 2 });
    const rest = await train(model, { steps: 2, from: 2, state: await reloaded(half.state) });
    assertEquals(rest.series, whole.series.slice(2));
    assertEquals(await read(rest.state), await read(whole.state));
  });

  Deno.test(`autoregressive ${name}: samples are pictures, and a row's doesn't depend on its batch`, async () => {
    const model = built(autoregressive, form);
    const { state } = await train(model, { steps: 2 });
    const before = engine.memory().tensors;
    const whole = await drawn(model, state, { count: 3 });
    assertEquals(engine.memory().tensors, before);
    assertEquals(whole.length, 3 * 16 * 16 * 3);
    for (const v of whole) {
      if (Math.abs(v * 255 - Math.round(v * 255)) > 1e-4 || v < 0 || v > 1) {
        throw new Error(`${v} is no level of 256`);
      }
    }
    const parts = [
      ...await drawn(model, state, { count: 1 }),
      ...await drawn(model, state, { count: 2, from: 1 }),
    ];
    assertEquals(parts, whole);
  });

  Deno.test(`autoregressive ${name}: log p of a row doesn't depend on its batch`, async () => {
    const model = built(autoregressive, form);
    const { state } = await train(model, { steps: 2 });
    const x_BHWC = squares(4);
    const run = (from: number, count: number) =>
      values(() =>
        model.programs.log_weight(state, {
          x_BHWC: tf.slice(x_BHWC, [from, 0, 0, 0], [count, -1, -1, -1]),
          rows_B: rows(count, from),
        }, key("weigh"))[1].logWeight_B as tf.Tensor
      );
    const [whole, parts] = [await run(0, 4), [...await run(0, 1), ...await run(1, 3)]];
    assertEquals(parts, whole);
    assertEquals(whole.every((v) => Number.isFinite(v) && v < 0), true);
  });

  Deno.test(`autoregressive ${name}: conditional, told or not`, async () => {
    const factors: Factor[] = [{ name: "side", kind: "class", classes: ["left", "right"] }];
    const model = built(autoregressive, { ...form, condition: ["side"] }, { factors });
    assertEquals(model.capabilities.conditions, ["side"]);
    const program = engine.compile(model.programs.train, { name: "train", donate: true });
    let state = model.init(key("init"));
    const labelled = (labels: number[]) => ({ side: tf.tensor1d(labels, "int32") });
    for (let step = 0; step < 3; step++) {
      const inputs = { x_BHWC: squares(2), rows_B: rows(2), labels: labelled([0, 1]) };
      const [next, outputs] = program(state, inputs, key("train", step));
      state = next;
      assertEquals(Number.isFinite((await read(outputs)).get("loss")![0]), true);
    }
    const weigh = (labels: number[]) =>
      values(() =>
        model.programs.log_weight(
          state,
          { x_BHWC: squares(2), labels: labelled(labels) },
          key("w"),
        )[
          1
        ].logWeight_B as tf.Tensor
      );
    const [told, other, untold] = [await weigh([0, 1]), await weigh([1, 0]), await weigh([-1, -1])];
    assertNotEquals(told, other);
    assertNotEquals(told, untold);
    const sampled = await Promise.all([
      drawn(model, state, { count: 2, labels: labelled([0, 0]) }),
      drawn(model, state, { count: 2, labels: labelled([1, -1]) }),
    ]);
    assertNotEquals(sampled[0], sampled[1]);
  });
}

const shapes: [string, ImageSpec][] = [
  ["pixelcnn", { kind: "image", height: 28, width: 28, channels: 1 }],
  ["transformer", { kind: "image", height: 18, width: 13, channels: 3 }],
  ["pixelcnn", { kind: "image", height: 1, width: 2, channels: 1 }],
  ["transformer", { kind: "image", height: 1, width: 2, channels: 1 }],
  ["transformer", { kind: "image", height: 2, width: 2, channels: 1 }],
];
for (const [name, sample] of shapes) {
  const size = `${sample.height}×${sample.width}×${sample.channels}`;
  Deno.test(`autoregressive ${name}: trains on ${size} pictures, and draws them`, async () => {
    const model = built(autoregressive, { ...forms[name], layers: 1 }, { sample });
    const { state, series } = await train(model, { steps: 2, batch: 2, sample });
    assertEquals(Number.isFinite(series[1].get("loss")![0]), true);
    const pictures = await drawn(model, state, { count: 1 });
    assertEquals(pictures.length, sample.height * sample.width * sample.channels);
  });
}

Deno.test("autoregressive: a step leaves no tensor behind but the next state and its outputs", async () => {
  const model = built(autoregressive, forms.transformer);
  const { state } = await train(model, { steps: 1 });
  const before = engine.memory().tensors;
  await train(model, { steps: 2, from: 1, state });
  assertEquals(engine.memory().tensors, before);
});

Deno.test("autoregressive: the config has a default for everything and refuses what it can't do", () => {
  const model = built(autoregressive, {}, { sample: sample16 });
  assertEquals(model.capabilities.likelihood, "exact");
  assertEquals(model.capabilities.measure, "discrete-256");
  const issues = (c: Record<string, unknown>) =>
    config.safeParse(c).error?.issues.map((i) => i.path.join(".") || i.code);
  assertEquals(issues({}), undefined);
  assertEquals(issues({ from: "pixelcnn" }), ["unrecognized_keys"]);
  assertEquals(issues({ form: "transformer", width: 64, heads: 5 }), ["heads"]);
  assertEquals(issues({ form: "pixelcnn", width: 64, heads: 5 }), undefined);
  assertEquals(issues({ temperature: 0 }), ["temperature"]);
  assertEquals(issues({ patch: 0 }), ["patch"]);
});
