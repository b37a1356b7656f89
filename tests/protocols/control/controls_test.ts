/** Control rows: prefix-stable, seeded, and the Gaussian has the training pictures' two moments. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { openEngine } from "../../../src/engine/mod.ts";
import { columnMeans, covariance } from "../../../src/algebra/linear.ts";
import type { Features } from "../../../src/algebra/features.ts";
import type { Dataset, Split } from "../../../src/data/dataset.ts";
import type { ImageSet } from "../../../src/kinds/image/image_set.ts";
import { imagesOf } from "../../../src/kinds/image/images.ts";
import { kindOf, takenBy } from "../../../src/kinds/table.ts";
import { textKind } from "../../../src/kinds/text/kind.ts";
import { textsOf, tokenised } from "../../../src/kinds/text/texts.ts";
import { splitDataset } from "../../../src/data/split_dataset.ts";
import { bytesTokenizer } from "../../../src/tokenizers/bytes.ts";
import { controls } from "../../../src/protocols/control/controls.ts";
import { splitsRead } from "../../../src/protocols/reads.ts";
import { hostFold, hostKey, hostNormal } from "../../../src/random/host/host.ts";
import { halvesOf, toyDataset, toyShape, toySize } from "../../metrics/toy.ts";

const { engine } = await openEngine("wasm");
const dataset = toyDataset(300);

/** Sentences of a few words. */
const words = splitDataset({
  name: "sentences",
  version: 1,
  digest: "sentences",
  sample: { kind: "text" as const, tokenizer: bytesTokenizer },
  factors: [],
  notes: [],
  samples: {
    count: 300,
    gather: (indices) =>
      Promise.resolve(tokenised(
        Array.from(indices, (i) => `the ${["man", "girl", "boy"][i % 3]} is ${i % 7} years old`),
        bytesTokenizer,
      )),
  },
  labels: {},
  splits: {
    train: Uint32Array.from({ length: 100 }, (_, i) => i),
    test: Uint32Array.from({ length: 150 }, (_, i) => 100 + i),
    judge_test: Uint32Array.from({ length: 50 }, (_, i) => 250 + i),
  },
}) as Dataset;

/** Control rows that draw samples; those of views answer cameras
 * (views_test.ts), those of dialogues prompts (answers_test.ts). */
const drawing = Object.keys(controls).filter((name) =>
  !takenBy(controls[name]).includes("view") && controls[name].given === undefined
);

/** Data that a control takes. */
const takenOf = (name: string) => takenBy(controls[name]).includes("image") ? dataset : words;

function open(name: string, seed = 1) {
  return controls[name].open({ dataset: takenOf(name), engine, key: hostKey(seed, name) });
}

Deno.test("law: a control's i-th sample is the same at any count", async () => {
  for (const name of drawing) {
    const control = open(name), { sample } = takenOf(name), kind = kindOf(sample);
    const [many, few] = [await control.sample(50), await control.sample(5)];
    assertEquals(few.count, 5, name);
    assertEquals(await kind.digest(few), await kind.digest(kind.slice(many, { to: 5 })), name);
    if (takenOf(name) !== dataset) continue;
    const { height, width, channels } = imagesOf(few);
    assertEquals({ height, width, channels }, toyShape);
  }
});

Deno.test("law: random controls follow their key, real ones don't need it", async () => {
  for (const name of ["five-gram", "unigram", "shuffled-words"]) {
    const digest = async (seed: number) =>
      await textKind.digest(textsOf(await open(name, seed).sample(4)));
    assertEquals(await digest(1), await digest(1), name);
    assertNotEquals(await digest(2), await digest(1), name);
  }
  for (const name of ["gaussian", "noise"]) {
    const once = imagesOf(await open(name).sample(4)).data;
    assertEquals(imagesOf(await open(name).sample(4)).data, once);
    assertNotEquals(imagesOf(await open(name, 2).sample(4)).data, once);
  }
  for (const name of ["held-out", "training-copy"]) {
    assertEquals(
      imagesOf(await open(name, 2).sample(4)).data,
      imagesOf(await open(name).sample(4)).data,
    );
  }
});

Deno.test("the Gaussian is mean + Xᵀg/√(N − 1) over all of three uneven parts of the training pictures", async () => {
  const shape = { height: 2, width: 3, channels: 3 } as const, size = 18;
  const n = 2 * 1024 + 500;
  const value = (i: number, j: number) => 100 + (i * (j + 3)) % 50 + 20 * Math.floor(i / 1024);
  const many: Dataset = {
    ...dataset,
    sample: { kind: "image", ...shape },
    size: () => n,
    read: (_, indices) =>
      Promise.resolve({
        samples: {
          count: indices.length,
          ...shape,
          data: Uint8Array.from(
            Array.from(indices).flatMap((i) => Array.from({ length: size }, (_, j) => value(i, j))),
          ),
        },
        labels: {},
      }),
  };
  const key = hostKey(5, "gaussian"), count = 70;
  const drawn = await controls.gaussian.open({ dataset: many, engine, key }).sample(count);
  const { data } = imagesOf(drawn);
  const mean = Array.from({ length: size }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += value(i, j);
    return sum / n;
  });
  for (const row of [0, 31, 32, 64, count - 1]) {
    const g = [0, 1, 2].flatMap((part) => [
      ...hostNormal(hostFold(hostFold(key, row), part), Math.min(1024, n - 1024 * part)),
    ]);
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (value(i, j) - mean[j]) * g[i];
      const wanted = Math.min(255, Math.max(0, mean[j] + sum / Math.sqrt(n - 1)));
      // Rounded to a whole number, and float32 sums of 2,548 products of size 50.
      assert(Math.abs(data[row * size + j] - wanted) <= 0.51, `${row}, ${j}`);
    }
  }
});

/** The toy data without some splits, which notes what is read of it. */
function noting(
  absent: readonly Split[],
  of: Dataset = dataset,
): { data: Dataset; read: Set<Split> } {
  const read = new Set<Split>();
  const data: Dataset = {
    ...of,
    size: (split) => absent.includes(split) ? 0 : of.size(split),
    read: (split, indices) => {
      read.add(split);
      return of.read(split, indices);
    },
  };
  return { data, read };
}

Deno.test("law: a control reads the splits that it names, and no others", async () => {
  for (const absent of [[], ["judge", "judge_test"]] as Split[][]) {
    for (const name of drawing) {
      const control = controls[name];
      const { data, read } = noting(absent, takenOf(name));
      await control.open({ dataset: data, engine, key: hostKey(1, name) }).sample(5);
      assertEquals([...read], [...control.reads(data)], `${name} without ${absent}`);
    }
  }
});

Deno.test("a plan reads train and test, and judge_test where a control is made from it", () => {
  const model = { protocol: "train-evaluate", family: "vae" } as const;
  const row = (family: string) => ({ protocol: "control", family }) as const;
  const whole = noting([]).data;
  assertEquals(splitsRead(whole, [model]), ["train", "test"]);
  assertEquals(splitsRead(whole, [model, row("gaussian"), row("noise")]), ["train", "test"]);
  assertEquals(splitsRead(whole, [row("held-out"), model]), ["train", "test", "judge_test"]);
  assertEquals(splitsRead(noting(["judge_test"]).data, [row("held-out")]), ["train", "test"]);
  assertEquals(splitsRead(noting(["train"]).data, [model]), ["test"]);
});

/** Every second column of pixels would do; the two halves and four single values are enough. */
function summary(images: ImageSet): Features {
  const halves = halvesOf(images), pixels = [0, 31, 290, toySize - 1];
  const data = new Float64Array(images.count * 6);
  for (let n = 0; n < images.count; n++) {
    data.set(halves.data.subarray(2 * n, 2 * n + 2), 6 * n);
    pixels.forEach((p, i) => data[6 * n + 2 + i] = images.data[toySize * n + p]);
  }
  return { count: images.count, dimension: 6, data };
}

Deno.test("the Gaussian control has the mean and full covariance of the training pictures", async () => {
  const all = Array.from({ length: 300 }, (_, i) => i);
  const train = summary((await dataset.read("train", all)).samples);
  const n = 3000, drawn = summary(imagesOf(await open("gaussian").sample(n)));
  const mean = columnMeans(train), sigma = covariance(train).data;
  const drawnMean = columnMeans(drawn), drawnSigma = covariance(drawn).data;
  for (let i = 0; i < 6; i++) {
    // Rounding to bytes adds up to 1/12 of variance; clamping cuts what lies beyond 255: 4 SE and 1.
    const se = Math.sqrt(sigma[i * 7] / n);
    assert(Math.abs(drawnMean[i] - mean[i]) < 4 * se + 0.5, `mean ${i}`);
    for (let j = 0; j < 6; j++) {
      // Var of a sample covariance of normals: (σii σjj + σij²)/n. Clamping at 0 and 255, two and a
      // half standard deviations off, takes up to 4 % of a variance.
      const spread = Math.sqrt((sigma[i * 7] * sigma[j * 7] + sigma[i * 6 + j] ** 2) / n);
      const clamped = 0.04 * Math.sqrt(sigma[i * 7] * sigma[j * 7]);
      const found = drawnSigma[i * 6 + j], expected = sigma[i * 6 + j];
      assert(
        Math.abs(found - expected) < 4.5 * spread + clamped + 1,
        `${i},${j}: ${found} ${expected}`,
      );
    }
  }
});
