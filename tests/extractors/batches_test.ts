/** Networks fed in batches of one size: three uneven batches of colour pictures with unequal sides. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { imageSet, sliceImages } from "../../src/kinds/image/images.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { networkOf } from "../../src/compare/extract/network.ts";
import { inBatches } from "../../src/extractors/prepare/batches.ts";
import { networkExtractor } from "../../src/extractors/network/network.ts";
import { prepare } from "../../src/extractors/prepare/prepare.ts";
import { hostIntegers, hostKey } from "../../src/random/host/host.ts";
import { close, law } from "../law.ts";

const { engine } = await openEngine("wasm");
const shape = { height: 3, width: 5, channels: 3 } as const;
const size = shape.height * shape.width * shape.channels;
const pictures = (count: number) =>
  imageSet(Uint8Array.from(hostIntegers(hostKey(count, "pictures"), count * size, 256)), shape);

/** Two full batches and a short one. */
const uneven = fc.integer({ min: 2, max: 9 }).chain((batch) =>
  fc.record({
    batch: fc.constant(batch),
    count: fc.integer({ min: 2 * batch + 1, max: 3 * batch - 1 }),
  })
);

law("batches hold all pictures once, in order, and what fills up the last one goes nowhere", {
  source: "definition",
  given: { uneven },
  cases: 30,
  holds: async ({ uneven: { batch, count } }) => {
    const images = pictures(count), asked: number[] = [];
    const { data, dimension } = await inBatches(images, { batch, dimension: 2 }, (part) => {
      asked.push(part.count);
      const { height, width, channels } = part;
      assertEquals({ height, width, channels }, shape);
      const of = (i: number, at: number) => part.data[i * size + at];
      return Promise.resolve(
        Float64Array.from({ length: 2 * batch }, (_, i) => of(i >> 1, i & 1 ? size - 1 : 0)),
      );
    });
    assertEquals([asked, dimension], [[batch, batch, batch], 2]);
    const wanted = Array.from(
      { length: 2 * count },
      (_, i) => images.data[(i >> 1) * size + (i & 1 ? size - 1 : 0)],
    );
    assertEquals([...data], wanted);
  },
});

const input = {
  side: 4,
  resize: "clean",
  mean: [120, 100, 80],
  deviation: [60, 50, 40],
} as const;
const classes = 3;
const numbers = input.side * input.side * 3;
const weight = (width: number, of: number) =>
  Array.from({ length: numbers * width }, (_, i) => ((of + 5 * i) % 13 - 6) / 40);
const widths = { features: 2, spatial: 5, logits: classes };

/** Its outputs are three linear maps of what it sees. */
const extractor = networkExtractor({
  engine,
  name: "linear",
  digest: "none",
  weights: Object.fromEntries(
    Object.entries(widths).map(([name, width], i) => [
      name,
      engine.tensor(Float32Array.from(weight(width, i)), [numbers, width]) as tf.Tensor2D,
    ]),
  ) as Record<keyof typeof widths, tf.Tensor2D>,
  forward: (weights, x_BHWC) => {
    const flat = tf.reshape(x_BHWC, [-1, numbers]) as tf.Tensor2D;
    const { features, spatial, logits } = weights;
    return {
      features: tf.matMul(flat, features) as tf.Tensor2D,
      spatial: tf.matMul(flat, spatial) as tf.Tensor2D,
      logits: tf.matMul(flat, logits) as tf.Tensor2D,
    };
  },
  input,
  batch: 4,
  dimension: widths.features,
  spatialDimension: widths.spatial,
  factor: "kind",
});

Deno.test("features, spatial features and classes of three uneven batches are each picture's own", async () => {
  const count = 11, images = pictures(count);
  const seen = prepare(images, input);
  const mapped = (width: number, of: number) => {
    const w = weight(width, of);
    return Array.from({ length: count * width }, (_, i) => {
      const [n, c] = [Math.floor(i / width), i % width];
      let sum = 0;
      for (let j = 0; j < numbers; j++) sum += seen[n * numbers + j] * w[j * width + c];
      return sum;
    });
  };
  const near = (found: ArrayLike<number>, wanted: number[], what: string) => {
    assertEquals(found.length, wanted.length, what);
    wanted.forEach((v, i) => close(found[i], v, 1e-4 * (1 + Math.abs(v)), `${what} ${i}`));
  };
  const features = await extractor.extract(images);
  assertEquals([features.count, features.dimension], [count, 2]);
  near(features.data, mapped(2, 0), "features");
  const spatial = await extractor.spatial!(images);
  assertEquals([spatial.count, spatial.dimension], [count, 5]);
  near(spatial.data, mapped(5, 1), "spatial");
  const logits = mapped(classes, 2);
  const { kind } = await extractor.classify!(images);
  near(
    kind,
    logits.map((l, i) => {
      const own = logits.slice(i - i % classes, i - i % classes + classes);
      return Math.exp(l) / own.reduce((sum, v) => sum + Math.exp(v), 0);
    }),
    "classes",
  );
  // A stream of pictures feeds the same network batch by batch.
  const network = networkOf(extractor), streamed: number[] = [];
  for (const [from, to] of [[0, 4], [4, 8], [8, 11]]) {
    const pixels = prepare(sliceImages(images, { from, to }), input) as Float32Array<ArrayBuffer>;
    streamed.push(...Array.from(await network.run({ pixels }, to - from)));
  }
  assertEquals(streamed, [...features.data]);
});
