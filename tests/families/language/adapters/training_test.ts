import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import { UsageError } from "../../../../src/base/mod.ts";
import { initDecoder } from "../../../../src/backbones/mod.ts";
import { disposeTree, leaves, type TensorTree } from "../../../../src/engine/tree.ts";
import type { HostContext, TensorRecord } from "../../../../src/families/family.ts";
import { givenWeights, takeWeights } from "../../../../src/families/language/outside/given.ts";
import { exportLanguage } from "../../../../src/families/language/outside/export.ts";
import { adapterSize, movingPart } from "../../../../src/families/language/adapters/mod.ts";
import { config } from "../../../../src/families/language/mod.ts";
import { openFolder } from "../../../../src/families/language/checkpoint/mod.ts";
import { adapterIn, type State } from "../../../../src/families/language/model.ts";
import { stateOf } from "../../../../src/families/language/train.ts";
import { bytesIn, openSafetensors } from "../../../../src/nn/files/mod.ts";
import { treeToSafetensors } from "../../../../src/nn/files/tree_file.ts";
import { bytesTokenizer } from "../../../../src/tokenizers/mod.ts";
import { key, read, reloaded, rows } from "../../small.ts";
import { engine } from "../../on_engine.ts";
import { parameterCount } from "../../../../src/run/checkpoint.ts";
import { sampleContext } from "../../../../src/run/model/programs.ts";
import { modelOf, reader, tokensOf, train } from "../small.ts";
import { adaptedSetting, kept, KINDS, kinds, packedOf } from "./small.ts";

const lossesOf = (series: Map<string, number[]>[]) => series.map((s) => s.get("loss")![0]);

for (const kind of kinds) {
  Deno.test(`adapter ${kind}: the loss falls, the weights keep their bits, and nothing is left behind`, async () => {
    const setting = adaptedSetting(KINDS[kind], { learningRate: 0.05, form: "qwen3" });
    const fresh = tf.tidy(() => modelOf(setting).model.init(key("init")) as tf.TensorContainer);
    const weights = await read((fresh as State).params);
    disposeTree(fresh as TensorRecord);
    const before = engine.memory().tensors;
    const { state, series } = await train(setting, { steps: 24 });
    assertEquals(engine.memory().tensors, before + leaves(state).length);
    assertEquals(await read(state.params), weights);
    const losses = lossesOf(series);
    // Weights that were never trained do little with what stands before a text.
    const most = kind === "prefix" || kind === "prompt" ? 0.99 : 0.97;
    assert(losses[23] < most * losses[0], `${kind}: ${losses[0]} to ${losses[23]}`);
    // The optimiser holds nothing for what isn't trained.
    const sizes = (tree: TensorTree) => leaves(tree).map(([, leaf]) => leaf.shape);
    assertEquals(
      sizes((state.slots!.first as { adapter: TensorTree }).adapter),
      sizes(movingPart(state.adapter!) as TensorTree),
    );
    assertEquals(Object.keys(state.slots!.first as object), ["adapter"]);
    disposeTree(state);
  });
}

Deno.test("adapter with dropout, averages and parts: a training resumed is the uninterrupted one, bit for bit", async () => {
  const lora = { rank: 2, dropout: 0.3, targets: ["query", "down"] };
  const setting = adaptedSetting({ lora }, { ema: 0.9, microBatches: 2 });
  const whole = await train(setting, { steps: 4 });
  const half = await train(setting, { steps: 2 });
  const rest = await train(setting, { steps: 2, from: 2, state: await reloaded(half.state) });
  assertEquals(rest.series, whole.series.slice(2));
  assertEquals(await read(rest.state), await read(whole.state));
});

for (const kind of ["lora", "prefix", "prompt"] as const) {
  Deno.test(`adapter ${kind}: windows are drawn, and what is written greedily scores as likeliest`, async () => {
    const setting = adaptedSetting(KINDS[kind], { context: 40, learningRate: 0.05 });
    const { model, programs, state } = await train(setting, { steps: 6 });
    const before = engine.memory().tensors;
    const request = { rows_B: rows(3), key: key("sample"), labels: {} };
    const drawn = model.driver.sample!(state, request, sampleContext(engine, programs));
    assertEquals((drawn as { tokens_BT: tf.Tensor }).tokens_BT.shape, [3, 41]);
    disposeTree({ ...request, drawn: drawn as TensorTree });
    const tokens = reader(model, state);
    const prompts = [1, 5, 17].map((length, i) => ({
      tokens: tokensOf(i + 10, [1, length]),
      most: 9,
      row: i,
    }));
    const written = await tokens.write(prompts);
    for (const [i, { tokens: prompt }] of prompts.entries()) {
      const [{ greedy }] = await tokens.score([Int32Array.from([...prompt, ...written[i]])]);
      assertEquals(
        Array.from(greedy.slice(prompt.length - 1)),
        Array.from(written[i], () => 1),
      );
    }
    assertEquals(engine.memory().tensors, before);
    disposeTree(state);
  });
}

for (const form of ["int8", "nf4"] as const) {
  Deno.test(`weights in ${form}: an adapter is trained on them, they stay as they are and take fewer bytes`, async () => {
    const options = { width: 64, hidden: 128, heads: 2, learningRate: 0.02 };
    const setting = adaptedSetting({ lora: { rank: 4, targets: "all" }, base: form }, options);
    const params = kept(() => initDecoder(key("decoder"), setting.shape));
    const bytes = (tree: TensorTree) =>
      leaves(tree).reduce(
        (sum, [path, { size }]) => path.startsWith("layers/") ? sum + 4 * size : sum,
        0,
      );
    const packed = await packedOf(params, form), whole = bytes(params as unknown as TensorTree);
    // Gains stay float32; scales are a number of 64, or a row.
    const share = bytes(packed as unknown as TensorTree) / whole;
    assert(share < (form === "int8" ? 0.28 : 0.16), `${share} of the bytes`);
    disposeTree(params as unknown as TensorTree);
    const weights = await read(packed as unknown as TensorTree);
    const { adapter } = tf.tidy(() =>
      modelOf(setting).model.init(key("init")) as tf.TensorContainer
    ) as State;
    const state = kept(() => stateOf(packed, setting, { adapter }));
    const done = await train(setting, { steps: 12, state });
    assertEquals(await read(done.state.params as unknown as TensorTree), weights);
    const losses = lossesOf(done.series);
    assert(losses[11] < 0.9 * losses[0], `${losses[0]} to ${losses[11]}`);
    const again = await reloaded(done.state);
    assertEquals(await read(again), await read(done.state));
    const scores = await reader(done.model, done.state).score([tokensOf(1, [1, 6])]);
    assert(scores[0].logProbabilities.every(Number.isFinite));
    disposeTree(done.state);
  });
}

/** What `begin` gives: another run's state. */
const giving = (state: TensorRecord): HostContext =>
  ({ engine, needed: { weights: { state: () => Promise.resolve(state) } } }) as never;

Deno.test("a run that goes on from one with LoRA begins with its product merged", async () => {
  const setting = adaptedSetting({ lora: { rank: 2, alpha: 4, targets: "all" } }, {
    learningRate: 0.05,
  });
  const { model, state } = await train(setting, { steps: 6 });
  const row = [tokensOf(3, [1, 8])];
  const [there] = await reader(model, state).score(row);
  const own = adaptedSetting({ dora: { rank: 1 } });
  const next = modelOf(own).model;
  const fresh = tf.tidy(() => next.init(key("other")) as tf.TensorContainer) as State;
  const from = { family: "language", version: 1, config: { ...setting.config } };
  const before = engine.memory().tensors - leaves(fresh).length - leaves(state).length;
  const taken = await takeWeights(fresh, giving(state), { setting: own });
  assertEquals(engine.memory().tensors, before + leaves(taken).length);
  // The fresh adapter changes nothing yet.
  const [here] = await reader(next, taken).score(row);
  here.logProbabilities.forEach((v, i) =>
    assert(Math.abs(v - there.logProbabilities[i]) < 1e-5, `${v} and ${there.logProbabilities[i]}`)
  );
  disposeTree(taken);
  const unfit = (adapter: object) =>
    givenWeights.unfit!(config.parse({}), { ...from, config: config.parse({ adapter }) as never });
  assertEquals(unfit({ lora: {} }), null);
  assertNotEquals(unfit({ prefix: {} }), null);
  assertEquals(unfit({ file: "x" }), null);
});

/** A state's file. */
async function fileOf(state: TensorRecord) {
  return await openSafetensors(bytesIn(await treeToSafetensors(engine, state), "state"));
}

for (const base of [undefined, "nf4"] as const) {
  Deno.test(`exported, a run with an adapter on ${base ?? "float32"} is the merged model, or PEFT's folder and the base`, async () => {
    const written = { depth: 1, width: 16, heads: 2, hidden: 64, context: 12 };
    const lora = { rank: 2, alpha: 4, targets: "all" };
    const options = { ...written, vocabulary: bytesTokenizer.vocabulary, learningRate: 0.05 };
    const setting = {
      ...adaptedSetting({ lora, ...(base && { base }) }, options),
      tokenizer: bytesTokenizer,
    };
    const weights = kept(() => initDecoder(key("decoder"), setting.shape));
    const params = base === undefined ? weights : await packedOf(weights, base);
    const { adapter } = tf.tidy(() =>
      modelOf(setting).model.init(key("init")) as tf.TensorContainer
    ) as State;
    const state = kept(() => stateOf(params, setting, { adapter }));
    const done = await train(setting, { steps: 4, state });
    const row = Int32Array.from([256, 1, 2, 3, 4, 5, 6]);
    const [there] = await reader(done.model, done.state).score([row]);
    const folder = await Deno.makeTempDir({ prefix: "likeness-export-" });
    const context = {
      state: await fileOf(done.state),
      folder,
      cache: folder,
      path: (p: string) => p,
    };
    const own = { ...written, adapter: { lora, ...(base && { base }) } };
    await exportLanguage(config.parse(own), context);
    const merged = await openFolder(folder);
    const plain = adaptedSetting({ lora: {} }, options);
    const bare = { ...setting, config: { ...plain.config, adapter: undefined } };
    const parameters = await merged.load(engine);
    const model = modelOf(bare).model;
    const [here] = await reader(model, { params: parameters } as TensorRecord).score([row]);
    here.logProbabilities.forEach((v, i) =>
      assert(
        Math.abs(v - there.logProbabilities[i]) < 2e-5,
        `${v} and ${there.logProbabilities[i]}`,
      )
    );
    await Deno.remove(folder, { recursive: true });
    await Deno.mkdir(folder);
    const apart = config.parse({ ...own, adapter: { ...own.adapter, separate: true } });
    await exportLanguage(apart, context);
    const files = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assertEquals(files.sort(), ["adapter_config.json", "adapter_model.safetensors", "base"]);
    const { shape } = await openFolder(join(folder, "base"));
    assertEquals(shape.width, 16);
    const prefix = config.parse({ ...written, adapter: { prefix: { length: 2 } } });
    await assertRejects(() => exportLanguage(prefix, context), UsageError, "can't be merged");
    await Deno.remove(folder, { recursive: true });
    disposeTree({ state: done.state, parameters: parameters as unknown as TensorTree });
  });
}

Deno.test("adapters that aren't one kind, or have a target that the form lacks, are refused", () => {
  for (
    const [adapter, words] of [
      [{}, "an adapter of one kind"],
      [{ lora: {}, dora: {} }, "lora and dora"],
      [{ lora: { rank: 0 } }, ""],
      [{ lora: { targets: ["head"] } }, ""],
    ] as const
  ) {
    const { error } = config.safeParse({ adapter });
    assert(error !== undefined && error.message.includes(words), error?.message);
  }
  const gpt = adaptedSetting({ lora: { targets: ["gate"] } }, { form: "gpt2" });
  assertThrows(() => modelOf(gpt).model.init(key("init")), UsageError, "targets name gate");
});

Deno.test("a run's parameters are all numbers, packed or not, and those of its adapter", async () => {
  const options = { width: 64, heads: 1, hidden: 64, depth: 1, context: 8 };
  const setting = adaptedSetting({ lora: { rank: 3, targets: ["up"] }, base: "nf4" }, options);
  const params = kept(() => initDecoder(key("decoder"), setting.shape));
  const count = (tree: TensorTree) => leaves(tree).reduce((sum, [, { size }]) => sum + size, 0);
  const all = count(params as unknown as TensorTree);
  assertEquals(parameterCount({ params } as unknown as TensorRecord), all);
  for (const form of ["int8", "nf4"] as const) {
    const packed = await packedOf(params, form);
    const adapter = { layers: [{ up: { down: tf.zeros([64, 3]), up: tf.zeros([3, 64]) } }] };
    const state = { params: packed, adapter } as unknown as TensorRecord;
    assertEquals(parameterCount(state), all + 6 * 64);
    assertEquals(adapterSize(adapterIn(setting)!, setting.shape), 6 * 64);
    disposeTree(state);
  }
  disposeTree(params as unknown as TensorTree);
});
