/** A model that learns to answer, and then to answer as is preferred: from dialogues to weights. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type * as tf from "@tensorflow/tfjs";
import { MetricUnavailable } from "../../../src/base/mod.ts";
import type { Dataset } from "../../../src/data/mod.ts";
import { DOCUMENT } from "../../../src/data/text/in_memory.ts";
import { disposeTree, leaves } from "../../../src/engine/tree.ts";
import type { TensorRecord } from "../../../src/families/family.ts";
import type { Given } from "../../../src/families/needs.ts";
import { config, language } from "../../../src/families/language/mod.ts";
import { gatherTexts, tokenised } from "../../../src/kinds/text/mod.ts";
import { DivergenceWatch } from "../../../src/run/divergence.ts";
import { runKeys } from "../../../src/run/keys.ts";
import {
  compilePrograms,
  hostContext,
  initialState,
  sampleContext,
} from "../../../src/run/model/programs.ts";
import { modelSubject } from "../../../src/run/model/subject.ts";
import { SeriesRecorder } from "../../../src/run/series.ts";
import { trainSteps } from "../../../src/run/train/train.ts";
import { dialogueTokens, TEMPLATES, type Turn } from "../../../src/tokenizers/chat/mod.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { key, read, reloaded } from "../small.ts";
import { engine } from "../on_engine.ts";

const WORDS = ["red", "blue", "green", "grey", "pink", "gold", "black", "white"];
const asked = (word: string): Turn[] => [{ role: "user", content: `say ${word}` }];
const said = (content: string): Turn[] => [{ role: "assistant", content }];

/** Texts given with samples, one a row. */
function column(rows: readonly unknown[]) {
  const set = tokenised(rows.map((row) => JSON.stringify(row)), bytesTokenizer);
  return (indices: ArrayLike<number>) => gatherTexts(set, indices);
}

/** A dataset of what is given with each sample, by name; train and test are alike. */
function datasetOf(
  name: string,
  given: Readonly<Record<string, readonly unknown[]>>,
): Dataset<"text"> {
  const [rows] = Object.values(given);
  const columns = Object.entries(given).map(([name, rows]) => [name, column(rows)] as const);
  const samples = column(rows);
  return {
    name,
    version: 1,
    digest: `toy ${name}`,
    sample: DOCUMENT,
    given: Object.fromEntries(columns.map(([name]) => [name, DOCUMENT])),
    factors: [],
    notes: [],
    size: (split) => split === "train" || split === "test" ? rows.length : 0,
    read: (_, indices) =>
      Promise.resolve({
        samples: samples(indices),
        labels: {},
        given: Object.fromEntries(columns.map(([name, of]) => [name, of(indices)])),
      }),
  };
}

/** Words are said in small letters and in capitals. */
const dialogues = datasetOf("dialogues", {
  messages: WORDS.flatMap((word) => [
    [...asked(word), ...said(word)],
    [...asked(word), ...said(word.toUpperCase())],
  ]),
});
/** Capitals are preferred. */
const preferences = datasetOf("preferences", {
  prompt: WORDS.map(asked),
  chosen: WORDS.map((word) => said(word.toUpperCase())),
  rejected: WORDS.map(said),
});

/** A training as a run does it. */
async function training(
  objective: "sft" | "dpo" | "kto" | "reward",
  { dataset, weights, reference, steps = 40, ...more }: {
    readonly dataset: Dataset<"text">;
    readonly weights?: TensorRecord;
    readonly reference?: TensorRecord;
    readonly adapter?: Record<string, unknown>;
    readonly steps?: number;
    readonly learningRate?: number;
  },
) {
  const cache = await Deno.makeTempDir({ prefix: "alignment-" });
  try {
    const own = config.parse({
      objective,
      layers: 1,
      width: 32,
      heads: 2,
      hidden: 48,
      context: 40,
      optimiser: "adam",
      learningRate: 0.01,
      warmup: 0,
      decay: 1,
      weightDecay: 0,
      ...more,
    });
    const given = (state: TensorRecord): Given => ({
      bytes: () => Promise.reject(new Error("no file")),
      state: () => reloaded(state),
    });
    const needed = {
      ...(weights && { weights: given(weights) }),
      ...(reference && { reference: given(reference) }),
    };
    const { dataset: seen = dataset, opened } = await language.open!(own, {
      dataset,
      path: (written) => written,
      cache,
    });
    const batch = 8, keys = runKeys(1);
    const run = { family: "language", version: language.version, config: {} };
    const model = language.build(own, {
      sample: seen.sample,
      ...(seen.given && { given: seen.given }),
      steps,
      trainSize: seen.size("train"),
      batch,
      factors: seen.factors,
      opened,
      needed: { ...(weights && { weights: run }), ...(reference && { reference: run }) },
    });
    const programs = compilePrograms(engine, model, { label: objective });
    const host = hostContext(engine, programs, {
      dataset: seen,
      keys,
      needed,
    });
    // Rows are read from the cache's files while the folder is there.
    const rows = await seen.read("train", Array.from({ length: seen.size("train") }, (_, i) => i));
    assertEquals(rows.samples.count, seen.size("train"));
    return {
      model,
      programs,
      subject: (state: TensorRecord) =>
        modelSubject({
          label: objective,
          engine,
          sample: seen.sample,
          model,
          programs,
          state,
          keys,
          trainSize: seen.size("train"),
          trainLabels: async (indices) => (await seen.read("train", indices)).labels,
        }),
      begun: async () => {
        const state = initialState(model, keys);
        return await model.driver.begin?.(state, host) ?? state;
      },
      async train(state: TensorRecord, { from = 0, to = steps } = {}) {
        const series = new SeriesRecorder(engine, new DivergenceWatch());
        const { state: last } = await trainSteps(
          { engine, model, programs, dataset: seen, keys, batch },
          state,
          { from, to, series, times: { data: 0, compile: 0, steps: 0 }, stopped: () => false },
        );
        const { seconds: _, ...columns } = series.series().columns;
        return { state: last, columns };
      },
    };
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

type Trained = Awaited<ReturnType<typeof training>>;

const asking = ({ programs }: Trained) => ({
  ...sampleContext(engine, programs),
  read: (tensor: tf.Tensor) => engine.read(tensor),
  key: () => key("ask"),
});

/** ln p of the answer to a word, by the model's own scores. */
async function answerOf(trained: Trained, state: TensorRecord, answers: readonly string[]) {
  const model = trained.model.driver.language!(state, asking(trained));
  const form = { tokenizer: bytesTokenizer, template: TEMPLATES.plain };
  const rows = answers.map((answer, i) =>
    dialogueTokens([...asked(WORDS[i]), ...said(answer)], form)
  );
  const scores = await model.score(
    rows.map(({ tokens }) => Int32Array.of(bytesTokenizer.separator, ...tokens)),
  );
  return scores.map(({ logProbabilities }, i) =>
    logProbabilities.reduce((sum, log, t) => sum + rows[i].scored[t] * log, 0)
  );
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

Deno.test("alignment: SFT learns to answer, DPO to answer as is preferred; a resumed training is the uninterrupted one", async () => {
  const sft = await training("sft", { dataset: dialogues, steps: 60 });
  const { state: answering, columns } = await sft.train(await sft.begun());
  const [first, last] = [columns.loss[0], columns.loss.at(-1)!];
  // Half of the answers are in capitals: ln 2 nats an answer are left, of six tokens on average.
  assert(last < 0.25 * first, `loss went from ${first} to ${last}`);
  const upper = WORDS.map((word) => word.toUpperCase());
  const before = [await answerOf(sft, answering, upper), await answerOf(sft, answering, WORDS)];
  const odds = (of: readonly (readonly number[])[]) => mean(of[0].map((log, i) => log - of[1][i]));
  assert(Math.abs(odds(before)) < 3, `SFT prefers one of them: ${odds(before)}`);

  const given = { dataset: preferences, weights: answering, steps: 12, learningRate: 0.003 };
  const dpo = await training("dpo", given);
  const tensors = engine.memory().tensors;
  const whole = await dpo.train(await dpo.begun());
  assertEquals(engine.memory().tensors, tensors + leaves(whole.state).length);
  // Eight pairs a batch are all pairs: the first step's policy is its reference.
  assert(Math.abs(whole.columns.loss[0] - Math.log(2)) < 1e-5, `${whole.columns.loss[0]}`);
  assertEquals(whole.columns.pairs[0], 8);
  assert(whole.columns.loss.at(-1)! < 0.3, `DPO ended at ${whole.columns.loss.at(-1)}`);
  assertEquals(whole.columns.accuracy.at(-1), 1);
  const after = [await answerOf(dpo, whole.state, upper), await answerOf(dpo, whole.state, WORDS)];
  // β·Δ of the odds is what the rewards' margin says.
  const moved = 0.1 * (odds(after) - odds(before));
  assert(moved > 0.9 * whole.columns.margin.at(-1)!, `odds moved by ${moved}`);

  // An adapter begins at its base: the first loss is that of no difference, and it falls from there.
  const adapter = { lora: { rank: 4, targets: "all" } };
  const narrow = await training("dpo", { ...given, learningRate: 0.01, steps: 4, adapter });
  const lora = await narrow.train(await narrow.begun());
  assert(Math.abs(lora.columns.loss[0] - Math.log(2)) < 1e-5, `${lora.columns.loss[0]}`);
  assert(lora.columns.loss.at(-1)! < 0.68, `DPO with LoRA ended at ${lora.columns.loss.at(-1)}`);
  // Compared with the run that went on from SFT, SFT itself is behind.
  const behind = await training("dpo", { ...given, reference: whole.state, steps: 1 });
  const later = await behind.train(await behind.begun());
  const wanted = -whole.columns.margin.at(-1)!;
  assert(later.columns.margin[0] < 0.9 * wanted, `${later.columns.margin[0]}, ${wanted}`);
  assertEquals(later.columns.accuracy[0], 0);

  const half = await dpo.train(await dpo.begun(), { to: 5 });
  const rest = await dpo.train(await reloaded(half.state), { from: 5 });
  for (const [name, values] of Object.entries(whole.columns)) {
    assertEquals([...half.columns[name], ...rest.columns[name]], values, name);
  }
  assertEquals(await read(rest.state), await read(whole.state));

  const kto = await training("kto", { ...given, steps: 6 });
  const told = await kto.train(await kto.begun());
  assert(Math.abs(told.columns.loss[0] - 0.5) < 1e-5, `${told.columns.loss[0]}`);
  assert(told.columns.loss.at(-1)! < 0.5, `KTO ended at ${told.columns.loss.at(-1)}`);
  assertEquals(told.columns.divergence.every((kl) => kl >= 0), true);

  const reward = await training("reward", { dataset: preferences, weights: answering, steps: 3 });
  const fresh = await reward.begun();
  const taken = (tree: TensorRecord) => read(tree.params as TensorRecord);
  assertEquals(await taken(fresh), await taken(answering));
  const judging = await reward.train(fresh);
  assert(Math.abs(judging.columns.loss[0] - Math.log(2)) < 1e-6, `${judging.columns.loss[0]}`);
  for (const { state } of [whole, lora, later, half, rest, told, judging]) disposeTree(state);
  disposeTree(answering);
});

Deno.test("alignment: a reward model learns which answers are better, and judges dialogues", async () => {
  const reward = await training("reward", { dataset: preferences, steps: 40 });
  const { state, columns } = await reward.train(await reward.begun());
  assert(Math.abs(columns.loss[0] - Math.log(2)) < 1e-6, `${columns.loss[0]}`);
  assertEquals(columns.accuracy.at(-1), 1);
  const subject = reward.subject(state), judge = subject.judge!;
  assertEquals(subject.language, undefined);
  await assertRejects(() => subject.sample(1), MetricUnavailable, "gives no samples");
  assertEquals(judge.attributes, ["reward"]);
  const dialogues = WORDS.flatMap((word) => [
    [...asked(word), ...said(word.toUpperCase())],
    [...asked(word), ...said(word)],
  ]);
  const { count, dimension, data } = await judge.judge(dialogues);
  assertEquals([count, dimension], [16, 1]);
  WORDS.forEach((word, i) => assert(data[2 * i] > data[2 * i + 1], `${word}: ${data}`));
  const margins = WORDS.map((_, i) => data[2 * i] - data[2 * i + 1]);
  assert(Math.abs(mean(margins) - columns.margin.at(-1)!) < 0.5 * mean(margins), `${margins}`);
  await assertRejects(() => judge.judge([asked("red")]), RangeError, "without an answer");
  disposeTree(state);
});
