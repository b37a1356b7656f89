/** Extractors: parity, bits that don't depend on the batch, and what is said where they can't be had. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { concatImages, sliceImages } from "../../src/kinds/image/images.ts";
import type { ImageSet } from "../../src/kinds/image/image_set.ts";
import { heads, headsConfig } from "../../src/data/heads/mod.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { readJudge } from "../../src/extractors/judge/judge.ts";
import { openExtractor } from "../../src/extractors/mod.ts";
import {
  blurThenResize,
  cubicMatrix,
  gaussianMatrix,
} from "../../src/extractors/prepare/resample.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import { balancedAccuracy } from "../../src/algebra/probe.ts";
import { picture } from "../metrics/golden_inputs.ts";
import { close } from "../law.ts";
import golden from "./lite0_golden.json" with { type: "json" };

const { engine } = await openEngine("wasm");

Deno.test("blur and cubic resampling keep constants, and a blur of σ 0 to the same size keeps all", () => {
  for (const [size, target, sigma] of [[32, 96, 0.7], [28, 96, 0.6], [200, 96, 4], [3, 96, 2]]) {
    for (const { weights } of blurThenResize(size, target, sigma)) {
      close(weights.reduce((s, w) => s + w, 0), 1, 1e-12);
    }
  }
  const identity = (m: Float64Array, n: number) =>
    m.every((v, i) => v === (i % (n + 1) === 0 ? 1 : 0));
  assert(identity(gaussianMatrix(9, 0), 9));
  assert(identity(cubicMatrix(9, 9), 9));
});

Deno.test("cubic resampling is exact on straight lines away from the edges", () => {
  const matrix = cubicMatrix(32, 96);
  for (let y = 9; y < 87; y++) {
    let value = 0;
    for (let x = 0; x < 32; x++) value += matrix[y * 32 + x] * x;
    close(value, (y + 0.5) / 3 - 0.5, 1e-12);
  }
});

const lite0 = await openExtractor("lite0", engine);

for (const example of golden) {
  const { seed, height, width, features } = example;
  Deno.test(`lite0 agrees with a second implementation on the package's weights: ${height}×${width}`, async () => {
    const image = picture({ seed, height, width, channels: example.channels as 1 | 3 });
    const { data } = await lite0.extract(image);
    // Weights are rounded to 11 bits: relative errors of 2⁻¹² a weight, in quadrature over 50 layers
    // and grown by what layers amplify. 2 % of the length of the vector, and a cosine of 0.9998.
    let xy = 0, xx = 0, yy = 0, difference = 0;
    features.forEach((v, i) => {
      xy += v * data[i];
      xx += v * v;
      yy += data[i] * data[i];
      difference += (v - data[i]) ** 2;
    });
    close(Math.sqrt(difference / xx), 0, 0.02, "relative error");
    close(xy / Math.sqrt(xx * yy), 1, 2e-4, "cosine");
  });
}

function sameBits(a: ArrayLike<number>, b: ArrayLike<number>): void {
  assertEquals(a.length, b.length);
  for (let i = 0; i < a.length; i++) assert(Object.is(a[i], b[i]), `number ${i}: ${a[i]}, ${b[i]}`);
}

async function independentOfBatch(extractor: Extractor, images: ImageSet): Promise<void> {
  const whole = await extractor.extract(images), d = extractor.dimension;
  assertEquals([whole.count, whole.dimension], [images.count, d]);
  for (const [from, to] of [[0, 1], [3, 8], [images.count - 2, images.count]]) {
    const part = await extractor.extract(sliceImages(images, { from, to }));
    sameBits(part.data, whole.data.subarray(from * d, to * d));
  }
  assert(whole.data.every(Number.isFinite));
}

const twenty = concatImages(
  Array.from(
    { length: 20 },
    (_, i) => picture({ seed: i + 1, height: 32, width: 32, channels: 3 }),
  ),
);

Deno.test("law: lite0's bits for a picture don't depend on the pictures beside it", async () => {
  await independentOfBatch(lite0, twenty);
});

const judge = await openExtractor("judge", engine);

Deno.test("law: the judge's bits for a picture don't depend on the pictures beside it", async () => {
  await independentOfBatch(judge, twenty);
  const all = await judge.classify!(twenty);
  const few = await judge.classify!(sliceImages(twenty, { from: 7, to: 9 }));
  for (const [factor, p] of Object.entries(all)) {
    const classes = p.length / 20;
    sameBits(few[factor], p.subarray(7 * classes, 9 * classes));
    for (let i = 0; i < 20; i++) {
      const row = p.subarray(i * classes, (i + 1) * classes);
      close(row.reduce((sum, v) => sum + v, 0), 1, 1e-6);
    }
  }
});

Deno.test("the judge is as good on new persons as its file says, and knows the dataset's classes", async () => {
  const file = await readJudge(), count = 300;
  const cache = await Deno.makeTempDir();
  try {
    const config = headsConfig.parse({ train: 0, test: count, judge: 0, judge_test: 0 });
    const dataset = await heads.load(config, { cache, jobs: 2 });
    const { samples: images, labels } = await dataset.read(
      "test",
      Array.from({ length: count }, (_, i) => i),
    );
    const answers = await judge.classify!(images);
    for (const [factor, classes] of Object.entries(file.factors)) {
      const known = dataset.factors.find((f) => f.name === factor);
      assertEquals(known?.kind === "class" ? known.classes : null, classes);
      const k = classes.length;
      const named = Array.from({ length: count }, (_, i) => {
        const row = answers[factor].subarray(i * k, (i + 1) * k);
        return row.indexOf(row.reduce((a, b) => Math.max(a, b)));
      });
      // Of 300 pictures in classes alike in size: SE of at most √(0.25/300).
      const accuracy = balancedAccuracy(named, labels[factor], k);
      close(accuracy, file.accuracy[factor], 4.5 * Math.sqrt(0.25 / count), factor);
    }
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("the judge takes grey pictures and other sizes", async () => {
  const grey = picture({ seed: 3, height: 64, width: 64, channels: 1 });
  const colour: ImageSet = {
    ...grey,
    channels: 3,
    data: Uint8Array.from({ length: grey.data.length * 3 }, (_, i) => grey.data[Math.floor(i / 3)]),
  };
  sameBits((await judge.extract(grey)).data, (await judge.extract(colour)).data);
});

Deno.test("an extractor that isn't known is named, with those that are", async () => {
  await assertRejects(() => openExtractor("inception", engine), MetricUnavailable, "judge, lite0");
});
