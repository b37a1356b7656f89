import { assert, assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { ImageSpec } from "../../../src/kinds/image/image_set.ts";
import { config, vae } from "../../../src/families/vae/mod.ts";
import { built, key, read, reloaded, rows, squares, train } from "../small.ts";
import { engine, values } from "../on_engine.ts";
import { close } from "../../law.ts";

const tiny = { latent: 4, width: 8 };

Deno.test("vae: training lowers the loss, and the same key gives the same stream of losses", async () => {
  const model = built(vae, tiny);
  const [one, two] = [await train(model, { steps: 40 }), await train(model, { steps: 40 })];
  const losses = one.series.map((s) => s.get("loss")![0]);
  const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
  const [first, last] = [mean(losses.slice(0, 5)), mean(losses.slice(-5))];
  if (!(last < 0.85 * first)) throw new Error(`loss went from ${first} to ${last}`);
  assertEquals(one.series, two.series);
  for (const name of ["elbo", "reconstruction", "kl", "active_units", "scale", "learning_rate"]) {
    for (const s of one.series) assertEquals(Number.isFinite(s.get(name)![0]), true, name);
  }
});

Deno.test("vae: another key gives other losses", async () => {
  const model = built(vae, tiny);
  const one = await train(model, { steps: 2 });
  const two = await train(model, { steps: 2, state: model.init(key("another")) });
  assertNotEquals(one.series, two.series);
});

Deno.test("vae: a training resumed from its state is the uninterrupted one, bit for bit", async () => {
  const model = built(vae, { ...tiny, betaWarmup: 0.5 });
  const whole = await train(model, { steps: 8 });
  const half = await train(model, { steps: 4 });
  const rest = await train(model, { steps: 4, from: 4, state: await reloaded(half.state) });
  assertEquals(rest.series, whole.series.slice(4));
  assertEquals(await read(rest.state), await read(whole.state));
});

const forms: Record<string, Record<string, unknown>> = {
  "β": { beta: 4, betaWarmup: 0.5 },
  "β-TC stratified": { objective: "total-correlation", beta: 6 },
  "β-TC weighted": { objective: "total-correlation", beta: 6, estimator: "weighted" },
  "free bits": { freeBits: 0.25 },
  "IWAE": { objective: "importance", draws: 3 },
  "several draws": { draws: 2 },
  "Gaussian, optimal σ": { likelihood: "gaussian", scale: "optimal" },
  "Gaussian, fixed σ": { likelihood: "gaussian", scale: 0.1 },
  "Gaussian, learned σ": { likelihood: "gaussian" },
  "Bernoulli": { likelihood: "bernoulli" },
  "without average": { ema: 0 },
  "codes that turn with the picture": { antisymmetric: 1 },
};

for (const [name, form] of Object.entries(forms)) {
  Deno.test(`vae (${name}): trains, and every program gives finite pictures and numbers`, async () => {
    const model = built(vae, { ...tiny, ...form });
    const { state, series } = await train(model, { steps: 6 });
    for (const s of series) {
      for (const [what, [v]] of s) assertEquals(Number.isFinite(v), true, `${what} ${v}`);
    }
    const losses = series.map((s) => s.get("loss")![0]);
    // β's warm-up raises the loss by itself; the others must fall.
    if (!form.betaWarmup && !(losses[5] < losses[0])) throw new Error(`losses ${losses}`);
    const inputs = { x_BHWC: squares(3), rows_B: rows(3), z_BZ: tf.zeros([3, 4]) };
    for (const program of ["sample", "reconstruct", "decode"]) {
      const [, outputs] = model.programs[program](state, inputs, key("look"));
      const pictures = outputs.x_BHWC as tf.Tensor;
      assertEquals(pictures.shape, [3, 16, 16, 3]);
      for (const v of await engine.read(pictures)) {
        if (!(v >= 0 && v <= 1)) throw new Error(`${program} gives ${v}`);
      }
    }
    const [, { logWeight_B }] = model.programs.log_weight(state, inputs, key("look"));
    assertEquals((logWeight_B as tf.Tensor).shape, [3]);
    for (const v of await engine.read(logWeight_B as tf.Tensor)) {
      assertEquals(Number.isFinite(v), true);
    }
  });
}

Deno.test("vae: with decay 0 the evaluated weights are the live ones, bit for bit", async () => {
  const { state } = await train(built(vae, { ...tiny, ema: 0 }), { steps: 3 });
  assertEquals(await read(state.ema), await read(state.params));
  const averaged = await train(built(vae, tiny), { steps: 3 });
  assertNotEquals(await read(averaged.state.ema), await read(averaged.state.params));
});

Deno.test("vae: samples and log weights of a row don't depend on the batch around it", async () => {
  const model = built(vae, { ...tiny, observation: "draw" });
  const { state } = await train(model, { steps: 2 });
  for (const program of ["sample", "log_weight"]) {
    const x_BHWC = squares(4);
    const run = (from: number, count: number) =>
      values(() => {
        const inputs = {
          rows_B: rows(count, from),
          x_BHWC: tf.slice(x_BHWC, [from, 0, 0, 0], [count, -1, -1, -1]),
        };
        const [, outputs] = model.programs[program](state, inputs, key("look"));
        return Object.values(outputs)[0] as tf.Tensor;
      });
    const [whole, parts] = [await run(0, 4), [...await run(0, 1), ...await run(1, 3)]];
    assertEquals(parts, whole, program);
  }
});

Deno.test("vae: an average of log weights over keys is the ELBO that training reports", async () => {
  const model = built(vae, { ...tiny, ema: 0 });
  const { state } = await train(model, { steps: 3 });
  const x_BHWC = squares(8);
  const draws: number[] = [];
  for (let k = 0; k < 40; k++) {
    draws.push(
      ...await values(() =>
        model.programs.log_weight(state, { x_BHWC, rows_B: rows(8) }, key("weigh", k))[1]
          .logWeight_B as tf.Tensor
      ),
    );
  }
  // One more step's report is taken before its update, at the same weights.
  const outputs = model.programs.train(state, { x_BHWC, rows_B: rows(8) }, key("one more"))[1];
  const reported = (await read(outputs)).get("elbo")![0];
  const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
  // The report has one draw a picture of its own; its spread over draws of a picture bounds both.
  const spread = Math.max(
    ...Array.from({ length: 8 }, (_, b) => {
      const of = draws.filter((_, i) => i % 8 === b);
      const centre = of.reduce((a, v) => a + v, 0) / of.length;
      return Math.sqrt(of.reduce((a, v) => a + (v - centre) ** 2, 0) / of.length);
    }),
  );
  if (!(Math.abs(mean - reported) < 5 * spread / Math.sqrt(8))) {
    throw new Error(`mean log weight ${mean}, reported ELBO ${reported}, spread ${spread}`);
  }
});

const shapes: ImageSpec[] = [
  { kind: "image", height: 28, width: 28, channels: 1 },
  { kind: "image", height: 25, width: 40, channels: 3 },
  { kind: "image", height: 64, width: 64, channels: 3 },
];
for (const sample of shapes) {
  const name = `${sample.height}×${sample.width}×${sample.channels}`;
  Deno.test(`vae: trains on ${name} pictures`, async () => {
    const model = built(vae, tiny, { sample });
    const { state, series } = await train(model, { steps: 2, batch: 2, sample });
    assertEquals(Number.isFinite(series[1].get("loss")![0]), true);
    const [, { x_BHWC }] = model.programs.sample(state, { rows_B: rows(2) }, key("look"));
    assertEquals((x_BHWC as tf.Tensor).shape, [2, sample.height, sample.width, sample.channels]);
  });
}

Deno.test("vae: a mirror image's code is the picture's, with the sign of its last numbers changed", async () => {
  const model = built(vae, { ...tiny, antisymmetric: 1 });
  const { state } = await train(model, { steps: 6 });
  const encode = async (x_BHWC: tf.Tensor4D) => {
    const [, q] = model.programs.encode(state, { x_BHWC }, key("look"));
    return {
      mean: await engine.read(q.mean_BZ as tf.Tensor),
      log: await engine.read(q.logVariance_BZ as tf.Tensor),
    };
  };
  const own = await encode(squares(3)), other = await encode(tf.reverse(squares(3), 2));
  const size = Math.max(...own.mean.map(Math.abs));
  own.mean.forEach((v, i) => close(other.mean[i], i % 4 === 3 ? -v : v, 1e-5 * size, `mean ${i}`));
  own.log.forEach((v, i) => close(other.log[i], v, 1e-5 * (1 + Math.abs(v)), `log variance ${i}`));
  // The last number does hear which way round a picture is, and the others hear the picture.
  for (const i of [0, 1, 2, 3]) assert(Math.abs(own.mean[i]) > 1e-3 * size, `mean ${i} is silent`);
});

Deno.test("vae: a step leaves no tensor behind but the next state and its outputs", async () => {
  const model = built(vae, tiny);
  const { state } = await train(model, { steps: 1 });
  const before = engine.memory().tensors;
  const after = await train(model, { steps: 3, from: 1, state });
  assertEquals(engine.memory().tensors, before);
  assertEquals(after.series.length, 3);
});

Deno.test("vae: the config has a default for everything and refuses what it can't do", () => {
  assertEquals(config.parse({}).likelihood, "discretised-logistic");
  const issues = (c: Record<string, unknown>) =>
    config.safeParse(c).error?.issues.map((i) => i.path.join(".") || i.code);
  assertEquals(issues({ betta: 4 }), ["unrecognized_keys"]);
  assertEquals(issues({ scale: "optimal" }), ["scale"]);
  assertEquals(issues({ scale: -1 }), ["scale"]);
  assertEquals(issues({ objective: "importance", beta: 2 }), ["beta"]);
  assertEquals(issues({ objective: "importance", freeBits: 1 }), ["freeBits"]);
  assertEquals(issues({ objective: "importance", betaWarmup: 0.1 }), ["betaWarmup"]);
  assertEquals(issues({ latent: 0 }), ["latent"]);
  assertEquals(issues({ latent: 8, antisymmetric: 9 }), ["antisymmetric"]);
});

Deno.test("vae: the measure of its likelihood is stated", () => {
  const measure = (likelihood: string) => built(vae, { ...tiny, likelihood }).capabilities.measure;
  assertEquals(measure("discretised-logistic"), "discrete-256");
  assertEquals(measure("gaussian"), "density");
  assertEquals(measure("bernoulli"), "bernoulli");
});
