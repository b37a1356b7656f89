/** Steps that train on what the model makes of their batch, several times over. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../../src/data/dataset.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { disposeTree } from "../../src/engine/tree.ts";
import type { Model, TensorRecord } from "../../src/families/family.ts";
import { normal } from "../../src/random/key.ts";
import { DivergenceWatch } from "../../src/run/divergence.ts";
import { runKeys } from "../../src/run/keys.ts";
import { compilePrograms } from "../../src/run/model/programs.ts";
import { SeriesRecorder } from "../../src/run/series.ts";
import { trainSteps } from "../../src/run/train/train.ts";

const { engine } = await openEngine("wasm");

const dataset: Dataset<"image"> = {
  name: "numbers",
  version: 1,
  digest: "numbers",
  sample: { kind: "image", height: 1, width: 1, channels: 1 },
  factors: [],
  notes: [],
  size: () => 6,
  read: (_, indices) =>
    Promise.resolve({
      samples: {
        count: indices.length,
        height: 1,
        width: 1,
        channels: 1,
        data: Uint8Array.from(indices, (i) => 10 * i),
      },
      labels: {},
    }),
};

/** A number that moves towards draws of its own, and remembers what it was told. */
function model(passes: number): Model {
  return {
    capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: false },
    init: () => ({ mean: tf.scalar(1) }),
    driver: {
      schedule: () => Array.from({ length: passes }, () => "train"),
      async collect(state, batch, { run, read, engine, at, key, stepKey }) {
        const own = key(), other = stepKey("collect"), third = stepKey("more");
        const drawn = run("draw", state, {}, own);
        const [value] = await read(drawn.draw_B as tf.Tensor);
        const keys = [];
        for (const one of [own, other, third]) keys.push([...await read(one)]);
        assertEquals(keys[0], keys[1]);
        assertNotEquals(keys[0], keys[2]);
        disposeTree({ own, other, third, drawn });
        const values = [value, batch.samples.count, at];
        return { told_C: engine.tensor(Float32Array.from(values), [3]) };
      },
    },
    programs: {
      draw: (state, _, key) => [state, { draw_B: normal(key, [1]) }],
      train(state, { told_C }, key) {
        const [draw, count, step] = tf.split(told_C as tf.Tensor1D, 3);
        const noise = normal(key, [1]);
        const mean = tf.reshape(
          tf.add(tf.mul(state.mean as tf.Scalar, 0.5), tf.add(draw, tf.mul(noise, 0.1))),
          [],
        );
        const scalar = (x: tf.Tensor) => tf.reshape(x, []);
        return [{ mean }, {
          loss: tf.clone(mean),
          count: scalar(count),
          at: scalar(step),
          noise: scalar(noise),
        }];
      },
    },
  };
}

async function trained(
  { from, to, mean, passes = 2 }: { from: number; to: number; mean?: number; passes?: number },
) {
  const made = model(passes), keys = runKeys(3);
  const programs = compilePrograms(engine, made, { label: "collects" });
  const series = new SeriesRecorder(engine, new DivergenceWatch());
  const state: TensorRecord = { mean: tf.scalar(mean ?? 1) };
  const { state: last } = await trainSteps(
    { engine, model: made, programs, dataset, keys, batch: 4 },
    state,
    { from, to, series, times: { data: 0, compile: 0, steps: 0 }, stopped: () => false },
  );
  const [value] = await engine.read(last.mean as tf.Tensor);
  disposeTree(last);
  return { value, columns: series.series().columns };
}

Deno.test("collect: a step trains on what the model made, twice, with keys of their own", async () => {
  const { value, columns } = await trained({ from: 0, to: 3 });
  assertEquals(columns.count, [4, 4, 4]);
  assertEquals(columns.at, [0, 1, 2]);
  assertEquals(columns.loss.at(-1), value);
  // Both passes move the state, and the last one's scalars are kept.
  const { columns: once } = await trained({ from: 0, to: 1, passes: 1 });
  const draw = once.loss[0] - 0.5 - 0.1 * once.noise[0];
  const twice = 0.5 * once.loss[0] + draw + 0.1 * columns.noise[0];
  assert(Math.abs(twice - columns.loss[0]) < 1e-6, `${twice}, ${columns.loss[0]}`);
  assertNotEquals(columns.noise[0], once.noise[0]);
  assertEquals(new Set(columns.noise).size, 3);
});

Deno.test("collect: going on from a step's state gives what an uninterrupted training has", async () => {
  const whole = await trained({ from: 0, to: 4 });
  const first = await trained({ from: 0, to: 2 });
  const second = await trained({ from: 2, to: 4, mean: first.value });
  assertEquals(second.value, whole.value);
  assertEquals(second.columns.loss, whole.columns.loss.slice(2));
  const before = tf.memory().numTensors;
  await trained({ from: 0, to: 2 });
  assertEquals(tf.memory().numTensors, before);
});
