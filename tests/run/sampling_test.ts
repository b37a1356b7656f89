import { imagesOf } from "../../src/kinds/image/images.ts";
import { assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../src/engine/mod.ts";
import type { Driver, Model } from "../../src/families/family.ts";
import type { Capabilities } from "../../src/subject/capabilities.ts";
import { reads } from "../../src/families/common/programs.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import { hostKey } from "../../src/random/host/host.ts";
import { normal } from "../../src/random/key.ts";
import { runKeys } from "../../src/run/keys.ts";
import { compilePrograms } from "../../src/run/model/programs.ts";
import { kindOf } from "../../src/kinds/table.ts";
import { labelSources } from "../../src/run/model/sampling.ts";
import { modelSubject, samplesOf, type SubjectParts } from "../../src/run/model/subject.ts";
import { stepKinds } from "../../src/run/model/timed.ts";

const { engine } = await openEngine("wasm");
const side = 2;
const trainSize = 50;

const capabilities: Capabilities = {
  likelihood: "none",
  latent: "none",
  reconstructs: false,
  samples: true,
  conditions: ["kind"],
  anyEvaluations: true,
  evaluations: 3,
  codes: { size: 4, count: 2 },
  critic: true,
};

/** Each evaluation adds a tenth; the label adds its number of hundredths, and noise a little. */
const model: Model = {
  capabilities,
  init: () => ({ tenth: tf.scalar(0.1) }),
  programs: {
    start: reads<{ tenth: tf.Scalar }, { rows_B: tf.Tensor1D; kind_B: tf.Tensor1D }>(
      (_, { rows_B, kind_B }, key) => ({
        x_BHWC: tf.add(
          tf.mul(normal(key, [rows_B.shape[0], side, side, 1], { rows_B }), 0.001),
          tf.reshape(tf.mul(tf.cast(kind_B, "float32"), 0.01), [-1, 1, 1, 1]),
        ),
      }),
    ),
    more: reads<{ tenth: tf.Scalar }, { x_BHWC: tf.Tensor4D }>((state, { x_BHWC }) => ({
      x_BHWC: tf.add(x_BHWC, state.tenth),
    })),
    codes: reads<object, { x_BHWC: tf.Tensor4D }>((_, { x_BHWC }) => ({
      codes_BT: tf.cast(
        tf.reshape(tf.mul(tf.slice(x_BHWC, [0, 0, 0, 0], [-1, 1, -1, -1]), 3.99), [-1, 2]),
        "int32",
      ),
    })),
    score: reads<object, { x_BHWC: tf.Tensor4D }>((_, { x_BHWC }) => ({
      logit_B: tf.mean(x_BHWC, [1, 2, 3]),
    })),
  },
  driver: {
    sample(state, { rows_B, labels, key, evaluations = 3 }, context) {
      let { x_BHWC } = context.run("start", state, { rows_B, kind_B: labels.kind }, key);
      for (let i = 0; i < evaluations; i++) {
        const before = x_BHWC as tf.Tensor;
        ({ x_BHWC } = context.run("more", state, { x_BHWC }, key));
        before.dispose();
      }
      return x_BHWC as tf.Tensor4D;
    },
    decode: (_, z_BZ) => tf.reshape(z_BZ, [-1, side, side, 1]),
  },
};

const parts: SubjectParts = {
  label: "stairs",
  engine,
  model,
  programs: compilePrograms(engine, model, { label: "stairs" }),
  state: model.init(tf.tensor1d([0, 0], "int32")),
  sample: { kind: "image", height: side, width: side, channels: 1 },
  keys: runKeys(1),
  trainSize,
  trainLabels: (indices) =>
    Promise.resolve({ kind: Float32Array.from(indices, (i) => i % 5), other: new Float32Array(9) }),
};

const evaluationBatch = kindOf(parts.sample).rowsAtOnce(parts.sample);
const byte = (value: number) => Math.floor(255 * value + 0.5);
const near = (data: Uint8Array | Int32Array, value: number) =>
  (data as Uint8Array).every((v) => Math.abs(v - byte(value)) <= 2);

Deno.test("sampling: a driver draws, in as many evaluations as are asked for, and leaves nothing behind", async () => {
  const subject = modelSubject(parts);
  const before = engine.memory().tensors;
  const labels = { kind: new Int32Array(70) };
  const three = imagesOf(await subject.sample(70, { labels }));
  const seven = imagesOf(await subject.sample(70, { labels, evaluations: 7 }));
  assertEquals([near(three.data, 0.3), near(seven.data, 0.7)], [true, true]);
  assertEquals(engine.memory().tensors, before);
});

Deno.test("sampling: sample i is the same at any count, whatever fills its batch", async () => {
  const all = imagesOf(await samplesOf(parts, hostKey(3), { count: evaluationBatch + 6 }));
  const few = imagesOf(await samplesOf(parts, hostKey(3), { count: 5 }));
  assertEquals(few.data, all.data.subarray(0, few.data.length));
});

Deno.test("sampling: rows that are named are the rows of those numbers", async () => {
  const count = evaluationBatch + 6, labels = { kind: new Int32Array(count) };
  const all = imagesOf(await samplesOf(parts, hostKey(3), { count, labels }));
  const rows = Int32Array.from({ length: count }, (_, i) => (7 * i) % 11);
  const named = imagesOf(await samplesOf(parts, hostKey(3), { count, labels, rows }));
  const each = side * side;
  const expected = [...rows].flatMap((row) => [...all.data.subarray(row * each, (row + 1) * each)]);
  assertEquals([...named.data], expected);
});

Deno.test("sampling: without labels a conditional model gets those of training pictures", async () => {
  const { data } = imagesOf(await samplesOf(parts, hostKey(3), { count: 40 }));
  const sources = labelSources(hostKey(3), 40, trainSize);
  sources.forEach((source, i) => {
    const picture = data.subarray(4 * i, 4 * i + 4);
    assertEquals(near(picture, 0.3 + 0.01 * (source % 5)), true, `sample ${i}`);
  });
});

Deno.test("sampling: labels reach their samples, also past a batch", async () => {
  const labels = { kind: Int32Array.from({ length: 70 }, (_, i) => 30 * (i % 2)) };
  const { data } = imagesOf(await modelSubject(parts).sample(70, { labels }));
  for (const i of [0, 1, 68, 69]) {
    assertEquals(near(data.subarray(4 * i, 4 * i + 4), 0.3 + 0.3 * (i % 2)), true, `sample ${i}`);
  }
});

Deno.test("sampling: what a model can't be asked is said", async () => {
  const subject = modelSubject(parts);
  await assertRejects(
    () => subject.sample(4, { labels: { kind: new Int32Array(3) } }),
    RangeError,
    "stairs: 4 samples need 4 labels of kind, found 3",
  );
  await assertRejects(() => subject.sample(4, { guidance: 2 }), MetricUnavailable, "no guidance");
  const fixed = { ...model, capabilities: { ...capabilities, anyEvaluations: false } };
  await assertRejects(
    () => modelSubject({ ...parts, model: fixed }).sample(4, { evaluations: 2 }),
    MetricUnavailable,
    "stairs takes 3 evaluations a sample and no other number",
  );
});

Deno.test("subject: codes, scores and decoded vectors come back by row", async () => {
  const subject = modelSubject(parts);
  const images = {
    count: 70,
    height: side,
    width: side,
    channels: 1 as const,
    data: Uint8Array.from({ length: 280 }, (_, i) => (i * 7) % 256),
  };
  const codes = await subject.codes!(images);
  assertEquals([codes.count, codes.perPicture, codes.size], [70, 2, 4]);
  const expected = Int32Array.from(
    { length: 140 },
    (_, i) => Math.floor(images.data[4 * (i >> 1) + (i & 1)] / 255 * 3.99),
  );
  assertEquals(codes.data, expected);
  const scores = await subject.score!(images);
  assertEquals(scores.length, 70);
  const mean = images.data.subarray(276, 280).reduce((a, b) => a + b, 0) / 4 / 255;
  assertEquals(Math.abs(scores[69] - mean) < 1e-6, true);
  const data = Float64Array.from(images.data.subarray(0, 8), (v) => v / 255);
  const pictures = await subject.decode!({ count: 2, dimension: 4, data });
  assertEquals(imagesOf(pictures).data, images.data.subarray(0, 8));
});

Deno.test("timing: a training's kinds of step and their shares", () => {
  const driver: Driver = {
    schedule: (step) =>
      step < 12 ? (step % 4 === 0 ? ["train", "penalise"] : ["train"]) : ["prior"],
  };
  assertEquals(stepKinds(driver, 20), [
    { programs: ["train", "penalise"], share: 3 / 20, first: 0 },
    { programs: ["train"], share: 9 / 20, first: 1 },
    { programs: ["prior"], share: 8 / 20, first: 12 },
  ]);
  assertEquals(stepKinds({}, 20), [{ programs: ["train"], share: 1, first: 0 }]);
});
