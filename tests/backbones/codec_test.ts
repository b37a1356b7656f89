import { assertEquals } from "@std/assert";
import type * as tf from "@tensorflow/tfjs";
import { decode, encode, initDecoder, initEncoder, isSmall } from "../../src/backbones/codec.ts";
import * as convolutional from "../../src/backbones/conv.ts";
import type { ImageSpec } from "../../src/kinds/image/image_set.ts";
import { toys, toysConfig } from "../../src/data/toys/mod.ts";
import { toTensorPoints } from "../../src/kinds/point/points.ts";
import { autoencoder } from "../../src/families/autoencoder/mod.ts";
import type { Family } from "../../src/families/family.ts";
import { vae } from "../../src/families/vae/mod.ts";
import { engine, values } from "../families/on_engine.ts";
import { built, key, read, rows, sample16, squares } from "../families/small.ts";

const point: ImageSpec = { kind: "image", height: 1, width: 2, channels: 1 };

Deno.test("codec: pictures of 16 pixels a side and more go through the convolutional networks, bit for bit", async () => {
  const options = { sample: sample16, width: 8 };
  const [ours, plain] = [
    initEncoder(key("e"), { ...options, out: 5 }),
    convolutional.initEncoder(key("e"), { ...options, out: 5 }),
  ];
  assertEquals(await read(ours), await read(plain));
  assertEquals(
    await values(() => encode(ours, squares(2))),
    await values(() => convolutional.encode(plain, squares(2))),
  );
  const decoder = initDecoder(key("d"), { ...options, latent: 5 });
  assertEquals(
    await read(decoder),
    await read(convolutional.initDecoder(key("d"), { ...options, latent: 5 })),
  );
});

Deno.test("codec: what is too small to convolve goes through perceptrons, to the same shapes", async () => {
  assertEquals([point, { ...sample16, height: 15 }, sample16].map(isSmall), [true, true, false]);
  for (const sample of [point, { ...sample16, height: 15, width: 20 }]) {
    const options = { sample, width: 16 };
    const x_BHWC = squares(3, sample) as tf.Tensor4D;
    const code = encode(initEncoder(key("e"), { ...options, out: 5 }), x_BHWC);
    assertEquals(code.shape, [3, 5]);
    const out = decode(initDecoder(key("d"), { ...options, latent: 5 }), code, options);
    assertEquals(out.shape, [3, sample.height, sample.width, sample.channels]);
    assertEquals(new Set(await engine.read(out)), new Set([0]), "raw pictures start at zero");
  }
});

const small: [Family<unknown>, Record<string, unknown>][] = [
  [autoencoder as Family<unknown>, { latent: 1, width: 32, components: 3 }],
  [vae as Family<unknown>, { latent: 2, width: 32 }],
];
for (const [family, config] of small) {
  Deno.test(`codec: ${family.name} trains on points of the plane`, async () => {
    const data = await toys.load(toysConfig.parse({ shape: "moons", train: 512, test: 0 }), {
      cache: "",
      jobs: 1,
    });
    const model = built(family, { ...config, learningRate: 0.01 }, { sample: point, steps: 60 });
    const step = engine.compile(model.programs.train, { name: "train", donate: true });
    let state = model.init(key("init"));
    const losses: number[] = [];
    for (let i = 0; i < 60; i++) {
      const at = Uint32Array.from({ length: 64 }, (_, j) => (64 * i + j) % 512);
      const x_BHWC = toTensorPoints(engine, (await data.read("train", at)).samples);
      const [next, outputs] = step(state, { x_BHWC, rows_B: rows(64) }, key("train", i));
      state = next;
      losses.push((await engine.read(outputs.loss as tf.Tensor))[0]);
    }
    const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
    const [first, last] = [mean(losses.slice(0, 5)), mean(losses.slice(-5))];
    if (!(last < first - 0.1 * Math.abs(first))) throw new Error(`loss from ${first} to ${last}`);
    const [, { x_BHWC }] = model.programs.sample(state, { rows_B: rows(4) }, key("look"));
    assertEquals((x_BHWC as tf.Tensor).shape, [4, 1, 2, 1]);
  });
}
