import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  chooseBackbone,
  denoiser,
  type DenoiserOptions,
  initDenoiser,
} from "../../src/backbones/denoiser.ts";
import { type Dit, dit, initDit } from "../../src/backbones/dit.ts";
import { timeEmbedding, timeFeatures } from "../../src/backbones/time.ts";
import { fromPatches, toPatches } from "../../src/backbones/space.ts";
import { unetStages } from "../../src/backbones/unet.ts";
import { normal } from "../../src/random/key.ts";
import { close, law } from "../law.ts";
import { assertGradient, awake } from "./gradient_check.ts";
import { key } from "../families/small.ts";
import { value, values } from "../families/on_engine.ts";

const grid = (height: number, width = height, channels = 3) => ({ height, width, channels });

Deno.test("the network fits the sample: a perceptron below 8 pixels a side, else what is asked for", () => {
  const of = (backbone: DenoiserOptions["backbone"], height: number, width = height) =>
    chooseBackbone({ backbone, sample: grid(height, width) });
  assertEquals([of("auto", 32), of("dit", 32), of("unet", 8)], ["unet", "dit", "unet"]);
  assertEquals([of("auto", 1, 2), of("dit", 7), of("unet", 40, 2)], ["mlp", "mlp", "mlp"]);
});

Deno.test("with a patch of 2 the first resolution is the half, and the lowest may be below 8", () => {
  const stages = unetStages({ sample: grid(32, 20), width: 16, patch: 2, lowest: 4 });
  assertEquals(stages, [
    { height: 16, width: 10, channels: 16 },
    { height: 8, width: 5, channels: 32 },
    { height: 4, width: 3, channels: 64 },
  ]);
  assertThrows(() => unetStages({ sample: grid(3), width: 8, lowest: 4 }), RangeError, "4 to 256");
});

const kinds: Record<string, DenoiserOptions> = {
  "unet": { sample: grid(16, 20), backbone: "unet", width: 8, condition: 5 },
  "unet, 8²": { sample: grid(8, 9, 4), backbone: "unet", width: 8, condition: 5 },
  "dit": { sample: grid(18, 16), backbone: "dit", width: 8, condition: 5 },
  "mlp": { sample: grid(1, 2, 1), backbone: "auto", width: 8, condition: 5 },
};

for (const [name, options] of Object.entries(kinds)) {
  const { height, width, channels } = options.sample;
  const input = (count: number, seed = 1) => ({
    x_BHWC: normal<tf.Rank.R4>(key("x", seed), [count, height, width, channels]),
    time_B: tf.linspace(0.1, 0.9, count),
    condition_BE: normal<tf.Rank.R2>(key("c", seed), [count, 5]),
  });

  Deno.test(`${name}: a fresh denoiser says nothing, in the shape of its pictures`, async () => {
    const fresh = tf.tidy(() => denoiser(initDenoiser(key("d"), options), input(2), options));
    assertEquals(fresh.shape, [2, height, width, channels]);
    assertEquals(new Set(await values(() => tf.abs(fresh))), new Set([0]));
  });

  law(
    `${name}: each picture's output depends on its own numbers, time and condition, and on all three`,
    {
      source: "definition",
      given: { seed: fc.integer({ min: 1, max: 1e6 }) },
      kills: ["condition-not-told", "dit-time-not-told"],
      cases: 3,
      holds: async ({ seed }) => {
        const p = () => awake(initDenoiser(key("d"), options));
        const first = (change: Partial<ReturnType<typeof input>>, count = 2) =>
          values(() => {
            const out = denoiser(p(), { ...input(count, seed), ...change }, options);
            return tf.slice(out, 0, 1);
          });
        const base = await first({});
        const [other, x, time, condition] = [
          await first({
            x_BHWC: tf.concat([
              tf.slice(input(2, seed).x_BHWC, 0, 1),
              tf.zeros([1, height, width, channels]),
            ]) as tf.Tensor4D,
          }),
          await first({ x_BHWC: input(2, seed + 1).x_BHWC }),
          await first({ time_B: tf.tensor1d([0.3, 0.9]) }),
          await first({ condition_BE: input(2, seed + 1).condition_BE }),
        ];
        const apart = (a: number[]) => Math.max(...a.map((v, i) => Math.abs(v - base[i])));
        const size = Math.max(...base.map(Math.abs));
        if (apart(other) > 1e-5 * size) {
          throw new Error(`another picture changes it: ${apart(other)}`);
        }
        for (const [what, found] of Object.entries({ x, time, condition })) {
          if (apart(found) < 1e-3 * size) throw new Error(`${what} changes it by ${apart(found)}`);
        }
      },
    },
  );
}

law("a time is told as sines and cosines of scale·t at frequencies from 1 down towards 10⁻⁴", {
  source: "Vaswani et al. 2017, 3.5",
  given: {
    times: fc.array(fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround), {
      minLength: 3,
      maxLength: 3,
    }),
    scale: fc.constantFrom(1, 10, 100),
    half: fc.integer({ min: 1, max: 16 }),
  },
  kills: ["time-told-unscaled", "time-frequencies-over-the-width"],
  cases: 30,
  holds: async ({ times, scale, half }) => {
    const found = await values(() => timeFeatures(tf.tensor1d(times), { width: 2 * half, scale }));
    times.forEach((t, n) => {
      for (let i = 0; i < half; i++) {
        const angle = scale * t * 1e4 ** (-i / half);
        // A float32 angle of so many radians.
        close(found[2 * half * n + i], Math.sin(angle), 2 ** -22 * (1 + Math.abs(angle)), "sine");
        close(
          found[2 * half * n + half + i],
          Math.cos(angle),
          2 ** -22 * (1 + Math.abs(angle)),
          "cosine",
        );
      }
    });
  },
});

Deno.test("the embedding is a perceptron of the time's features, and a map of the condition added", async () => {
  const map = (name: string, from: number, to: number) => ({
    weight: normal<tf.Rank.R2>(key(name), [from, to]),
    bias: normal<tf.Rank.R1>(key(name, "bias"), [to]),
  });
  const first = await values(() => map("first", 4, 3).weight);
  const [time, condition] = [[0.3, -0.8], [1, 2, -1, 0.5]];
  const found = await values(() =>
    timeEmbedding(
      { first: map("first", 4, 3), second: map("second", 3, 2), condition: map("third", 2, 2) },
      tf.tensor1d(time),
      { scale: 10, condition_BE: tf.tensor2d(condition, [2, 2]) },
    )
  );
  const of = async (name: string, from: number, to: number) => ({
    weight: await values(() => map(name, from, to).weight),
    bias: await values(() => map(name, from, to).bias),
  });
  const apply = (x: number[], { weight, bias }: { weight: number[]; bias: number[] }) =>
    bias.map((b, j) => x.reduce((sum, v, i) => sum + v * weight[i * bias.length + j], b));
  assertEquals(first.length, 12);
  const [one, two, three] = [
    await of("first", 4, 3),
    await of("second", 3, 2),
    await of("third", 2, 2),
  ];
  time.forEach((t, n) => {
    const angles = [10 * t, 10 * t / 100];
    const features = [...angles.map(Math.sin), ...angles.map(Math.cos)];
    const hidden = apply(features, one).map((v) => v / (1 + Math.exp(-v)));
    const [a, b] = [apply(hidden, two), apply(condition.slice(2 * n, 2 * n + 2), three)];
    a.forEach((v, j) => close(found[2 * n + j], v + b[j], 1e-4, `row ${n}, ${j}`));
  });
});

for (const [name, options] of Object.entries(kinds)) {
  const { height, width, channels } = options.sample;
  const said = ({ time, scale }: { time: number; scale?: number }) =>
    values(() => {
      const all = { ...options, ...(scale === undefined ? {} : { timeScale: scale }) };
      return denoiser(awake(initDenoiser(key("d"), all)), {
        x_BHWC: normal<tf.Rank.R4>(key("x"), [1, height, width, channels]),
        time_B: tf.tensor1d([time]),
        condition_BE: normal<tf.Rank.R2>(key("c"), [1, 5]),
      }, all);
    });

  Deno.test(`${name}: a unit of time is as many radians as asked for, 100 where nothing is`, async () => {
    const base = await said({ time: 0.25 });
    const same = await said({ time: 2.5, scale: 10 });
    base.forEach((v, i) => close(same[i], v, 1e-3 * (1 + Math.abs(v)), `value ${i}`));
    const other = await said({ time: 0.25, scale: 10 });
    assertEquals(other.some((v, i) => Math.abs(v - base[i]) > 1e-2), true);
  });
}

law("patches go back to where they came from", {
  source: "definition",
  given: {
    rows: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 4 }),
    patch: fc.integer({ min: 1, max: 4 }),
    channels: fc.integer({ min: 1, max: 3 }),
  },
  kills: ["patches-transposed"],
  cases: 40,
  holds: async ({ rows, columns, patch, channels }) => {
    const shape = [2, rows * patch, columns * patch, channels] as [number, number, number, number];
    const x = () => tf.reshape(tf.range(0, tf.util.sizeFromShape(shape)), shape) as tf.Tensor4D;
    const back = await values(() => fromPatches(toPatches(x(), patch), { rows, patch, channels }));
    assertEquals(back, await values(x));
    // A patch's first number is the picture's at its corner.
    const corner = await value(() =>
      tf.slice(toPatches(x(), patch), [0, columns - 1, 0], [1, 1, 1]).reshape([])
    );
    assertEquals(corner, (columns - 1) * patch * channels);
  },
});

Deno.test("DiT: a patch's place is its row in the first half of the stream, its column in the second", async () => {
  const [rows, columns, width] = [3, 5, 32];
  const sample = grid(4 * rows, 4 * columns);
  const found = await values(() => initDit(key("p"), { sample, width }).positions);
  assertEquals(found.length, rows * columns * width);
  for (let place = 0; place < rows * columns; place++) {
    [Math.floor(place / columns), place % columns].forEach((coordinate, axis) => {
      for (let i = 0; i < width / 4; i++) {
        const angle = coordinate * 1e4 ** (-i / (width / 4));
        const from = place * width + axis * width / 2 + i;
        close(found[from], Math.sin(angle), 1e-6);
        close(found[from + width / 4], Math.cos(angle), 1e-6);
      }
    });
  }
});

Deno.test("DiT: the gradient is its directional difference, every leaf taking part", async () => {
  const options = { sample: grid(8), width: 32, depth: 2, condition: 3 };
  const loss = (p: Dit) => {
    const x = normal<tf.Rank.R4>(key("x"), [2, 8, 8, 3]);
    const condition_BE = normal<tf.Rank.R2>(key("c"), [2, 3]);
    const out = dit(p, x, tf.tensor1d([0.2, 0.7]), { condition_BE, timeScale: 10 });
    return tf.mean(tf.square(tf.sub(out, 1))) as tf.Scalar;
  };
  const params = () => awake(initDit(key("g"), options), 0.15);
  await assertGradient({ params, loss, step: 2 ** -9, tolerance: 5e-3 });
  assertThrows(() => initDit(key("g"), { ...options, width: 40 }), RangeError, "multiple of 32");
});
