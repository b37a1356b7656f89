import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { UsageError } from "../../../src/base/errors.ts";
import { config, energyModel } from "../../../src/families/energy/mod.ts";
import type { Model, TensorRecord } from "../../../src/families/family.ts";
import { compilePrograms, sampleContext } from "../../../src/run/model/programs.ts";
import { engine, value } from "../on_engine.ts";
import { loadPoints, pair, points, trainOnPoints } from "../points.ts";
import { built, key, read, reloaded, rows, sample16, squares, train } from "../small.ts";

await loadPoints("moons");

const tiny = { width: 16, levels: 3, langevin: 2, chainSteps: 2 };
const forms: Record<string, Record<string, unknown>> = {
  "denoising, energy": { objective: "denoising" },
  "denoising, score": { objective: "denoising", network: "score" },
  "sliced, energy": { objective: "sliced", slices: 2 },
  "sliced, score": { objective: "sliced", network: "score" },
  "contrastive": { objective: "contrastive", sigmaMin: 0.1 },
};
const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

/** Samples by the family's driver. */
function draw(
  model: Model,
  state: TensorRecord,
  { rows_B, evaluations }: { rows_B: tf.Tensor1D; evaluations?: number },
): tf.Tensor4D {
  const context = sampleContext(engine, compilePrograms(engine, model, { label: "energy" }));
  const request = { rows_B, key: key("sample"), labels: {}, evaluations };
  return model.driver.sample!(state, request, context) as tf.Tensor4D;
}

for (const [name, form] of Object.entries(forms)) {
  Deno.test(`energy (${name}): trains alike under one key, resumes bit for bit, gives points`, async () => {
    const model = built(energyModel, { ...tiny, ...form }, { sample: pair });
    const whole = await trainOnPoints(model, { steps: 6 });
    const half = await trainOnPoints(model, { steps: 3 });
    assertEquals(half.series, whole.series.slice(0, 3));
    const rest = await trainOnPoints(model, {
      steps: 3,
      from: 3,
      state: await reloaded(half.state),
    });
    assertEquals(rest.series, whole.series.slice(3));
    assertEquals(await read(rest.state), await read(whole.state));
    for (const s of whole.series) {
      for (const [what, [v]] of s) assertEquals(Number.isFinite(v), true, `${what} ${v}`);
    }
    const drawn = draw(model, whole.state, { rows_B: rows(5) });
    assertEquals(drawn.shape, [5, 1, 2, 1]);
    for (const v of await engine.read(drawn)) {
      if (!(v >= 0 && v <= 1)) throw new Error(`a sample has ${v}`);
    }
    assertEquals("score" in model.programs, model.capabilities.critic);
  });
}

Deno.test("energy: denoising lowers its loss, and another key gives other losses", async () => {
  const model = built(
    energyModel,
    { ...tiny, network: "score", width: 32, learningRate: 0.01 },
    { sample: pair, steps: 80 },
  );
  const { series } = await trainOnPoints(model, { steps: 80, batch: 64 });
  const losses = series.map((s) => s.get("loss")![0]);
  const [first, last] = [mean(losses.slice(0, 8)), mean(losses.slice(-8))];
  // The network starts at a score of 0: half the mean square of two normals, 1.
  if (!(first > 0.8 && last < 0.75)) throw new Error(`loss from ${first} to ${last}`);
  const other = await trainOnPoints(model, {
    steps: 2,
    batch: 64,
    state: model.init(key("other")),
  });
  assertNotEquals(other.series, series.slice(0, 2));
});

Deno.test("energy: contrastive learns to prefer data to noise", async () => {
  const model = built(
    energyModel,
    { objective: "contrastive", width: 32, sigmaMin: 0.1, chainSteps: 4, learningRate: 0.01 },
    { sample: pair, steps: 60, batch: 64 },
  );
  const { state } = await trainOnPoints(model, { steps: 60, batch: 64 });
  const prefers = (x_BHWC: tf.Tensor4D) =>
    value(() =>
      tf.mean(
        model.programs.score(state, { x_BHWC }, key("look"))[1].logit_B as tf.Tensor,
      )
    );
  const corners = tf.tensor4d([0, 0, 0, 1, 1, 0, 1, 1], [4, 1, 2, 1]);
  const [data, far] = [await prefers(points(64)), await prefers(corners)];
  if (!(data > far + 0.1)) throw new Error(`−E of data ${data}, of corners ${far}`);
});

Deno.test("energy: a sample's row doesn't depend on the batch around it; nothing is left behind", async () => {
  const model = built(energyModel, tiny, { sample: pair });
  const { state } = await trainOnPoints(model, { steps: 3 });
  const read = async (tensor: tf.Tensor) => Array.from(await engine.read(tensor));
  const rows_B = rows(4);
  const whole = await read(draw(model, state, { rows_B }));
  const parts = [
    ...await read(draw(model, state, { rows_B: rows(1) })),
    ...await read(draw(model, state, { rows_B: rows(3, 1) })),
  ];
  assertEquals(parts, whole);
  const fixed = key("sample");
  const context = sampleContext(engine, compilePrograms(engine, model, { label: "energy" }));
  const before = engine.memory().tensors;
  (model.driver.sample!(state, { rows_B, key: fixed, labels: {} }, context) as tf.Tensor).dispose();
  assertEquals(engine.memory().tensors, before);
});

Deno.test("energy: a training step leaves no tensor behind but the next state and its outputs", async () => {
  for (const form of [{ objective: "sliced" }, { objective: "contrastive" }]) {
    const model = built(energyModel, { ...tiny, ...form }, { sample: pair });
    const { state } = await trainOnPoints(model, { steps: 1 });
    const before = engine.memory().tensors;
    await trainOnPoints(model, { steps: 2, from: 1, state });
    assertEquals(engine.memory().tensors, before);
  }
});

Deno.test("energy: sampling evaluates the score as often as is said, or asked for", () => {
  const model = built(energyModel, tiny, { sample: pair });
  assertEquals(model.capabilities.evaluations, 3 * 2 + 1);
  const state = model.init(key("init"));
  const inner = sampleContext(engine, compilePrograms(engine, model, { label: "energy" }));
  for (const [evaluations, wanted] of [[undefined, 7], [31, 31], [1, 4]] as const) {
    const called: string[] = [];
    const context: typeof inner = {
      ...inner,
      run: (name, ...rest) => {
        called.push(name);
        return inner.run(name, ...rest);
      },
    };
    const request = { rows_B: rows(2), key: key("sample"), labels: {}, evaluations };
    model.driver.sample!(state, request, context);
    assertEquals(called.filter((name) => name !== "start").length, wanted);
  }
});

Deno.test("energy: pictures train and give pictures", async () => {
  const config = { ...tiny, width: 8, sigmaMin: 0.1, learningRate: 0.01 };
  const model = built(energyModel, config, { sample: sample16, steps: 40 });
  const { state, series } = await train(model, { steps: 40, batch: 8 });
  const losses = series.map((s) => s.get("loss")![0]);
  const [first, last] = [mean(losses.slice(0, 8)), mean(losses.slice(-8))];
  // Half a χ² of 768 numbers at first; a mean of 64 pictures is off by 2.5.
  if (!(last < first - 15)) throw new Error(`loss from ${first} to ${last}`);
  assertEquals(draw(model, state, { rows_B: rows(2) }).shape, [2, 16, 16, 3]);
  const { logit_B } = model.programs.score(state, { x_BHWC: squares(3) }, key("look"))[1];
  assertEquals((logit_B as tf.Tensor).shape, [3]);
});

Deno.test("energy: the config has a default for everything and refuses what it can't do", () => {
  assertEquals(config.parse({}).objective, "denoising");
  const issues = (c: Record<string, unknown>) =>
    config.safeParse(c).error?.issues.map((i) => i.path.join(".") || i.code);
  assertEquals(issues({ sigma: 4 }), ["unrecognized_keys"]);
  assertEquals(issues({ objective: "contrastive", network: "score" }), ["network"]);
  assertEquals(issues({ sigmaMin: 2 }), ["sigmaMin"]);
  assertThrows(
    () => built(energyModel, { network: "score" }),
    UsageError,
    "is for points and the smallest pictures",
  );
});
