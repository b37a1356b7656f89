import fc from "fast-check";
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { type DiffusedSpace, diffusionOf } from "../../../src/families/diffusion/model.ts";
import { config as diffusionConfig } from "../../../src/families/diffusion/mod.ts";
import { config as flowConfig } from "../../../src/families/flow/mod.ts";
import { flowOf } from "../../../src/families/flow/model.ts";
import type { Denoising } from "../../../src/families/common/denoising/model.ts";
import {
  denoisingDriver,
  denoisingPrograms,
  guide,
} from "../../../src/families/common/denoising/sample.ts";
import { initNetwork } from "../../../src/families/common/denoising/network.ts";
import type { SampleContext } from "../../../src/families/family.ts";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { normal } from "../../../src/random/key.ts";
import { close, float32, law } from "../../law.ts";
import { key, rows } from "../../families/small.ts";
import { engine, normals, values } from "../../families/on_engine.ts";
import { gaussianFlow } from "../denoising/gaussian_references.ts";

const size = 6;
const picture = (seed: number) => tf.tensor4d(normals(seed, size), [1, 1, size, 1]);

law("guidance: w = 1 is conditional, w = 0 unconditional, any w changes nothing where both agree", {
  source: "Ho & Salimans 2022, eq. 6",
  given: {
    seed: fc.integer({ min: 1, max: 1e6 }),
    weight: fc.double({ min: -1, max: 8, noNaN: true }).map(Math.fround),
  },
  kills: ["guidance-on-the-conditional-twice", "guidance-weight-less-one", "guidance-reversed"],
  holds: async ({ seed, weight }) => {
    const [c, u] = [normals(seed, size), normals(seed + 1, size)];
    const guided = (w: number, from: number) =>
      values(() =>
        guide({ conditional: picture(seed), unconditional: picture(from) }, tf.scalar(w))
      );
    const rounding = (i: number, w = 1) =>
      4 * 2 ** -24 * (Math.abs(u[i]) + Math.abs(w) * (Math.abs(c[i]) + Math.abs(u[i])));
    const [one, none, same, some] = [
      await guided(1, seed + 1),
      await guided(0, seed + 1),
      await guided(weight, seed),
      await guided(weight, seed + 1),
    ];
    for (let i = 0; i < size; i++) {
      close(one[i], c[i], rounding(i), "w = 1");
      close(none[i], u[i], 0, "w = 0");
      close(same[i], c[i], 0, "agreement");
      close(some[i], (1 - weight) * u[i] + weight * c[i], rounding(i, weight), `w = ${weight}`);
    }
  },
});

law("guiding the pictures is guiding the noise, the score or the velocity", {
  source: "Ho & Salimans 2022, eq. 6; D is affine in each at a given x",
  given: {
    seed: fc.integer({ min: 1, max: 1e6 }),
    weight: fc.double({ min: 0, max: 4, noNaN: true }).map(Math.fround),
    sigma: fc.double({ min: 0.1, max: 0.95, noNaN: true }),
  },
  kills: ["guidance-on-the-conditional-twice"],
  holds: async ({ seed, weight, sigma }) => {
    const alpha = Math.sqrt(1 - sigma ** 2);
    const x = normals(seed + 2, size);
    const [c, u] = [normals(seed, size), normals(seed + 1, size)];
    const D = await values(() =>
      guide({ conditional: picture(seed), unconditional: picture(seed + 1) }, tf.scalar(weight))
    );
    D.forEach((d, i) => {
      const noise = (data: number) => (x[i] - alpha * data) / sigma;
      const guided = noise(u[i]) + weight * (noise(c[i]) - noise(u[i]));
      close(noise(d), guided, float32(16, 8 / sigma), "noise");
    });
  },
});

/** Colour pictures with unequal sides, as they are. */
const grid = { kind: "image", height: 2, width: 3, channels: 3 } as const;
const space: DiffusedSpace = { grid, bounded: true, picture: (_, x_BHWC) => x_BHWC };
const factors = [{ name: "hue", kind: "class" as const, classes: ["a", "b", "c"] }];

Deno.test("the guided program is two evaluations of the plain one, with and without labels", async () => {
  const settings = diffusionConfig.parse({ width: 8, condition: ["hue"] });
  const { denoising } = diffusionOf(settings, { space, factors });
  const programs = denoisingPrograms(denoising);
  const network = mapTree(
    initNetwork(key("net"), denoising.network) as TensorTree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key(path), leaf.shape), 0.3)),
  );
  const state = { ema: network };
  const run = (program: string, hue: number[], weight = 1) =>
    values(() => {
      const inputs = {
        x_BHWC: normal(key("x"), [3, 2, 3, 3]),
        time: tf.scalar(0.7),
        next: tf.scalar(0.5),
        labels: { hue: tf.tensor1d(hue, "int32") },
        weight: tf.scalar(weight),
      };
      return programs[program](state, inputs, key("none"))[1].x_BHWC as tf.Tensor;
    });
  const told = await run("denoise", [0, 1, 2]);
  const untold = await run("denoise", [-1, -1, -1]);
  const guided = await run("guided", [0, 1, 2], 2.5);
  guided.forEach((g, i) =>
    close(g, untold[i] + 2.5 * (told[i] - untold[i]), float32(64, 8), `value ${i}`)
  );
  assertEquals(told.some((t, i) => Math.abs(t - untold[i]) > 1e-3), true);
});

/** Forms with a deterministic sampler, and how close 48 evaluations come. */
const forms: Record<string, { of: () => Denoising; near: number }> = Object.fromEntries(
  ([
    ["diffusion", { form: "edm", sampler: "heun" }, 0.02],
    ["diffusion", { form: "edm", sampler: "euler" }, 0.12],
    ["diffusion", { form: "edm" }, 0.02],
    ["diffusion", { form: "ddpm", sampler: "ddim" }, 0.05],
    ["diffusion", { form: "ddpm", schedule: "linear" }, 0.02],
    ["flow", { solver: "euler" }, 0.05],
    ["flow", { solver: "midpoint" }, 0.02],
    ["flow", { solver: "heun" }, 0.02],
    ["flow", { solver: "multistep" }, 0.02],
    ["flow", { path: "diffusion", solver: "heun" }, 0.08],
  ] as const).map(([family, config, near]) => [
    `${family} ${JSON.stringify(config)}`,
    {
      near,
      of: () =>
        family === "diffusion"
          ? diffusionOf(diffusionConfig.parse({ ...config, evaluations: 48 }), {
            space,
            factors: [],
          }).denoising
          : flowOf(flowConfig.parse({ ...config, evaluations: 48 }), {
            sample: grid,
            factors: [],
            steps: 10,
          }).denoising,
    },
  ]),
);

law(
  "the real samplers, given the oracle of N(m, s²) as their program, follow its probability flow",
  {
    source: "Song et al. 2021, eq. 13; closed form of the Gaussian's flow",
    given: {
      form: fc.constantFrom(...Object.keys(forms)),
      mean: fc.double({ min: -0.3, max: 0.3, noNaN: true }),
      deviation: fc.double({ min: 0.1, max: 0.25, noNaN: true }),
    },
    kills: [
      "time-reversed",
      "start-of-unit-noise",
      "sampler-tells-the-next-time",
    ],
    cases: 30,
    holds: async ({ form, mean, deviation }) => {
      const denoising = forms[form].of();
      const plan = denoising.plan(48, true);
      const start = plan.steps[0][0].at;
      const count = 4;
      const z = normals(7, 18 * count);
      // D = m + αs²/(α²s² + σ²)·(x − αm), α and σ from the time that the program is told.
      const denoise = (x_BHWC: tf.Tensor4D, time: tf.Scalar) =>
        tf.tidy(() => {
          const { alpha, sigma } = denoising.level(tf.fill([count], 1).mul(time) as tf.Tensor1D);
          const signal = tf.mul(tf.square(alpha), deviation ** 2);
          const gain = tf.div(tf.mul(alpha, deviation ** 2), tf.add(signal, tf.square(sigma)));
          return tf.add(tf.mul(gain, tf.sub(x_BHWC, tf.mul(alpha, mean))), mean);
        });
      const context = {
        engine,
        run: (name: string, _: unknown, inputs: Record<string, tf.Tensor>) =>
          name === "denoise"
            ? { x_BHWC: denoise(inputs.x_BHWC as tf.Tensor4D, inputs.time as tf.Scalar) }
            : { x_BHWC: tf.clone(inputs.x_BHWC) },
      } as unknown as SampleContext;
      const z_BZ = tf.tensor2d(z, [count, 18]);
      const before = engine.memory().tensors;
      const reached = denoisingDriver(denoising).decode({}, z_BZ, context) as tf.Tensor;
      assertEquals(engine.memory().tensors, before + 1, "tensors");
      assertEquals(reached.shape, [count, 2, 3, 3]);
      const found = await engine.read(reached);
      tf.dispose([reached, z_BZ]);
      const clean = { time: 0, alpha: 1, sigma: 0 };
      // Noise that all signal is lost in: what is left of m in it is not in z.
      z.forEach((value, i) => {
        const wanted = gaussianFlow(plan.scale * value, { mean, deviation, at: start, to: clean });
        close(found[i], wanted, forms[form].near * (1 + Math.abs(value)), `${form}, value ${i}`);
      });
    },
  },
);

Deno.test("rows of fresh noise differ by row, step and key, and the start is the plan's scale", async () => {
  const settings = diffusionConfig.parse({ width: 8, form: "ddpm", sampler: "ancestral" });
  const { denoising } = diffusionOf(settings, { space, factors: [] });
  const { noise } = denoisingPrograms(denoising);
  const draw = (index: number, from: number, purpose = "a") =>
    values(() => {
      const inputs = { rows_B: rows(2, from), index: tf.scalar(index, "int32") };
      const { x_BHWC } = noise({}, inputs, key(purpose))[1] as { x_BHWC: tf.Tensor };
      assertEquals(x_BHWC.shape, [2, 2, 3, 3]);
      return x_BHWC;
    });
  const one = await draw(0, 0);
  assertEquals((await draw(0, 1)).slice(0, 18), one.slice(18));
  for (const other of [await draw(1, 0), await draw(0, 5), await draw(0, 0, "b")]) {
    assertEquals(other.every((v, i) => v !== one[i]), true);
  }
});
