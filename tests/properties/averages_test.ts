/**
 * One step's arithmetic of everything that training averages or schedules, by hand in float64: weights,
 * their average, the learning rate, the moments of codes.
 */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { gridEncode, type GridEncoder } from "../../src/backbones/grid.ts";
import type { ImageSpec } from "../../src/kinds/image/image_set.ts";
import { autoencoder } from "../../src/families/autoencoder/mod.ts";
import { autoregressive } from "../../src/families/autoregressive/mod.ts";
import { averageDecay } from "../../src/families/common/denoising/config.ts";
import { diffusion } from "../../src/families/diffusion/mod.ts";
import { energyModel } from "../../src/families/energy/mod.ts";
import type { Family, TensorRecord } from "../../src/families/family.ts";
import { flow } from "../../src/families/flow/mod.ts";
import { gan } from "../../src/families/gan/mod.ts";
import { halfLifeDecay } from "../../src/families/gan/train.ts";
import { normalizingFlow } from "../../src/families/normalizing_flow/mod.ts";
import { advance, initTrained } from "../../src/families/common/training.ts";
import { vae } from "../../src/families/vae/mod.ts";
import { vqvae } from "../../src/families/vqvae/mod.ts";
import { close, law } from "../law.ts";
import { normals, values } from "../families/on_engine.ts";
import { built, key, read, rows, squares } from "../families/small.ts";

/** The decay of a step's average: Tarvainen & Valpola's ramp. */
const ramp = (step: number, decay: number) => Math.min(decay, (1 + step) / (10 + step));

law(
  "three steps of weights, rate and average are Adam's, the schedule's and the ramp's, each once",
  {
    source:
      "Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2017; Tarvainen & Valpola 2017; Pascanu " +
      "et al. 2013",
    given: {
      seed: fc.integer({ min: 1, max: 1e6 }),
      ema: fc.constantFrom(0, 0.05, 0.13, 0.5, 0.999),
      from: fc.integer({ min: 0, max: 30 }),
      clip: fc.constantFrom(0.3, 100),
      decay: fc.constantFrom(0, 0.05, 1),
    },
    kills: ["average-applied-twice", "average-of-the-weights-before", "average-ramp-the-other-way"],
    cases: 40,
    holds: async ({ seed, ema, from, clip, decay }) => {
      const settings = {
        optimiser: "adam",
        learningRate: 0.02,
        warmup: 0.25,
        decay,
        clip,
        ema,
      } as const;
      const [steps, lossScale, size] = [36, 2, 5];
      const gradients = [0, 1, 2].map((step) => normals(seed + step + 1, size));
      const start = normals(seed, size);
      const found = await values(() => {
        const params = { w: tf.tensor1d(start) };
        let state = { ...initTrained(params), step: tf.scalar(from, "int32") };
        const told: tf.Tensor[] = [];
        for (const g of gradients) {
          const { learningRate, ...next } = advance(state, { w: tf.tensor1d(g) }, {
            settings,
            steps,
            lossScale,
          });
          state = next as typeof state;
          told.push(next.params.w, next.ema.w, tf.reshape(learningRate, [1]));
          told.push(tf.reshape(tf.cast(next.step, "float32"), [1]));
        }
        return tf.concat(told as tf.Tensor1D[]);
      });
      let at = 0;
      const next = (wanted: number, what: string, scale = 1) =>
        close(found[at++], wanted, 2e-6 * (scale + Math.abs(wanted)), what);
      const [p, e] = [[...start], [...start]];
      const [m, v] = [new Float64Array(size), new Float64Array(size)];
      gradients.forEach((gradient, i) => {
        const step = from + i;
        const norm = Math.hypot(...gradient), most = clip * lossScale;
        const rate = step < 9 ? 0.02 * (step + 1) / 9 : 0.02 *
          (decay + (1 - decay) * (1 + Math.cos(Math.PI * Math.min(1, (step - 9) / 27))) / 2);
        const d = ramp(step, ema);
        gradient.forEach((raw, j) => {
          const g = norm > most ? raw * most / norm : raw;
          m[j] = 0.9 * m[j] + 0.1 * g;
          v[j] = 0.999 * v[j] + 0.001 * g * g;
          p[j] -= rate * m[j] / (1 - 0.9 ** (i + 1)) /
            (Math.sqrt(v[j] / (1 - 0.999 ** (i + 1))) + 1e-8);
          e[j] = d * e[j] + (1 - d) * p[j];
        });
        p.forEach((value, j) => next(value, `weight ${j} after ${i + 1}`));
        e.forEach((value, j) => next(value, `average ${j} after ${i + 1}`));
        next(rate, `rate of step ${step}`, 0.02);
        next(step + 1, "steps");
      });
    },
  },
);

/** Too small to convolve, in colour with unequal sides. */
const small: ImageSpec = { kind: "image", height: 2, width: 3, channels: 3 };
const grid: ImageSpec = { kind: "image", height: 16, width: 24, channels: 3 };

/** A family's smallest model, and where a step of a program keeps weights and their average. */
interface Averaged {
  readonly family: Family;
  readonly config: Record<string, unknown>;
  readonly sample: ImageSpec;
  readonly program?: string;
  /** The trained part of a state. Default: the state. */
  readonly part?: (state: TensorRecord) => TensorRecord;
  /** Decay before the ramp. */
  readonly decay?: number;
}

type Trees = Record<string, Record<string, TensorRecord>>;
const partNamed = (name: string) => (state: TensorRecord) => {
  const { params, ema } = state as unknown as Trees;
  return { params: params[name], ema: ema[name] } as TensorRecord;
};

const averaged: Record<string, Averaged> = {
  "autoencoder": {
    family: autoencoder as Family,
    config: { width: 8, latent: 2, ema: 0.15 },
    sample: small,
    decay: 0.15,
  },
  "vae": { family: vae as Family, config: { width: 8, latent: 2 }, sample: small },
  "energy": { family: energyModel as Family, config: { width: 8 }, sample: small },
  "normalizing_flow": {
    family: normalizingFlow as Family,
    config: { width: 8, steps: 2 },
    sample: small,
  },
  "autoregressive": {
    family: autoregressive as Family,
    config: { width: 8, layers: 1, form: "pixelcnn" },
    sample: small,
  },
  // Its horizon is a tenth of the 11 steps: 1 − 10/11.
  "diffusion": {
    family: diffusion as Family,
    config: { width: 8 },
    sample: small,
    decay: 1 / 11,
  },
  "flow": { family: flow as Family, config: { width: 8 }, sample: small, decay: 1 / 11 },
  "gan": {
    family: gan as Family,
    config: { width: 8, latent: 4, ema: 25 },
    sample: small,
    part: (state) => state.generator as TensorRecord,
    // A half-life of 25 pictures, 4 a step.
    decay: 2 ** (-4 / 25),
  },
  "vqvae": {
    family: vqvae as Family,
    config: { width: 8, codes: 8, priorLayers: 1, priorWidth: 8, priorHeads: 1 },
    sample: grid,
    part: partNamed("networks"),
  },
  "vqvae's prior": {
    family: vqvae as Family,
    config: { width: 8, codes: 8, priorLayers: 1, priorWidth: 8, priorHeads: 1 },
    sample: grid,
    program: "train_prior",
    part: partNamed("prior"),
  },
  "the autoencoder of latent diffusion": {
    family: diffusion as Family,
    config: { width: 8, latent: "autoencoder", latentWidth: 8 },
    sample: { ...grid, height: 32, width: 40 },
    program: "train_coder",
    part: (state) => state.coder as TensorRecord,
  },
};

/** Two steps of a program from a fresh state: the states, and the outputs of each. */
async function twoSteps({ family, config, sample, program = "train" }: Averaged, steps = 11) {
  const model = built(family, config, { sample, steps, batch: 4 });
  const kept: { state: TensorRecord; outputs: Map<string, number[]> }[] = [];
  let state = model.init(key("init"));
  for (let step = 0; step < 2; step++) {
    const inputs = { x_BHWC: squares(4, sample, 4 * step), rows_B: rows(4), labels: {} };
    const [next, outputs] = tf.tidy(() => {
      const [next, outputs] = model.programs[program](state, inputs, key(program, step));
      return [next, outputs] as unknown as tf.TensorContainer;
    }) as unknown as [TensorRecord, TensorRecord];
    kept.push({ state: next, outputs: await read(outputs) });
    state = next;
  }
  return { model, kept };
}

for (const [name, one] of Object.entries(averaged)) {
  Deno.test(`${name}: the average of weights moves once a step, by its decay`, async () => {
    const { part = (state) => state, decay = 0.999 } = one;
    const { model, kept } = await twoSteps(one);
    let before = await read(part(model.init(key("init"))).params);
    let moved = 0;
    for (const [step, { state }] of kept.entries()) {
      const d = ramp(step, decay);
      const own = part(state);
      const [params, ema] = [await read(own.params), await read(own.ema)];
      assertEquals([...ema.keys()], [...params.keys()]);
      for (const [path, average] of ema) {
        const live = params.get(path)!;
        average.forEach((value, i) => {
          const wanted = d * before.get(path)![i] + (1 - d) * live[i];
          close(value, wanted, 4 * 2 ** -23 * (Math.abs(wanted) + Math.abs(live[i]) + 1e-3), path);
          moved += Math.abs(live[i] - before.get(path)![i]);
        });
      }
      before = ema;
    }
    assertEquals(moved > 0, true);
  });
}

Deno.test("gradients are cut at clip times what a loss is of: all values of a picture, or one", async () => {
  const ofAll = ["vae", "energy", "normalizing_flow", "autoregressive"];
  const ofOne = ["autoencoder", "diffusion", "flow", "vqvae", "vqvae's prior"];
  for (const name of [...ofAll, ...ofOne]) {
    const { config, ...one } = averaged[name];
    const clip = 1e-4;
    const { kept: [{ state, outputs }] } = await twoSteps({
      ...one,
      config: { ...config, clip, optimiser: "adam" },
    });
    const path = name === "vqvae" ? "networks" : name === "vqvae's prior" ? "prior" : null;
    const slots = state.slots as Record<string, TensorRecord>;
    const { first } = path === null ? slots : slots[path];
    const moments = [...(await read(first as TensorRecord)).values()].flat();
    const { height, width, channels } = one.sample;
    const values = height * width * channels;
    // Adam's first moment is a tenth of the first gradient.
    const wanted = 0.1 * clip * (ofAll.includes(name) ? values : 1);
    close(Math.hypot(...moments), wanted, 1e-4 * wanted, name);
    const bits = outputs.get("bits_per_dimension");
    assertEquals(bits !== undefined, ["normalizing_flow", "autoregressive"].includes(name));
    if (bits === undefined) continue;
    const loss = outputs.get("loss")![0];
    close(bits[0], loss / (values * Math.LN2), 1e-5 * Math.abs(bits[0]), `${name}: bits`);
  }
});

Deno.test("each phase of a training has the rates of its own steps", async () => {
  const codes = { ...averaged.vqvae.config, learningRate: 0.01, priorLearningRate: 0.03 };
  const settings = { warmup: 0.15, decay: 0.1 };
  const latent = { width: 8, latent: "autoencoder", latentWidth: 8, learningRate: 0.02 };
  const phases: Record<string, { one: Averaged; peak: number; share: number }> = {
    "codes": {
      one: { ...averaged.vqvae, config: { ...codes, ...settings, priorShare: 0.75 } },
      peak: 0.01,
      share: 0.25,
    },
    "their prior": {
      one: { ...averaged["vqvae's prior"], config: { ...codes, ...settings, priorShare: 0.75 } },
      peak: 0.03,
      share: 0.75,
    },
    "latents": {
      one: {
        ...averaged["the autoencoder of latent diffusion"],
        program: "train",
        config: { ...latent, ...settings, latentShare: 0.75 },
      },
      peak: 0.02,
      share: 0.25,
    },
  };
  for (const [name, { one, peak, share }] of Object.entries(phases)) {
    const { kept } = await twoSteps(one, 40);
    const steps = 40 * share, warmup = Math.floor(0.15 * steps);
    kept.forEach(({ outputs }, step) => {
      const done = (step - warmup) / (steps - warmup);
      const wanted = step < warmup
        ? peak * (step + 1) / warmup
        : peak * (0.1 + 0.9 * (1 + Math.cos(Math.PI * done)) / 2);
      close(outputs.get("learning_rate")![0], wanted, 1e-5 * peak, `${name}, step ${step}`);
    });
  }
});

Deno.test("vqvae: codes' use is averaged once a step, by a decay that is ramped", async () => {
  const config = { ...averaged.vqvae.config, dead: 0, codebookDecay: 0.99 };
  const { kept } = await twoSteps({ ...averaged.vqvae, config });
  const used = async ({ state }: (typeof kept)[number]) => {
    const counts = [...await read(state.books)].filter(([path]) => path.endsWith("counts_K"));
    return counts.flatMap(([, values]) => values).reduce((a, b) => a + b, 0);
  };
  const [first, second] = [await used(kept[0]), await used(kept[1])];
  // 4 pictures of 4×6 places. All codes start from the first batch, counted a quarter.
  const vectors = 4 * 4 * 6;
  close(first, vectors / 4, 1e-4 * vectors, "use at first");
  const d = ramp(1, 0.99);
  close(second, d * first + (1 - d) * vectors, 1e-4 * vectors, "use");
});

Deno.test("half-lives are in pictures, horizons at most a tenth of the steps", () => {
  close(halfLifeDecay(1000, 10) ** 100, 0.5, 1e-12);
  close(halfLifeDecay(8, 8), 0.5, 1e-15);
  assertEquals(halfLifeDecay(0, 8), 0);
  assertEquals(
    [[0.999, 100], [0.999, 1e6], [0.5, 100], [0.9, 5]].map(([ema, steps]) =>
      averageDecay(ema, steps)
    ),
    [0.9, 0.999, 0.5, 0],
  );
});

Deno.test("vae: the remembered scale is averaged like the weights", async () => {
  const one = {
    ...averaged.vae,
    config: { ...averaged.vae.config, likelihood: "gaussian", scale: "optimal" },
  };
  const { kept } = await twoSteps(one);
  let remembered = 0;
  for (const [step, { state, outputs }] of kept.entries()) {
    const d = ramp(step, 0.999);
    remembered = d * remembered + (1 - d) * Math.log(outputs.get("scale")![0]);
    const [found] = await values(() => tf.reshape(state.optimal as tf.Scalar, [1]));
    close(found, remembered, 1e-5 * (1 + Math.abs(remembered)));
  }
});

Deno.test("latent diffusion: mean and mean square of each channel of the codes, averaged", async () => {
  const one = averaged["the autoencoder of latent diffusion"];
  const { model, kept } = await twoSteps(one);
  let before = model.init(key("init"));
  const channels = 4;
  let [mean, square] = [Array(channels).fill(0), Array(channels).fill(1)] as [number[], number[]];
  for (const [step, { state }] of kept.entries()) {
    const { encoder } = (before.coder as TensorRecord).params as unknown as {
      encoder: GridEncoder;
    };
    const z = await values(() => gridEncode(encoder, squares(4, one.sample, 4 * step)));
    const d = ramp(step, 0.99);
    const averageOf = (old: number[], of: (v: number) => number) =>
      old.map((value, c) => {
        const own = z.filter((_, i) => i % channels === c).map(of);
        return d * value + (1 - d) * own.reduce((a, b) => a + b, 0) / own.length;
      });
    [mean, square] = [averageOf(mean, (v) => v), averageOf(square, (v) => v * v)];
    const found = await read({ mean: state.mean_C, square: state.square_C });
    mean.forEach((v, c) => close(found.get("mean")![c], v, 1e-5, `mean of channel ${c}`));
    square.forEach((v, c) => close(found.get("square")![c], v, 1e-5 * (1 + v), `square of ${c}`));
    before = state;
  }
});
