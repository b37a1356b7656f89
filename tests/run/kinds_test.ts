/** What the run path asks of a kind of sample, on one that only a test knows. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type * as tf from "@tensorflow/tfjs";
import { leaves } from "../../src/engine/tree.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { ContractError } from "../../src/families/contract.ts";
import type { Model } from "../../src/families/family.ts";
import { batcherOf, kinds } from "../../src/kinds/table.ts";
import { hostKey } from "../../src/random/host/host.ts";
import { DivergenceWatch } from "../../src/run/divergence.ts";
import { runKeys } from "../../src/run/keys.ts";
import { compilePrograms, initialState } from "../../src/run/model/programs.ts";
import { modelSubject, type SubjectParts } from "../../src/run/model/subject.ts";
import { computeMetrics, evaluationContext } from "../../src/run/score/evaluate.ts";
import { SeriesRecorder } from "../../src/run/series.ts";
import { trainSteps } from "../../src/run/train/train.ts";
import { chain, markov, sequence } from "../examples/sequence.ts";

kinds.sequence = sequence as never;
const { engine } = await openEngine("wasm");
const keys = runKeys(3);
const data = await chain.load(chain.config.parse({ train: 50, test: 40 }), { cache: "", jobs: 1 });
const build = () =>
  markov.build(markov.config.parse({}), {
    sample: data.sample,
    given: data.given,
    steps: 3,
    trainSize: 50,
    batch: 7,
    factors: [],
  });

/** Trains, and tells the shapes that `train` was given, step by step. */
async function trained(change: Partial<Model> = {}) {
  const model = { ...build(), ...change }, shapes: string[][] = [], { train } = model.programs;
  const seen: Model = {
    ...model,
    programs: {
      ...model.programs,
      train(state, inputs, key) {
        shapes.push(leaves(inputs).map(([name, { shape }]) => `${name} [${shape.join(", ")}]`));
        return train(state, inputs, key);
      },
    },
  };
  const programs = compilePrograms(engine, seen, { label: "markov" });
  const series = new SeriesRecorder(engine, new DivergenceWatch());
  const { state } = await trainSteps(
    { engine, model: seen, programs, dataset: data, keys, batch: 7 },
    initialState(seen, keys),
    { from: 0, to: 3, series, times: { data: 0, compile: 0, steps: 0 }, stopped: () => false },
  );
  const parts: SubjectParts = {
    label: "markov",
    engine,
    model: seen,
    programs,
    state,
    sample: data.sample,
    keys,
    trainSize: 50,
    trainLabels: () => Promise.resolve({}),
  };
  return { shapes, losses: series.series().columns.loss, parts };
}

Deno.test("training cuts batches as the family asks, with what the data give beside them", async () => {
  const each = (length: number) => [
    "given/start/tokens_BT [7, 1]",
    "rows_B [7]",
    `tokens_BT [7, ${length}]`,
  ];
  const windows = await trained();
  assertEquals([...new Set(windows.shapes.map(String))], [String(each(6))]);
  assertEquals((await trained()).losses, windows.losses);
  const whole = await trained({ batches: undefined });
  assertEquals([...new Set(whole.shapes.map(String))], [String(each(12))]);
  assertThrows(() => batcherOf(data.sample, "window"), Error, "did you mean `windows`?");
});

Deno.test("a batch depends on its step and the key alone", async () => {
  const source = {
    spec: data.sample,
    size: 50,
    read: (indices: ArrayLike<number>) => data.read("train", indices),
  };
  const cut = (step: number) =>
    sequence.batchers.windows.cut(source, { key: hostKey(1), step, batch: 9 });
  const [first, again, next] = [await cut(4), await cut(4), await cut(5)];
  assertEquals(first, again);
  assert(String(first.samples.data) !== String(next.samples.data));
});

Deno.test("samples come as their kind has them, sample i the same at any count", async () => {
  const { parts } = await trained();
  const subject = modelSubject(parts);
  const many = await subject.sample(75), few = await modelSubject(parts).sample(5);
  assertEquals(sequence.fault(many as never, { spec: data.sample, count: 75 }), null);
  assertEquals(sequence.slice(many as never, { to: 5 }), few as never);
});

Deno.test("what is no sample of the kind is refused, with what came", async () => {
  const { parts } = await trained();
  const wrong = async (change: (tokens_BT: tf.Tensor) => tf.Tensor) => {
    const { sample } = parts.model.programs;
    const model: Model = {
      ...parts.model,
      programs: {
        ...parts.model.programs,
        sample(state, inputs, key) {
          const [next, { tokens_BT }] = sample(state, inputs, key);
          return [next, { tokens_BT: change(tokens_BT as tf.Tensor) }];
        },
      },
    };
    const programs = compilePrograms(engine, model, { label: "markov" });
    try {
      return String(await modelSubject({ ...parts, model, programs }).sample(4));
    } catch (error) {
      assert(error instanceof ContractError);
      return error.message;
    }
  };
  assertEquals(
    await wrong((tokens_BT) => tokens_BT.add(5)).then((told) => told.replace(/\d+/g, "N")),
    "markov: sample gives N among its symbols (value N)",
  );
  assertEquals(
    await wrong((tokens_BT) => tokens_BT.slice([0, 0], [-1, 11])),
    "markov: sample gives [32, 11] where [32, 12] was expected",
  );
});

Deno.test("a metric of another kind is not defined, with the reason, and computes nothing", async () => {
  const { parts } = await trained();
  const context = evaluationContext({
    subject: modelSubject(parts),
    dataset: data,
    keys,
    metric: () => Promise.reject(new Error("not asked for")),
    extractor: () => Promise.reject(new Error("not asked for")),
    cache: null,
    engine,
  });
  const { histogram } = await import("../../src/metrics/likelihood/histogram.ts");
  const config = histogram.config.parse({ samples: 10 }) as never;
  const { values, problems } = await computeMetrics(
    context,
    [{ metric: "histogram", version: 1, config }],
    { phase: "quality", metric: () => Promise.resolve(histogram as never) },
  );
  assertEquals(problems, []);
  assertEquals(values.map(({ value, status, reason }) => [value, status, reason]), [
    [null, "not-defined", "histogram takes points; chain holds sequences"],
    [null, "not-defined", "histogram takes points; chain holds sequences"],
  ]);
});
