import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { Factor } from "../../../src/data/dataset.ts";
import type { ImageSpec } from "../../../src/kinds/image/image_set.ts";
import { mapTree } from "../../../src/engine/tree.ts";
import type { BuildContext, Model, TensorRecord } from "../../../src/families/family.ts";
import { config, gan, settingsOf } from "../../../src/families/gan/mod.ts";
import { losses, presetNames, presets } from "../../../src/families/gan/presets.ts";
import { iterate } from "../../../src/families/gan/networks/spectral_norm.ts";
import { discriminate } from "../../../src/families/gan/networks/discriminator.ts";
import { generate } from "../../../src/families/gan/networks/generator.ts";
import { drawInputs, generatorOptions, type State } from "../../../src/families/gan/model.ts";
import { centred } from "../../../src/families/common/pixels.ts";
import { atHeScale } from "../../../src/families/gan/networks/equalised_rate.ts";
import type { Moments } from "../../../src/nn/mod.ts";
import { fold } from "../../../src/random/key.ts";
import { hostKey, hostNormal } from "../../../src/random/host/host.ts";
import { built, key, read, reloaded, rows, sample16, squares } from "../small.ts";
import { engine, values } from "../on_engine.ts";
import { close } from "../../law.ts";

const tiny = { latent: 4, width: 8 };
const kind: Factor = { name: "kind", kind: "class", classes: ["dark", "light"] };
/** As the programs of a tiny DCGAN have it. */
const dcganSetting = {
  sample: sample16,
  conditions: [],
  steps: 40,
  config: settingsOf(config.parse({ ...tiny, form: "dcgan" })),
};
const point: ImageSpec = { kind: "image", height: 1, width: 2, channels: 1 };

/** Trains by the model's own schedule; step i's batch and key depend on i alone. */
async function train(
  model: Model,
  { steps, from = 0, state = model.init(key("init")), batch = 4, sample = sample16, told = false }:
    {
      steps: number;
      from?: number;
      state?: TensorRecord;
      batch?: number;
      sample?: ImageSpec;
      told?: boolean;
    },
): Promise<{ state: TensorRecord; series: Map<string, number[]>[] }> {
  const compiled = new Map(
    Object.entries(model.programs).map(([name, program]) => [
      name,
      engine.compile(program, { name, donate: true }),
    ]),
  );
  const series: Map<string, number[]>[] = [];
  for (let step = from; step < from + steps; step++) {
    const inputs = {
      x_BHWC: batchOf(step, batch, sample),
      rows_B: rows(batch),
      labels: told ? { kind: tf.tensor1d([0, 1, 0, -1].slice(0, batch), "int32") } : {},
    };
    for (const name of model.driver.schedule!(step)) {
      const stepKey = key(name, step);
      const [next, outputs] = compiled.get(name)!(state, inputs as never, stepKey);
      state = next;
      series.push(await read(outputs));
      tf.dispose([stepKey, outputs as tf.TensorContainer]);
    }
    tf.dispose(inputs);
  }
  return { state, series };
}

/** Squares, or points of a normal law around ½ where pictures are too small for them. */
function batchOf(step: number, count: number, sample: ImageSpec): tf.Tensor4D {
  if (sample.height >= 16) return squares(count, sample, (step * count) % 64);
  const { height, width, channels } = sample;
  const shape = [count, height, width, channels];
  const size = shape.reduce((a, b) => a * b, 1);
  const data = hostNormal(hostKey(step, "points"), size).map((v) => 0.5 + 0.1 * v);
  return engine.tensor(data, shape) as tf.Tensor4D;
}

function finite(series: Map<string, number[]>[]): void {
  for (const s of series) {
    for (const [what, [v]] of s) assert(Number.isFinite(v), `${what} is ${v}`);
  }
}

/** All programs' pictures and scores, checked. */
async function look(model: Model, state: TensorRecord, { sample = sample16, latent = 4 } = {}) {
  const shape = [3, sample.height, sample.width, sample.channels];
  const inputs = { x_BHWC: batchOf(0, 3, sample), rows_B: rows(3), z_BZ: tf.zeros([3, latent]) };
  for (const program of ["sample", "decode"]) {
    const [, { x_BHWC }] = model.programs[program](state, inputs, key("look"));
    assertEquals((x_BHWC as tf.Tensor).shape, shape, program);
    for (const v of await engine.read(x_BHWC as tf.Tensor)) {
      assert(v >= 0 && v <= 1, `${program} gives ${v}`);
    }
  }
  const [, { logit_B }] = model.programs.score(state, inputs, key("look"));
  assertEquals((logit_B as tf.Tensor).shape, [3]);
  assert((await engine.read(logit_B as tf.Tensor)).every(Number.isFinite));
}

for (const form of presetNames) {
  Deno.test(`gan (${form}): trains by its schedule; every program gives finite pictures and scores`, async () => {
    const model = built(gan, { ...tiny, form });
    const { state, series } = await train(model, { steps: 4 });
    finite(series);
    const names = new Set(series.flatMap((s) => [...s.keys()]));
    for (
      const name of [
        ...["loss", "discriminator_loss", "real_score", "fake_score", "accuracy", "real_sign"],
        ...["augment_p", "learning_rate"],
        ...(presets[form].penalty === "none" ? [] : ["penalty", "gradient_norm"]),
      ]
    ) assert(names.has(name), `${form} reports ${[...names]}, no ${name}`);
    await look(model, state);
    assertEquals(model.capabilities.critic, true);
    assertEquals(model.capabilities.noise, tiny.latent);
  });
}

Deno.test("gan: the discriminator learns to tell, and the generator to be like the data", async () => {
  // Points of N(½, 0.1²): the generator starts around ½ with another spread.
  const model = built(gan, { ...tiny, form: "r3gan", width: 8, learningRate: 1e-2 }, {
    sample: point,
    steps: 80,
  });
  const start = model.init(key("init"));
  const spread = async (state: TensorRecord) => {
    const pixels = await values(() =>
      model.programs.sample(state, { rows_B: rows(400) }, key("look"))[1].x_BHWC as tf.Tensor
    );
    const mean = pixels.reduce((a, b) => a + b, 0) / pixels.length;
    const square = pixels.reduce((a, b) => a + (b - mean) ** 2, 0) / pixels.length;
    return { mean, deviation: Math.sqrt(square) };
  };
  const before = await spread(start);
  const { state } = await train(model, { steps: 80, state: start, sample: point, batch: 32 });
  const after = await spread(state);
  const off = ({ mean, deviation }: { mean: number; deviation: number }) =>
    Math.abs(mean - 0.5) + Math.abs(deviation - 0.1);
  assert(off(after) < 0.05, `from ${JSON.stringify(before)} to ${JSON.stringify(after)}`);
  assert(off(after) < 0.5 * off(before), `${JSON.stringify(before)} to ${JSON.stringify(after)}`);
});

for (const loss of losses) {
  Deno.test(`gan: perceptrons play the game of ${loss} where samples are too small to convolve`, async () => {
    for (const architecture of ["residual", "style"]) {
      const penalty = loss === "wasserstein" ? "gradient" : "r1";
      const c = { ...tiny, form: "stylegan2", loss, architecture, penalty, spectralNorm: true };
      const model = built(gan, c, { sample: point });
      const { state, series } = await train(model, { steps: 2, sample: point });
      finite(series);
      await look(model, state, { sample: point });
    }
  });
}

Deno.test("gan: the same key gives the same stream, another key another", async () => {
  const model = built(gan, { ...tiny, form: "stylegan2" });
  const [one, two] = [await train(model, { steps: 3 }), await train(model, { steps: 3 })];
  assertEquals(one.series, two.series);
  const other = await train(model, { steps: 3, state: model.init(key("another")) });
  assertNotEquals(one.series, other.series);
});

Deno.test("gan: a training resumed from its state is the uninterrupted one, bit for bit", async () => {
  for (const c of [{ form: "stylegan2" }, { form: "sngan", criticSteps: 2 }]) {
    const model = built(gan, { ...tiny, ...c });
    const whole = await train(model, { steps: 4 });
    const half = await train(model, { steps: 2 });
    const rest = await train(model, { steps: 2, from: 2, state: await reloaded(half.state) });
    assertEquals(rest.series, whole.series.slice(half.series.length));
    assertEquals(await read(rest.state), await read(whole.state));
  }
});

Deno.test("gan: samples and scores of a row don't depend on the batch around it", async () => {
  for (const form of ["dcgan", "sngan", "stylegan2"]) {
    const model = built(gan, { ...tiny, form });
    const { state } = await train(model, { steps: 2 });
    const x_BHWC = squares(4);
    for (const program of ["sample", "score"]) {
      const run = (from: number, count: number) =>
        values(() => {
          const inputs = {
            rows_B: rows(count, from),
            x_BHWC: tf.slice(x_BHWC, [from, 0, 0, 0], [count, -1, -1, -1]),
          };
          const [, outputs] = model.programs[program](state, inputs, key("look"));
          return Object.values(outputs)[0] as tf.Tensor;
        });
      assertEquals([...await run(0, 1), ...await run(1, 3)], await run(0, 4), `${form} ${program}`);
    }
  }
});

Deno.test("gan: pictures come from the averaged generator, which with half-life 0 is the live one", async () => {
  const model = built(gan, { ...tiny, form: "dcgan" });
  const { state } = await train(model, { steps: 3 });
  const { generator } = state as unknown as State;
  assertNotEquals(await read(generator.ema), await read(generator.params));
  const sample = (generator: State["generator"]) =>
    values(() =>
      model.programs.sample(
        { ...state, generator } as TensorRecord,
        { rows_B: rows(2) },
        key("look"),
      )[1].x_BHWC as tf.Tensor
    );
  const other = mapTree(generator.params, (leaf) => tf.add(leaf, 1)) as typeof generator.params;
  const here = await sample(generator);
  assertEquals(await sample({ ...generator, params: other }), here);
  assertNotEquals(await sample({ ...generator, ema: other }), here);
  const live = await train(built(gan, { ...tiny, form: "dcgan", ema: 0 }), { steps: 3 });
  const { generator: own } = live.state as unknown as State;
  assertEquals(await read(own.ema), await read(own.params));
});

Deno.test("gan: with spectral normalisation each step's directions are one iteration on", async () => {
  const model = built(gan, { ...tiny, form: "sngan", penalty: "r1" });
  for (const program of ["train", "penalise", "discriminate"]) {
    const start = model.init(key("init")) as unknown as State;
    const inputs = { x_BHWC: squares(4), rows_B: rows(4) };
    const [next] = model.programs[program](start as never, inputs, key("step"));
    const { params, directions } = start.discriminator;
    const iterated = iterate(params, directions!).map(({ u }) => u);
    assertEquals(
      await read((next as unknown as State).discriminator.directions!),
      await read(iterated),
      program,
    );
  }
});

Deno.test("gan: told labels change pictures; a label of −1 is as good as none", async () => {
  for (const sample of [sample16, point]) {
    const model = built(gan, { ...tiny, condition: ["kind"], form: "r3gan" }, {
      factors: [kind],
      sample,
    });
    assertEquals(model.capabilities.conditions, ["kind"]);
    const { state, series } = await train(model, { steps: 2, told: true, sample });
    finite(series);
    await look(model, state, { sample });
    const draw = (label?: number) =>
      values(() => {
        const labels = label === undefined
          ? undefined
          : { kind: tf.fill([2], label, "int32") as tf.Tensor1D };
        const inputs = { rows_B: rows(2), ...(labels === undefined ? {} : { labels }) };
        return model.programs.sample(state, inputs as never, key("look"))[1].x_BHWC as tf.Tensor;
      });
    assertNotEquals(await draw(0), await draw(1));
    assertEquals(await draw(-1), await draw());
    assertNotEquals(await draw(0), await draw());
  }
});

Deno.test("gan: decode shows the same picture whatever stands beside it", async () => {
  const model = built(gan, { ...tiny, form: "stylegan2" });
  const { state } = await train(model, { steps: 2 });
  const decode = (z: number[][]) =>
    values(() =>
      model.programs.decode(state, { z_BZ: tf.tensor2d(z) }, key("look"))[1].x_BHWC as tf.Tensor
    );
  const [a, b] = [[0.5, -1, 2, 0], [1, 1, -1, 0.3]];
  const both = await decode([a, b]);
  assertEquals(both, [...await decode([a]), ...await decode([b])]);
  assertNotEquals(both.slice(0, 768), both.slice(768));
});

Deno.test("gan: the schedule takes a lazy penalty every k-th step, and critic steps between", () => {
  const schedule = (c: Record<string, unknown>) => {
    const { schedule } = built(gan, { ...tiny, ...c }).driver;
    return [0, 1, 2, 3].map((step) => schedule!(step).join("+"));
  };
  assertEquals(schedule({ form: "dcgan" }), ["train", "train", "train", "train"]);
  assertEquals(schedule({ form: "r3gan", penaltyEvery: 2 }), [
    ...["penalise+train", "train", "penalise+train", "train"],
  ]);
  assertEquals(schedule({ form: "r3gan", penaltyEvery: 1 }), ["train", "train", "train", "train"]);
  assertEquals(schedule({ form: "wgan-gp", criticSteps: 3 }), [
    ...["train", "discriminate", "discriminate", "train"],
  ]);
});

const shapes: ImageSpec[] = [
  { kind: "image", height: 28, width: 28, channels: 1 },
  { kind: "image", height: 25, width: 40, channels: 3 },
];
for (const sample of shapes) {
  Deno.test(`gan: trains on ${sample.height}×${sample.width}×${sample.channels} pictures`, async () => {
    for (const form of ["dcgan", "sngan", "stylegan2", "r3gan"]) {
      const model = built(
        gan,
        { ...tiny, form, augment: 0.5 },
        { sample } as Partial<BuildContext>,
      );
      const { state, series } = await train(model, { steps: 1, batch: 2, sample });
      finite(series);
      await look(model, state, { sample });
    }
  });
}

Deno.test("gan: a step leaves no tensor behind but the next state and its outputs", async () => {
  const model = built(gan, { ...tiny, form: "sngan", penalty: "r1-r2", penaltyEvery: 2 });
  const { state } = await train(model, { steps: 1 });
  const before = engine.memory().tensors;
  await train(model, { steps: 3, from: 1, state });
  assertEquals(engine.memory().tensors, before);
});

Deno.test("gan: a form fills what is left out, and what is said overrides it", () => {
  for (const form of presetNames) {
    const found = settingsOf(config.parse({ form }));
    for (const [name, value] of Object.entries(presets[form])) {
      assertEquals(found[name as keyof typeof found], value, `${form}: ${name}`);
    }
    assert(Object.values(found).every((value) => value !== undefined));
    // A written-out config is the same config.
    assertEquals(settingsOf(config.parse(found)), found);
  }
  const found = settingsOf(config.parse({ form: "sngan", loss: "wasserstein", penalty: "r1" }));
  assertEquals([found.loss, found.architecture, found.penalty], ["wasserstein", "sngan", "r1"]);
  assert(found.penaltyWeight > 0 && found.penaltyEvery > 1);
});

Deno.test("gan: the config refuses what it can't do", () => {
  const issues = (c: Record<string, unknown>) =>
    config.safeParse(c).error?.issues.map((i) => i.path.join(".") || i.code);
  assertEquals(issues({ form: "r3gun" }), ["form"]);
  assertEquals(issues({ los: "hinge" }), ["unrecognized_keys"]);
  assertEquals(issues({ augment: 0.95 }), ["augment"]);
  assertEquals(issues({ form: "dcgan", penaltyWeight: 1 }), ["penaltyWeight"]);
  assertEquals(issues({ penalty: "none", penaltyEvery: 4 }), ["penaltyEvery"]);
  assertEquals(issues({ form: "dcgan", penalty: "r1" }), ["penalty"]);
  assertEquals(issues({ form: "wgan-gp", architecture: "dcgan" }), ["penalty"]);
  assertEquals(issues({ form: "dcgan", architecture: "residual", penalty: "r1" }), undefined);
  assertThrows(() => built(gan, { condition: ["kinds"] }, { factors: [kind] }), Error, "kinds");
});

Deno.test("gan: dcgan keeps averages of moments, from the first step on as its weights' average", async () => {
  const model = built(gan, { ...tiny, form: "dcgan", generatorRate: 1e-9 });
  const start = model.init(key("init"));
  const { generator: { params } } = start as unknown as State;
  // The generator stays as it is: its moments are those of each step's z.
  const seen = [0, 1].map((step) =>
    tf.tidy(() => {
      const found: Moments[] = [];
      const drawn = drawInputs(fold(key("train", step), "generate"), rows(4), dcganSetting);
      generate(
        atHeScale(params),
        { ...drawn, labels: {}, by: { seen: found } },
        generatorOptions(dcganSetting),
      );
      return found.flatMap(({ mean, variance }) => [mean, variance]);
    })
  );
  const first = await Promise.all(seen[0].map((t) => engine.read(t)));
  const second = await Promise.all(seen[1].map((t) => engine.read(t)));
  const { state } = await train(model, { steps: 2, state: start });
  const kept = (state as unknown as State).generator.moments!;
  const flat = kept.flatMap(({ mean, variance }) => [mean, variance]);
  for (const [i, tensor] of flat.entries()) {
    const initial = i % 2; // means 0, variances 1
    (await engine.read(tensor)).forEach((v, c) => {
      // min(0.9…, (1 + t)/(10 + t)): a tenth, then two elevenths, of what was.
      const one = 0.1 * initial + 0.9 * first[i][c];
      close(v, 2 / 11 * one + 9 / 11 * second[i][c], 1e-5 * (1 + Math.abs(v)), `moment ${i}`);
    });
  }
});

Deno.test("gan: dcgan's discriminator normalises real and generated pictures apart, and keeps both halves' moments", async () => {
  const model = built(gan, { ...tiny, form: "dcgan" });
  const start = model.init(key("init")) as unknown as State;
  const inputs = { x_BHWC: squares(4), rows_B: rows(4) };
  const [next, outputs] = model.programs.train(start as never, inputs, key("step"));
  const own = tf.tidy(() => {
    const drawn = drawInputs(fold(key("step"), "generate"), rows(4), dcganSetting);
    const fake = generate(
      atHeScale(start.generator.params),
      { ...drawn, labels: {} },
      generatorOptions(dcganSetting),
    );
    const halves = [centred(inputs.x_BHWC), fake].map((x_BHWC) => {
      const seen: Moments[] = [];
      const score_B = discriminate(atHeScale(start.discriminator.params), {
        x_BHWC,
        labels: {},
        by: { seen },
      }, []);
      return { score: tf.mean(score_B), variances: seen.map(({ variance }) => variance) };
    });
    return {
      ...halves[0],
      fake: halves[1].score,
      variance: tf.add(halves[0].variances[0], halves[1].variances[0]),
    };
  });
  const [real] = await engine.read(own.score), [fake] = await engine.read(own.fake);
  close((await engine.read(outputs.real_score as tf.Tensor))[0], real, 1e-5 * (1 + Math.abs(real)));
  close((await engine.read(outputs.fake_score as tf.Tensor))[0], fake, 1e-5 * (1 + Math.abs(fake)));
  const kept = await engine.read((next as unknown as State).discriminator.moments![0].variance);
  const sum = await engine.read(own.variance);
  kept.forEach((v, c) => close(v, 0.1 + 0.9 * sum[c] / 2, 1e-5 * (1 + v), `variance ${c}`));
});

Deno.test("gan: dcgan draws in (−1, 1), and no bias stands before a normalisation", async () => {
  const model = built(gan, { ...tiny, form: "dcgan", learningRate: 0.1, warmup: 0 });
  const { state } = await train(model, { steps: 5 });
  const params = (state as unknown as State).generator.params;
  const seen: Moments[] = [];
  const x_BHWC = tf.tidy(() => {
    const z_BZ = tf.tensor2d([[3, -2, 1, 5], [-3, 2, -1, -5]]);
    const { noise } = drawInputs(key("noise"), rows(2), dcganSetting);
    const found: Moments[] = [];
    const x = generate(
      atHeScale(params),
      { z_BZ, noise, labels: {}, by: { seen: found } },
      generatorOptions(dcganSetting),
    );
    seen.push({ mean: tf.keep(found[0].mean), variance: tf.keep(found[0].variance) });
    return x;
  });
  for (const v of await engine.read(x_BHWC)) assert(Math.abs(v) <= 1, `a pixel of ${v}`);
  // What the first layer makes of z and −z cancels, unless something is added that doesn't hear z.
  const deviation = Math.sqrt(Math.max(...await engine.read(seen[0].variance)));
  for (const v of await engine.read(seen[0].mean)) close(v, 0, 1e-5 * deviation, "mean of ±z");
});

Deno.test("gan: from a linear start a new generator draws the data's Gaussian, and it stays as it is", async () => {
  const model = built(gan, { ...tiny, linear: true, noise: false });
  const fresh = model.init(key("init"));
  const begun = await model.driver.begin!(fresh, {
    engine,
    run: (program, state, inputs, k) =>
      Promise.resolve(model.programs[program](state, inputs, k)[1]),
    trainRows: () => Promise.reject(new Error("only samples were to be asked for")),
    trainSamples: (indices) =>
      Promise.resolve({ x_BHWC: tf.gather(squares(64), Array.from(indices)) }),
    trainSize: 64,
    key: (purpose) => key("finish", purpose),
  });
  const start = await read((begun as State).linear!);
  const mean = await engine.read(tf.tidy(() => tf.mean(squares(64), 0)));
  start.get("mean_P")!.forEach((v, p) => close(v, 2 * mean[p] - 1, 1e-4, `mean ${p}`));
  const { state, series } = await train(model, { steps: 9, state: begun });
  finite(series);
  assertEquals(await read((state as State).linear!), start);
  const [, { x_BHWC }] = model.programs.decode(state, { z_BZ: tf.zeros([1, 4]) }, key("look"));
  assertEquals((x_BHWC as tf.Tensor).shape, [1, 16, 16, 3]);
});

Deno.test("gan: a generator rate of a half halves the generator's first step and no other", async () => {
  const moved = async (generatorRate: number) => {
    // Constant rates; the first steps of Adam are of its rate's size.
    const model = built(gan, { ...tiny, generatorRate, warmup: 0, decay: 1 });
    const before = model.init(key("init"));
    const start = await read(before);
    const { state } = await train(model, { steps: 1, state: before });
    const after = await read(state);
    const change = (part: string) =>
      [...after].filter(([path]) => path.startsWith(part)).flatMap(([path, v]) =>
        v.map((x, i) => Math.abs(x - start.get(path)![i]))
      ).reduce((a, b) => a + b, 0);
    return { generator: change("generator/params"), discriminator: change("discriminator/params") };
  };
  const [one, half] = [await moved(1), await moved(0.5)];
  close(half.generator / one.generator, 0.5, 1e-3);
  close(half.discriminator, one.discriminator, 1e-6 * one.discriminator);
});
