import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { openEngine } from "../../src/engine/mod.ts";
import {
  adam,
  clipByGlobalNorm,
  emaInit,
  emaUpdate,
  globalNorm,
  initLinear,
  linear,
  valueAndGrad,
  warmupCosine,
} from "../../src/nn/mod.ts";
import { hostKey } from "../../src/random/host/host.ts";
import { keyTensor, normal } from "../../src/random/key.ts";
import { close, float32, law } from "../law.ts";
import { read } from "../engine/read.ts";

const { engine } = await openEngine("wasm");

const small = fc.float({ min: -4, max: 4, noNaN: true, noDefaultInfinity: true });
const rate = fc.constantFrom(1e-3, 0.01, 0.1);

law("Adam's steps are those of its paper, in float64", {
  source: "Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2019, algorithm 2",
  given: {
    start: small,
    grads: fc.array(small.filter((g) => Math.abs(g) > 1e-3), { minLength: 1, maxLength: 6 }),
    rate,
    weightDecay: fc.constantFrom(0, 0.1),
  },
  holds: async ({ start, grads, rate, weightDecay }) => {
    const found = await read(() => {
      const optimiser = adam({ weightDecay });
      let params = { w: tf.tensor2d([[start]]) };
      let slots = optimiser.init(params);
      for (const g of grads) {
        ({ params, slots } = optimiser.update({
          grads: { w: tf.tensor2d([[g]]) },
          slots,
          params,
          learningRate: tf.scalar(rate),
        }));
      }
      return params.w;
    });
    let [p, m, v] = [Math.fround(start), 0, 0];
    grads.forEach((g, i) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const hat = m / (1 - 0.9 ** (i + 1)) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
      p -= rate * (hat + weightDecay * p);
    });
    // 1 − β₂ᵗ = 0.001 loses ten bits of float32; each step moves at most about `rate`·|m̂/√v̂|.
    const lost = 2 ** -24 * 1024 * 8;
    close(
      found[0],
      p,
      grads.length * (rate * 32 * lost + 4 * 2 ** -24 * (Math.abs(start) + 1)),
      "parameter",
    );
  },
  kills: ["adam-without-bias-correction", "weight-decay-ignored"],
  cases: 60,
});

Deno.test("by default biases and gains don't decay", async () => {
  const before = { w: tf.ones([1, 1]), b: tf.ones([1]) };
  const optimiser = adam({ weightDecay: 0.5 });
  const { params } = optimiser.update({
    grads: { w: tf.zeros([1, 1]), b: tf.zeros([1]) },
    slots: optimiser.init(before),
    params: before,
    learningRate: tf.scalar(0.1),
  });
  close((await engine.read(params.w))[0], 0.95, 2 ** -22);
  assertEquals(await engine.read(params.b), new Float32Array([1]));
});

law("clipping by global norm shortens what is longer and leaves what is shorter, bit for bit", {
  source: "Pascanu et al. 2013",
  given: {
    a: fc.array(small, { minLength: 1, maxLength: 5 }),
    b: fc.array(small, { minLength: 1, maxLength: 5 }),
    most: fc.constantFrom(0.5, 1, 4, 100),
  },
  holds: async ({ a, b, most }) => {
    const tree = { a: tf.tensor1d(a), b: [tf.tensor1d(b)] };
    const norm = Math.hypot(...a.map(Math.fround), ...b.map(Math.fround));
    close((await read(() => globalNorm(tree)))[0], norm, float32(10, 1) * (1 + norm), "norm");
    const clipped = clipByGlobalNorm(tree, most);
    const found = [...await engine.read(clipped.a), ...await engine.read(clipped.b[0])];
    [...a, ...b].forEach((x, i) => {
      const expected = norm > most ? x * most / norm : Math.fround(x);
      close(found[i], expected, norm > most * (1 - 1e-6) ? 1e-5 : 0, "clipped");
    });
    tf.dispose([tree, clipped] as unknown as tf.TensorContainer);
  },
  kills: ["clipping-lengthens"],
  cases: 100,
});

law("an average of decay 0 is the live weights, of decay 1 never moves, bit for bit", {
  source: "definition",
  given: {
    old: small,
    live: small,
    decay: fc.float({ min: 0, max: 1, noNaN: true }),
    tensor: fc.boolean(),
  },
  holds: async ({ old, live, decay, tensor }) => {
    const at = (d: number) =>
      read(() =>
        emaUpdate(
          emaInit({ w: tf.scalar(old) }),
          { w: tf.scalar(live) },
          tensor ? tf.scalar(d) : d,
        ).w
      );
    assertEquals((await at(0))[0] + 0, Math.fround(live) + 0);
    assertEquals((await at(1))[0] + 0, Math.fround(old) + 0);
    close((await at(decay))[0], decay * old + (1 - decay) * live, float32(4, 8), "average");
  },
  kills: ["ema-decay-swapped"],
  cases: 100,
});

law("accumulated means of equal micro-batches are the large batch's gradient", {
  source: "definition",
  given: { seed: fc.nat(1e6), parts: fc.constantFrom(2, 4) },
  holds: async ({ seed, parts }) => {
    const key = keyTensor(hostKey(seed));
    const p = initLinear(key, { in: 3, out: 2 });
    const x = normal<tf.Rank.R2>(key, [8, 3]);
    const gradOf = (rows: tf.Tensor2D) =>
      valueAndGrad((p: ReturnType<typeof initLinear>) => ({
        loss: tf.mean(tf.square(linear(p, rows))) as tf.Scalar,
      }), p).grads.weight;
    const whole = await read(() => gradOf(x));
    const summed = await read(() =>
      tf.div(tf.addN((tf.split(x, parts, 0) as tf.Tensor2D[]).map(gradOf)), parts)
    );
    whole.forEach((g, i) => close(summed[i], g, float32(8 * 3, 16), "gradient"));
    tf.dispose([key, p, x] as unknown as tf.TensorContainer);
  },
  cases: 20,
});

law("the warm-up rises linearly to the peak, the cosine falls to the end, and stays", {
  source: "Loshchilov & Hutter 2017, eq. 5",
  given: {
    step: fc.nat(150),
    warmup: fc.constantFrom(0, 1, 10),
    steps: fc.integer({ min: 20, max: 100 }),
    final: fc.constantFrom(0, 0.1),
  },
  holds: async ({ step, warmup, steps, final }) => {
    const peak = 0.7;
    const [found] = await read(() =>
      warmupCosine(tf.scalar(step, "int32"), { peak, warmup, steps, final })
    );
    const done = Math.min(1, Math.max(0, (step - warmup) / (steps - warmup)));
    const expected = step < warmup
      ? peak * (step + 1) / warmup
      : final + (peak - final) * (1 + Math.cos(Math.PI * done)) / 2;
    close(found, expected, 16 * 2 ** -24, "rate");
  },
  cases: 200,
});
