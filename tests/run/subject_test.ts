/**
 * A subject over three uneven batches of colour pictures with unequal sides: whatever it is asked, it
 * gives what its programs give when they are asked for all rows at once.
 */
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { imageSet, imagesOf, toTensorImages } from "../../src/kinds/image/images.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { disposeTree, type TensorTree } from "../../src/engine/tree.ts";
import type { Model, TensorRecord } from "../../src/families/family.ts";
import type { Capabilities } from "../../src/subject/capabilities.ts";
import { reads } from "../../src/families/common/programs.ts";
import type { Features } from "../../src/algebra/features.ts";
import { hostIntegers, type HostKey, hostKey, hostNormal } from "../../src/random/host/host.ts";
import { keyTensor, normal } from "../../src/random/key.ts";
import { runKeys } from "../../src/run/keys.ts";
import { compilePrograms } from "../../src/run/model/programs.ts";
import { imageKind } from "../../src/kinds/image/kind.ts";
import { labelSources } from "../../src/run/model/sampling.ts";
import { modelSubject, samplesOf, type SubjectParts } from "../../src/run/model/subject.ts";
import { law } from "../law.ts";

const { engine } = await openEngine("wasm");
const sample = { kind: "image", height: 2, width: 3, channels: 3 } as const;
const size = sample.height * sample.width * sample.channels;
const batch = imageKind.rowsAtOnce(sample);
const trainSize = 40;
const keys = runKeys(4);
/** Three batches, the last of them short. */
const counts = fc.integer({ min: 2 * batch + 1, max: 3 * batch - 1 });

/** Two numbers a picture, each place and colour weighing in by itself. */
const weights = (of: number) =>
  tf.tensor2d(Float32Array.from({ length: 2 * size }, (_, i) => (of + 7 * i) % 11), [size, 2]);
const flat = (x_BHWC: tf.Tensor4D) => tf.reshape(x_BHWC, [-1, size]) as tf.Tensor2D;

/** Pictures lie in [0, 1]. */
const within = (x: tf.Tensor) => tf.clipByValue(x, 0, 1);

type Asked = { rows_B: tf.Tensor1D; labels: { kind: tf.Tensor1D } };
type Seen = { x_BHWC: tf.Tensor4D };

const capabilities: Capabilities = {
  likelihood: "bound",
  latent: "continuous",
  posterior: true,
  reconstructs: true,
  samples: true,
  conditions: ["kind"],
  codes: { size: 256, count: size },
  critic: true,
};

const model: Model = {
  capabilities,
  init: () => ({}),
  programs: {
    // Noise of the row, and the label's tenths.
    sample: reads<object, Asked>((_, { rows_B, labels }, key) => ({
      x_BHWC: within(tf.add(
        tf.mul(normal(key, [rows_B.shape[0], 2, 3, 3], { rows_B }), 0.05),
        tf.reshape(tf.mul(tf.cast(tf.add(labels.kind, 2), "float32"), 0.1), [-1, 1, 1, 1]),
      )),
    })),
    encode: reads<object, Seen>((_, { x_BHWC }) => ({
      mean_BZ: tf.matMul(flat(x_BHWC), weights(1)),
      logVariance_BZ: tf.matMul(flat(x_BHWC), weights(5)),
    })),
    decode: reads<object, { z_BZ: tf.Tensor2D }>((_, { z_BZ }) => ({
      x_BHWC: within(tf.reshape(z_BZ, [-1, 2, 3, 3])),
    })),
    reconstruct: reads<object, Seen>((_, { x_BHWC }) => ({ x_BHWC: tf.sub(1, x_BHWC) })),
    codes: reads<object, Seen>((_, { x_BHWC }) => ({
      codes_BT: tf.cast(tf.round(tf.mul(flat(x_BHWC), 255)), "int32"),
    })),
    score: reads<object, Seen>((_, { x_BHWC }) => ({
      logit_B: tf.reshape(tf.slice(tf.matMul(flat(x_BHWC), weights(3)), [0, 0], [-1, 1]), [-1]),
    })),
    log_weight: reads<object, Seen & Asked>((_, { x_BHWC, rows_B, labels }, key) => ({
      logWeight_B: tf.addN([
        tf.mean(x_BHWC, [1, 2, 3]),
        tf.reshape(normal(key, [rows_B.shape[0], 1], { rows_B }), [-1]),
        tf.cast(tf.mul(labels.kind, 10), "float32"),
      ]),
    })),
  },
  driver: {},
};

/** The label of training picture i. */
const trainLabel = (i: number) => (3 * i) % 7;
const parts: SubjectParts = {
  label: "rows",
  engine,
  model,
  programs: compilePrograms(engine, model, { label: "rows" }),
  state: {},
  sample,
  keys,
  trainSize,
  trainLabels: (indices) => Promise.resolve({ kind: Float32Array.from(indices, trainLabel) }),
};

const pictures = (count: number) =>
  imageSet(
    Uint8Array.from(hostIntegers(hostKey(count, "pictures"), count * size, 256)),
    sample,
  );

/** What a program gives of all rows at once. */
async function whole(
  program: string,
  output: string,
  { key, inputs }: { key: HostKey; inputs: TensorRecord },
): Promise<number[]> {
  const asked = keyTensor(key);
  const outputs = tf.tidy(() => model.programs[program]({}, inputs, asked)[1][output] as tf.Tensor);
  const found = Array.from(await engine.read(outputs));
  disposeTree({ outputs, inputs, asked } as TensorTree);
  return found;
}

const rowsOf = (rows: ArrayLike<number>) =>
  engine.tensor(Int32Array.from(rows), [rows.length], "int32");
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const kinds = (count: number, of = (i: number) => i % 7) => Int32Array.from(upTo(count), of);
const bytes = (values: readonly number[]) =>
  values.map((v) => Math.min(255, Math.max(0, Math.floor(255 * Math.fround(v) + 0.5))));
const numbers = ({ data }: Features) => [...data];

/** Each of a subject's answers with the rows at once that it must be, for so many rows. */
const answers: Record<string, (count: number) => Promise<[ArrayLike<number>, number[]]>> = {
  async samples(count) {
    const { data } = imagesOf(await modelSubject(parts).sample(count));
    const kind = labelSources(keys.sample, count, trainSize);
    const inputs = { rows_B: rowsOf(upTo(count)), labels: { kind: rowsOf(kind.map(trainLabel)) } };
    return [data, bytes(await whole("sample", "x_BHWC", { key: keys.sample, inputs }))];
  },
  async "samples of given labels"(count) {
    const kind = kinds(count, (i) => (i * i) % 5 - 1);
    const { data } = imagesOf(await modelSubject(parts).sample(count, { labels: { kind } }));
    const inputs = { rows_B: rowsOf(upTo(count)), labels: { kind: rowsOf(kind) } };
    return [data, bytes(await whole("sample", "x_BHWC", { key: keys.sample, inputs }))];
  },
  async "samples of named rows"(count) {
    const [rows, kind] = [kinds(count, (i) => (i * 31) % 97), kinds(count)];
    const drawn = await samplesOf(parts, hostKey(2), { count, rows, labels: { kind } });
    const { data } = imagesOf(drawn);
    const inputs = { rows_B: rowsOf(rows), labels: { kind: rowsOf(kind) } };
    return [data, bytes(await whole("sample", "x_BHWC", { key: hostKey(2), inputs }))];
  },
  async codes(count) {
    const images = pictures(count);
    const { data } = await modelSubject(parts).codes!(images);
    return [data, [...images.data]];
  },
  async means(count) {
    const images = pictures(count);
    const inputs = { x_BHWC: toTensorImages(engine, images) };
    const found = numbers(await modelSubject(parts).encode!(images));
    return [found, await whole("encode", "mean_BZ", { key: hostKey(0), inputs })];
  },
  async "log variances"(count) {
    const images = pictures(count);
    const inputs = { x_BHWC: toTensorImages(engine, images) };
    const found = numbers(await modelSubject(parts).logVariances!(images));
    return [found, await whole("encode", "logVariance_BZ", { key: hostKey(0), inputs })];
  },
  async "decoded codes"(count) {
    const data = Float64Array.from(hostNormal(hostKey(count), count * size), (v) => 0.5 + v / 6);
    const decoded = await modelSubject(parts).decode!({ count, dimension: size, data });
    const { height, width, channels, data: pixels } = imagesOf(decoded);
    assertEquals({ kind: "image", height, width, channels }, sample);
    return [pixels, bytes([...data])];
  },
  async scores(count) {
    const images = pictures(count);
    const inputs = { x_BHWC: toTensorImages(engine, images) };
    const found = await modelSubject(parts).score!(images);
    return [found, await whole("score", "logit_B", { key: hostKey(0), inputs })];
  },
  async reconstructions(count) {
    const images = pictures(count);
    const again = await modelSubject(parts).reconstruct!(images);
    const { height, width, channels, data } = imagesOf(again);
    assertEquals({ kind: "image", height, width, channels }, sample);
    return [data, Array.from(images.data, (v) => 255 - v)];
  },
  async "log weights"(count) {
    const [images, draws] = [pictures(count), 3];
    const labels = { kind: kinds(count), other: new Int32Array(count) };
    const found = await modelSubject(parts).logWeights!(images, draws, labels);
    assertEquals([found.count, found.dimension], [count, draws]);
    const each: number[][] = [];
    for (let draw = 0; draw < draws; draw++) {
      const inputs = {
        x_BHWC: toTensorImages(engine, images),
        rows_B: rowsOf(upTo(count)),
        labels: { kind: rowsOf(labels.kind) },
      };
      each.push(await whole("log_weight", "logWeight_B", { key: keys.weight(draw), inputs }));
    }
    return [numbers(found), upTo(count * draws).map((i) => each[i % draws][Math.floor(i / draws)])];
  },
};

for (const [what, answer] of Object.entries(answers)) {
  law(`a subject's ${what} are those of all rows at once, over three uneven batches`, {
    source: "definition",
    given: { count: counts },
    cases: 3,
    holds: async ({ count }) => {
      const before = engine.memory().tensors;
      const [found, wanted] = await answer(count);
      assertEquals(engine.memory().tensors, before, "tensors left behind");
      assertEquals(found.length, wanted.length);
      assertEquals(Array.from(found), wanted);
    },
  });
}
