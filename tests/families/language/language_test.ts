import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { UsageError } from "../../../src/base/mod.ts";
import type { Dataset } from "../../../src/data/mod.ts";
import { disposeTree, leaves } from "../../../src/engine/tree.ts";
import type { BuildContext, HostContext, TensorRecord } from "../../../src/families/family.ts";
import { givenWeights, takeWeights } from "../../../src/families/language/outside/given.ts";
import { config, language } from "../../../src/families/language/mod.ts";
import { shapeOf } from "../../../src/families/language/config.ts";
import {
  choiceBucket,
  promptBucket,
  scoreBucket,
  scoreRows,
} from "../../../src/families/language/decoding/rows.ts";
import { type Setting, sizeOf, type State } from "../../../src/families/language/model.ts";
import { initState } from "../../../src/families/language/train.ts";
import { textKind } from "../../../src/kinds/text/kind.ts";
import { tokenised } from "../../../src/kinds/text/mod.ts";
import { languageOf, type TokenModel } from "../../../src/subject/mod.ts";
import { compilePrograms, sampleContext } from "../../../src/run/model/programs.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { key, read, reloaded, rows } from "../small.ts";
import { engine } from "../on_engine.ts";
import {
  fewTokens,
  FORMS,
  integers,
  modelOf,
  reader,
  settingOf,
  tokensOf,
  train,
} from "./small.ts";

for (const form of FORMS) {
  Deno.test(`language ${form}: training lowers the loss, alike for the same key, and leaves nothing behind`, async () => {
    const setting = settingOf({ form, learningRate: 0.02 });
    const before = engine.memory().tensors;
    const one = await train(setting, { steps: 16 });
    const kept = leaves(one.state).length;
    assertEquals(engine.memory().tensors, before + kept);
    const two = await train(setting, { steps: 16 });
    const losses = one.series.map((s) => s.get("loss")![0]);
    if (!(losses[15] < 0.75 * losses[0])) {
      throw new Error(`loss went from ${losses[0]} to ${losses[15]}`);
    }
    assertEquals(one.series, two.series);
    disposeTree(one.state);
    disposeTree(two.state);
  });
}

const kinds: Record<string, Partial<Setting["config"]>> = {
  "muon": {},
  "adam with averages, in parts": { optimiser: "adam", ema: 0.9, microBatches: 2, tied: false },
};
for (const [name, options] of Object.entries(kinds)) {
  Deno.test(`language ${name}: a training resumed is the uninterrupted one, bit for bit`, async () => {
    const setting = settingOf(options);
    const whole = await train(setting, { steps: 4 });
    const half = await train(setting, { steps: 2 });
    const rest = await train(setting, { steps: 2, from: 2, state: await reloaded(half.state) });
    assertEquals(rest.series, whole.series.slice(2));
    assertEquals(await read(rest.state), await read(whole.state));
  });
}

/** Windows that a model draws: rows from `from`. */
async function drawnRows(
  setting: Setting,
  state: TensorRecord,
  { count, from = 0 }: { count: number; from?: number },
): Promise<number[][]> {
  const { model, programs } = modelOf(setting);
  const request = { rows_B: rows(count, from), key: key("sample"), labels: {} };
  const drawn = model.driver.sample!(
    state,
    request,
    sampleContext(engine, programs),
  ) as { tokens_BT: tf.Tensor };
  const columns = setting.shape.context + 1;
  assertEquals(drawn.tokens_BT.shape, [count, columns]);
  const values = Array.from(await engine.read(drawn.tokens_BT));
  disposeTree({ ...drawn, ...request });
  return Array.from({ length: count }, (_, i) => values.slice(i * columns, (i + 1) * columns));
}

Deno.test("language: samples begin and end with the separator; a row doesn't hang on its batch", async () => {
  const setting = settingOf({ context: 12, temperature: 1.5, topK: 6, topP: 0.95 });
  const { separator, vocabulary } = setting.tokenizer;
  const { state } = await train(setting, { steps: 2 });
  const before = engine.memory().tensors;
  const whole = await drawnRows(setting, state, { count: 12 });
  assertEquals(engine.memory().tensors, before);
  for (const row of whole) {
    assertEquals(row[0], separator);
    const end = row.indexOf(separator, 1);
    const text = end < 0 ? row : row.slice(0, end + 1);
    assertEquals(text.every((token) => token >= 0 && token < vocabulary), true);
    assertEquals(row.slice(text.length).every((token) => token === -1), true);
  }
  assertEquals(whole.some((row) => row.includes(-1)), true, "no row ends early");
  assertEquals(new Set(whole.map(String)).size > 6, true, "rows are alike");
  assertEquals([
    ...await drawnRows(setting, state, { count: 5 }),
    ...await drawnRows(setting, state, { count: 7, from: 5 }),
  ], whole);
});

Deno.test("language: a row's scores don't hang on which others are asked for, and are log_weight's", async () => {
  const setting = settingOf({ context: 40 });
  const { model, state } = await train(setting, { steps: 3 });
  const tokens = reader(model, state);
  const lengths = [2, 5, 33, 34, 41, 1, 20, 41];
  const all = lengths.map((length, i) => {
    const row = tokensOf(i, [1, length]);
    row[0] = setting.tokenizer.separator;
    return row;
  });
  const before = engine.memory().tensors;
  const together = await tokens.score(all);
  assertEquals(engine.memory().tensors, before);
  const reversed = (await tokens.score(all.toReversed())).toReversed();
  assertEquals(reversed, together);
  for (const i of [0, 2, 4]) assertEquals(await tokens.score([all[i]]), [together[i]]);
  assertEquals(together.map(({ greedy }) => greedy.length), lengths.map((n) => n - 1));
  const padded = new Int32Array(41).fill(-1);
  padded.set(all[3]);
  const inputs = { tokens_BT: integers(padded, [1, 41]) };
  const [, { logWeight_B }] = model.programs.log_weight(state, inputs, key("w"));
  const [weight] = await engine.read(logWeight_B as tf.Tensor);
  const sum = together[3].logProbabilities.reduce((a, b) => a + b, 0);
  assertEquals(Math.abs(sum - weight) < 1e-4, true, `${sum} and ${weight}`);
  await assertRejects(() => tokens.score([tokensOf(1, [1, 42])]), RangeError, "at most 41");
});

Deno.test("language: choices after a row score as rows of their own do, in one pass over it", async () => {
  const setting = settingOf({ context: 40 });
  const { model, state } = await train(setting, { steps: 3 });
  const tokens = reader(model, state), { vocabulary } = setting.shape;
  const asked = [[1, 9], [7, 3], [32, 1], [33, 5], [40, 2], [7, 1]].map(([length, count], i) => ({
    before: tokensOf(i, [1, length]),
    choices: Int32Array.from({ length: count }, (_, k) => (i + 3 * k) % vocabulary),
  }));
  const before = engine.memory().tensors;
  const found = await tokens.choices!(asked);
  assertEquals(engine.memory().tensors, before);
  for (const [i, { before, choices }] of asked.entries()) {
    const rows = Array.from(choices, (choice) => Int32Array.of(...before, choice));
    const alone = await tokens.score(rows);
    assertEquals(found[i].greedy.length, choices.length);
    alone.forEach(({ logProbabilities, greedy }, k) => {
      const difference = found[i].logProbabilities[k] - logProbabilities.at(-1)!;
      assertEquals(Math.abs(difference) < 1e-5, true, `row ${i}, choice ${k}: ${difference}`);
      assertEquals(found[i].greedy[k], greedy.at(-1));
    });
  }
  assertEquals(found.some(({ greedy }) => greedy.includes(1)), true, "no choice is the likeliest");
  assertEquals((await tokens.choices!(asked.toReversed())).toReversed(), found);
  for (const length of [0, 41]) {
    const one = { before: tokensOf(1, [1, length]), choices: Int32Array.of(1) };
    await assertRejects(() => tokens.choices!([one]), RangeError, "at least 1 and at most 40");
  }
});

Deno.test("language: pairs that differ in one last token are asked as choices, and score alike", async () => {
  const setting = settingOf({ context: 40, vocabulary: 257 });
  const { model, state } = await train(setting, { steps: 3 });
  const own = reader(model, state);
  const passes: number[] = [];
  const counted = (choices: TokenModel["choices"]): TokenModel => ({
    ...own,
    choices,
    score: (rows) => (passes.push(rows.length), own.score(rows)),
  });
  const asked = ["a", "b", "ba", "a"].flatMap((context) =>
    ["a", "b", "", "ab"].map((continuation) => ({ context, continuation }))
  );
  const apart = await languageOf(counted(undefined)).loglikelihood(asked);
  const shared = await languageOf(counted(own.choices)).loglikelihood(asked);
  assertEquals(passes[1] < passes[0], true, `${passes}`);
  shared.forEach(({ logProbability, ...rest }, i) => {
    const { logProbability: other, ...same } = apart[i];
    assertEquals(Math.abs(logProbability - other) < 1e-5, true, `${i}`);
    assertEquals(rest, same);
  });
});

Deno.test("language: what is written greedily is what scores as likeliest, whatever stands beside it", async () => {
  const setting = settingOf({ context: 40 });
  const { model, state } = await train(setting, { steps: 6 });
  const tokens = reader(model, state);
  const prompts = [1, 3, 7, 17, 25].map((length, i) => ({
    tokens: tokensOf(i + 10, [1, length]),
    most: 15,
    row: i,
  }));
  const before = engine.memory().tensors;
  const written = await tokens.write(prompts);
  assertEquals(engine.memory().tensors, before);
  for (const [i, { tokens: prompt }] of prompts.entries()) {
    const own = written[i];
    const scores = await tokens.score([Int32Array.from([...prompt, ...own])]);
    assertEquals(
      Array.from(scores[0].greedy.slice(prompt.length - 1)),
      own.length === 0 ? [] : Array(own.length).fill(1),
    );
    assertEquals(await tokens.write([prompts[i]]), [own]);
  }
  assertEquals((await tokens.write(prompts.toReversed())).toReversed(), written);
});

Deno.test("language: draws after a prompt hang on its row; `done` and the separator end them", async () => {
  const setting = settingOf({ context: 40 });
  const { model, state } = await train(setting, { steps: 2 });
  const tokens = reader(model, state);
  const prompt = { tokens: tokensOf(1, [1, 4]), most: 30, temperature: 1.5 };
  const many = Array.from({ length: 11 }, (_, row) => ({ ...prompt, row }));
  const written = await tokens.write(many);
  assertEquals(await tokens.write([many[9], many[2]]), [written[9], written[2]]);
  assertEquals(new Set(written.map(String)).size > 5, true);
  const { separator } = setting.tokenizer;
  for (const row of written) {
    const end = row.indexOf(separator);
    assertEquals(end < 0 ? row.length : end + 1, row.length);
  }
  assertEquals(written.some((row) => row.includes(separator)), true);
  const longest = Math.max(...written.map(({ length }) => length));
  const long = written.findIndex(({ length }) => length === longest);
  const asked: number[] = [];
  const [cut] = await tokens.write([{
    ...many[long],
    done: (own) => asked.push(own.length) > 0 && own.length >= 3,
  }]);
  assertEquals(cut, written[long].slice(0, cut.length));
  assertEquals(cut.length >= 3 && cut.length < longest, true);
  assertEquals(asked.at(-1), cut.length);
  const narrow = { ...prompt, row: 3, topK: 1 };
  const greedy = { ...prompt, row: 3, temperature: 0 };
  assertEquals(await tokens.write([narrow]), await tokens.write([greedy]));
  await assertRejects(
    () => tokens.write([{ ...prompt, most: 38, row: 0 }]),
    RangeError,
    "at most 40",
  );
});

Deno.test("language: buckets hold what they are for, and are few", () => {
  for (let n = 1; n <= 700; n++) {
    assertEquals(promptBucket(n) >= n && promptBucket(n) <= Math.max(16, 1.5 * n), true, `${n}`);
    assertEquals(Number.isInteger(promptBucket(n)), true);
    assertEquals(scoreBucket(n, 700) >= n, true);
  }
  assertEquals(scoreBucket(5, 20), 20);
  assertEquals([1, 8, 9, 40].map(choiceBucket), [8, 8, 16, 64]);
  assertEquals([scoreRows(32, 257), scoreRows(2048, 257), scoreRows(8192, 50_000)], [32, 1, 1]);
});

Deno.test("language: sizes follow from the depth where they aren't said", () => {
  const shape = shapeOf(config.parse({ depth: 8 }), 4096);
  assertEquals([shape.layers, shape.width, shape.heads, shape.keyValueHeads, shape.headWidth], [
    8,
    512,
    8,
    8,
    64,
  ]);
  assertEquals(shape.hidden, 1344);
  const own = shapeOf(config.parse({ layers: 3, width: 96, heads: 4, hidden: 100 }), 10);
  assertEquals([own.layers, own.headWidth, own.hidden], [3, 24, 100]);
  const { model } = modelOf(settingOf());
  const state = tf.tidy(() => model.init(key("init")) as tf.TensorContainer) as unknown as State;
  const weights = leaves(state.params).filter(([, leaf]) => leaf.rank === 2)
    .reduce((sum, [, leaf]) => sum + leaf.size, 0);
  assertEquals(weights, sizeOf(settingOf().shape));
  disposeTree(state);
  for (const wrong of [{ heads: 3 }, { keyValueHeads: 3 }, { width: 6, heads: 2, headWidth: 3 }]) {
    assertEquals(config.safeParse({ depth: 2, ...wrong }).success, false, JSON.stringify(wrong));
  }
});

const context: BuildContext<"text"> = {
  sample: { kind: "text", tokenizer: bytesTokenizer, length: 16 },
  steps: 4,
  trainSize: 10,
  batch: 6,
  factors: [],
};

Deno.test("language: a batch that its parts don't divide is refused", () => {
  const own = config.parse({ microBatches: 4 });
  assertThrows(() => language.build(own, context), UsageError, "a batch of 6");
});

/** Documents of the bytes tokenizer, as a dataset has them. */
function documents(texts: readonly string[]): Dataset<"text"> {
  const all = tokenised(texts, bytesTokenizer);
  return {
    name: "documents",
    version: 1,
    digest: `documents ${texts.join("|")}`,
    sample: { kind: "text", tokenizer: bytesTokenizer },
    factors: [],
    notes: [],
    size: (split) => split === "train" || split === "test" ? texts.length : 0,
    read: (_, indices) => Promise.resolve({ samples: textKind.gather(all, indices), labels: {} }),
  };
}

Deno.test("language: documents are seen as windows of the context; windows are refused", async () => {
  const cache = await Deno.makeTempDir();
  const own = config.parse({ context: 16 });
  const dataset = documents(["one text", "another text that is longer than a window", "third"]);
  const opened = await language.open!(own, { dataset, cache, path: (written) => written });
  const seen = opened.dataset!;
  assertEquals(seen.sample.length, 16);
  assertEquals(seen.sample.tokenizer.digest, "bytes");
  const { samples } = await seen.read("train", [0]);
  assertEquals(samples.tokens[0], 256);
  await assertRejects(
    () => language.open!(own, { dataset: seen, cache, path: (written) => written }),
    UsageError,
    "whole documents",
  );
  await Deno.remove(cache, { recursive: true });
});

/** What a run gives another, from a state. */
const giving = (state: TensorRecord): HostContext =>
  ({
    engine,
    needed: {
      weights: {
        bytes: () => Promise.reject(new Error("no bytes here")),
        state: () => Promise.resolve(state),
      },
    },
  }) as unknown as HostContext;

Deno.test("language: training goes on from another run's weights, of the same tokenizer and sizes", async () => {
  const setting = settingOf({ ema: 0.5 });
  const fresh = (name: string, of: Setting = setting) =>
    tf.tidy(() => initState(key(name), of) as unknown as tf.TensorContainer) as State;
  const first = await train(setting, { steps: 2 });
  const averaged = await read((first.state as unknown as State).ema!);
  const before = engine.memory().tensors;
  const own = fresh("other");
  const taken = await takeWeights(own, giving(first.state), { setting });
  assertEquals(await read(taken.params), averaged);
  assertEquals((await read(taken.step)).get("")![0], 0);
  // The fresh weights and the other run's slots are gone.
  assertEquals(engine.memory().tensors, before - leaves(first.state).length + leaves(taken).length);
  const other = { ...setting, tokenizer: { ...fewTokens(7), digest: "another" } };
  await assertRejects(
    () => takeWeights(fresh("a"), giving(fresh("b", other)), { setting }),
    Error,
    "another tokenizer",
  );
  const wide = settingOf({ hidden: 16 });
  await assertRejects(
    () => takeWeights(fresh("a"), giving(fresh("b", wide)), { setting }),
    Error,
    "[16,8] where this model has",
  );
  const run = { family: "language", version: 1, config: { ...wide.config } };
  assertEquals(givenWeights.unfit!(setting.config, { ...run, config: setting.config }), null);
  assertNotEquals(givenWeights.unfit!(setting.config, run), null);
});

Deno.test("language: a model that isn't trained yet draws by the programs that it says", () => {
  const model = language.build(config.parse({ depth: 1, width: 16, context: 16 }), context);
  assertEquals(model.capabilities.measure, "tokens");
  const programs = compilePrograms(engine, model, { label: "test" });
  for (const name of ["train", "log_weight", "score", "prompt_cut", "next_drawn"]) {
    assertEquals(programs.has(name), true, name);
  }
  assertEquals(Object.values(model.modes!), ["xla", "xla", "xla"]);
});
