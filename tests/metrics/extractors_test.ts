/** Extractors: parity, bits that don't depend on the batch, and what is said where they can't be had. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { concatImages, sliceImages } from "../../src/data/images.ts";
import type { ImageSet } from "../../src/data/dataset.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { openExtractor } from "../../src/metrics/extractors/mod.ts";
import {
  blurThenResize,
  cubicMatrix,
  gaussianMatrix,
} from "../../src/metrics/extractors/resample.ts";
import { MetricUnavailable } from "../../src/metrics/metric.ts";
import type { Extractor } from "../../src/metrics/metric.ts";
import { picture } from "./golden_inputs.ts";
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

Deno.test("an extractor that isn't known is named, with those that are", async () => {
  await assertRejects(() => openExtractor("inception", engine), MetricUnavailable, "judge, lite0");
});
