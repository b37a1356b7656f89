/**
 * What denoising networks are told, by the formulas of the papers: the same network is asked directly,
 * with inputs and times computed here in float64, and must say the same. Colour pictures with unequal
 * sides.
 */
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../src/engine/tree.ts";
import { logNormalSigma } from "../../src/families/denoising/edm.ts";
import { ask, type Denoising, denoisingPrograms } from "../../src/families/denoising/model.ts";
import { initNetwork, type Network, network } from "../../src/families/denoising/network.ts";
import type { Learns } from "../../src/families/denoising/train.ts";
import { config as diffusionConfig } from "../../src/families/diffusion/mod.ts";
import { alphaBars, uniformStep } from "../../src/families/diffusion/ddpm.ts";
import { diffusionOf } from "../../src/families/diffusion/forms.ts";
import { config as flowConfig } from "../../src/families/flow/mod.ts";
import { flowOf } from "../../src/families/flow/family.ts";
import { span, timeLaw } from "../../src/families/flow/times.ts";
import { meanTarget } from "../../src/families/flow/mean_flow.ts";
import { fold, normal } from "../../src/random/key.ts";
import { close, law } from "../law.ts";
import { key, rows } from "../families/small.ts";
import { values } from "../families/on_engine.ts";

const sample = { kind: "image", height: 2, width: 3, channels: 3 } as const;
const shape = [sample.height, sample.width, sample.channels] as const;
const size = 18;
const factors = [
  { name: "age", kind: "number" as const, unit: "y", minimum: 0, maximum: 1 },
  { name: "hue", kind: "class" as const, classes: ["a", "b", "c"] },
  { name: "kind", kind: "class" as const, classes: ["d", "e"] },
];
const condition = ["hue", "kind"];
const steps = 40;

/** A noise level by its formulas. */
interface Told {
  readonly alpha: number;
  readonly sigma: number;
  /** c_noise: what the network is told of it. */
  readonly told: number;
  /** c_in. */
  readonly scale: number;
}

/** One form of denoiser with a time of its own for each u in [0, 1], and the level there. */
interface Form {
  readonly of: () => { readonly denoising: Denoising; readonly learns: Learns };
  readonly time: (u: number) => number;
  readonly told: (time: number) => Told;
  /** D of x and what the network says. */
  readonly data: (at: Told, x: number, said: number) => number;
}

const sigmaData = 0.5;
const norm = ({ alpha, sigma }: { alpha: number; sigma: number }) =>
  Math.hypot(alpha * sigmaData, sigma);
/** Karras et al. 2022, table 1: c_in, c_noise. */
const edmTold = (sigma: number): Told => ({
  alpha: 1,
  sigma,
  told: Math.log(sigma) / 4,
  scale: 1 / Math.hypot(sigmaData, sigma),
});
/** Appendix B.6's c_skip and c_out, on any path. */
const preconditioned = (at: Told, x: number, said: number) =>
  at.alpha * sigmaData ** 2 / norm(at) ** 2 * x + at.sigma * sigmaData / norm(at) * said;
const alphaBar = alphaBars("cosine", 50);
const diffusionForm = (config: Record<string, unknown>) => () =>
  diffusionOf(diffusionConfig.parse({ width: 8, condition, ...config }), {
    space: { grid: sample, bounded: true, picture: (_, x) => x },
    factors,
  });
const flowForm = (config: Record<string, unknown>) => () =>
  flowOf(flowConfig.parse({ width: 8, condition, ...config }), { sample, factors, steps });
const straight = (scale: (at: { alpha: number; sigma: number }) => number) => (t: number): Told => {
  const at = { alpha: 1 - t, sigma: t };
  return { ...at, told: t, scale: scale(at) };
};
/** Song et al. 2021, appendix C: β from 0.1 to 20. */
const preserving = (t: number): Told => {
  const alpha = Math.exp(-0.5 * (0.1 * t + 0.5 * 19.9 * t * t));
  const at = { alpha, sigma: Math.sqrt(1 - alpha * alpha) };
  return { ...at, told: t, scale: 1 / norm(at) };
};

const forms: Record<string, Form> = {
  "EDM": {
    of: diffusionForm({}),
    time: (u) => Math.exp(-5 + 9 * u),
    told: edmTold,
    data: preconditioned,
  },
  // The share of the steps, in units of which the network's sinusoids are.
  "DDPM": {
    of: diffusionForm({ form: "ddpm", timesteps: 50 }),
    time: (u) => 1 + Math.floor(49.999 * u),
    told: (t) => ({
      alpha: Math.sqrt(alphaBar[t]),
      sigma: Math.sqrt(1 - alphaBar[t]),
      told: t / 50,
      scale: 1,
    }),
    data: ({ alpha, sigma }, x, said) => alpha * x - sigma * said,
  },
  "flow": {
    of: flowForm({}),
    time: (u) => 0.02 + 0.96 * u,
    told: straight((at) => 1 / norm(at)),
    data: preconditioned,
  },
  "flow of velocities": {
    of: flowForm({ predicts: "velocity" }),
    time: (u) => 0.02 + 0.96 * u,
    told: straight(() => 1),
    data: ({ sigma }, x, said) => x - sigma * said,
  },
  "flow, diffusion path": {
    of: flowForm({ path: "diffusion" }),
    time: (u) => 0.02 + 0.96 * u,
    told: preserving,
    data: preconditioned,
  },
  "MeanFlow": {
    of: flowForm({ form: "mean-flow" }),
    time: (u) => 0.02 + 0.96 * u,
    told: straight(() => 1),
    data: ({ sigma }, x, said) => x - sigma * said,
  },
  "consistency": {
    of: flowForm({ form: "consistency", sigmaMin: 0.002 }),
    time: (u) => Math.exp(-5 + 9 * u),
    told: edmTold,
    // Song et al. 2023, appendix C.
    data: ({ sigma }, x, said) => {
      const above = sigma - 0.002;
      return sigmaData ** 2 / (above ** 2 + sigmaData ** 2) * x +
        sigmaData * above / Math.hypot(sigma, sigmaData) * said;
    },
  },
};

/** A network whose every parameter matters. */
function shaken({ network: options }: Denoising, of: string): Network {
  return mapTree(
    initNetwork(key("net", of), options) as TensorTree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key(of, path), leaf.shape), 0.2)),
  ) as Network;
}

const labelsOf = (hue: number[], kind: number[]) => ({
  hue: tf.tensor1d(hue, "int32"),
  kind: tf.tensor1d(kind, "int32"),
});

/** What a network says of x, one level a picture, told as the papers have it. */
function said(
  params: Network,
  { x, at, spans, labels }: {
    x: readonly number[];
    at: readonly Told[];
    spans?: readonly number[];
    labels: ReturnType<typeof labelsOf>;
  },
  { network: options }: Denoising,
): tf.Tensor4D {
  const scaled = x.map((v, i) => v * at[Math.floor(i / size)].scale);
  return network(params, {
    x_BHWC: tf.tensor4d(scaled, [at.length, ...shape]),
    told_B: tf.tensor1d(at.map(({ told }) => told)),
    labels,
    ...(options.span ? { span_B: tf.tensor1d([...spans!]) } : {}),
  }, options);
}

const someTimes = {
  form: fc.constantFrom(...Object.keys(forms)),
  us: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
};
/** Float32 times, turned by at most 100 radians a unit, through a few layers of order one. */
const near = (a: readonly number[], b: readonly number[], what: string, scale = 1) =>
  b.forEach((v, i) => close(a[i], v, scale * 2e-3 * (1 + Math.abs(v)), `${what}, value ${i}`));

law("asked at any level, the network hears c_in·x, c_noise, its labels and how far the step goes", {
  source:
    "Karras et al. 2022, table 1; Ho et al. 2020; Lipman et al. 2023; Geng et al. 2025, eq. 4; " +
    "Song et al. 2023, appendix C",
  given: someTimes,

  cases: 40,
  holds: async ({ form, us, seed }) => {
    const { of, time, told, data } = forms[form];
    const { denoising } = of();
    const times = us.map((u) => Math.fround(time(u)));
    const next = times.map((t, i) => Math.fround(t * us[i]));
    const at = times.map(told);
    const x = await values(() => normal(key("x", seed), [3, ...shape]));
    const labels = () => labelsOf([2, -1, 0], [0, 1, -1]);
    const params = () => shaken(denoising, form);
    const input = () => ({
      x_BHWC: tf.tensor4d(x, [3, ...shape]),
      time_B: tf.tensor1d(times),
      next_B: tf.tensor1d(next),
      labels: labels(),
    });
    const wanted = await values(() =>
      said(
        params(),
        { x, at, spans: times.map((t, i) => t - next[i]), labels: labels() },
        denoising,
      )
    );
    near(await values(() => ask(params(), input(), denoising).output_BHWC), wanted, `${form}: F`);
    const D = wanted.map((v, i) => data(at[Math.floor(i / size)], x[i], v));
    near(await values(() => ask(params(), input(), denoising).data_BHWC), D, `${form}: D`);
    // The program of one level for all tells the same, of the averaged weights.
    const one = times.map(() => told(times[0]));
    const denoised = await values(() => {
      const state = { ema: params(), params: mapTree(params() as TensorTree, (p) => tf.mul(p, 2)) };
      return denoisingPrograms(denoising).denoise(state as never, {
        x_BHWC: tf.tensor4d(x, [3, ...shape]),
        time: tf.scalar(times[0]),
        next: tf.scalar(next[0]),
        labels: labels(),
      }, key("none"))[1].x_BHWC as tf.Tensor;
    });
    const spans = times.map(() => times[0] - next[0]);
    const same = await values(() =>
      said(params(), { x, at: one, spans, labels: labels() }, denoising)
    );
    const within = (v: number) => denoising.bounded ? Math.min(1, Math.max(-1, v)) : v;
    near(denoised, same.map((v, i) => within(data(one[0], x[i], v))), `${form}: denoise`);
  },
});

/** What training draws its times by. */
const laws: Record<string, (key: tf.Tensor1D, rows_B: tf.Tensor1D) => tf.Tensor1D> = {
  "EDM": logNormalSigma(diffusionConfig.parse({})),
  "DDPM": uniformStep(50),
  "flow": timeLaw(flowConfig.parse({})),
  "flow of velocities": timeLaw(flowConfig.parse({})),
  "flow, diffusion path": (key, rows_B) =>
    tf.add(tf.mul(timeLaw(flowConfig.parse({}))(key, rows_B), 0.999), 0.001),
};

/** The error of one value that a form minimises, by its paper's formula. */
interface Value {
  readonly at: Told;
  readonly time: number;
  readonly clean: number;
  readonly noise: number;
  readonly x: number;
  /** F and D. */
  readonly output: number;
  readonly data: number;
}

/** ‖u − (α'x₀ + σ'ε)‖², u = α'D + σ'(x − αD)/σ. */
function velocityError(
  { at: { alpha, sigma }, clean, noise, x, data }: Value,
  [da, ds]: readonly [number, number],
): number {
  const u = da * data + ds * (x - alpha * data) / sigma;
  return (u - da * clean - ds * noise) ** 2;
}

const errors: Record<string, (value: Value) => number> = {
  // λ = 1/c_out².
  "EDM": ({ at, clean, data }) => (data - clean) ** 2 * (norm(at) / (at.sigma * sigmaData)) ** 2,
  "DDPM": ({ at, clean, noise, output }) => (output - (at.alpha * noise - at.sigma * clean)) ** 2,
  "flow": (value) => velocityError(value, [-1, 1]),
  "flow of velocities": (value) => velocityError(value, [-1, 1]),
  "flow, diffusion path": (value) => {
    const { alpha, sigma } = value.at;
    const beta = 0.1 + 19.9 * value.time;
    return velocityError(value, [-0.5 * beta * alpha, 0.5 * beta * alpha ** 2 / sigma]);
  },
};

const mean = (all: readonly number[]) => all.reduce((a, b) => a + b, 0) / all.length;
const perPicture = (each: (i: number) => number, n: number) =>
  mean(Array.from({ length: size }, (_, i) => each(n * size + i)));

/** A batch of four pictures and their noise, and what a form's loss is of it. */
async function batchOf(seed: number) {
  const clean = await values(() => tf.clipByValue(normal(key("data", seed), [4, ...shape]), -1, 1));
  const noise = await values(() => normal(key("noise", seed), [4, ...shape]));
  const labels = () => labelsOf([0, 1, 2, -1], [1, 0, -1, 0]);
  return {
    clean,
    noise,
    labels,
    lossOf: async (of: Form["of"], form: string) => {
      const { denoising, learns } = of();
      return await values(() => {
        const params = shaken(denoising, form);
        const batch = {
          data_BHWC: tf.tensor4d(clean, [4, ...shape]),
          noise_BHWC: tf.tensor4d(noise, [4, ...shape]),
          labels: labels(),
          rows_B: rows(4),
          key: key("draws", seed),
          step: tf.scalar(0, "int32"),
        };
        const { loss, aux } = learns(params, batch)(params);
        return tf.stack([loss, ...Object.values(aux ?? {})]);
      });
    },
    /** Times of the batch's rows. */
    times: (of: (key: tf.Tensor1D, rows_B: tf.Tensor1D) => tf.Tensor) =>
      values(() => of(fold(key("draws", seed), "time"), rows(4))),
  };
}

law(
  "training asks at the times drawn, hears what sampling hears, and minimises its paper's error",
  {
    source: "Karras et al. 2022, eq. 8; Ho et al. 2020, eq. 14; Lipman et al. 2023, eq. 5 and 23",
    given: { form: fc.constantFrom(...Object.keys(laws)), seed: someTimes.seed },
    cases: 20,
    holds: async ({ form, seed }) => {
      const { of, told, data } = forms[form];
      const { clean, noise, labels, lossOf, times: drawn } = await batchOf(seed);
      const times = await drawn(laws[form]);
      const at = times.map(told);
      const x = clean.map((v, i) => {
        const { alpha, sigma } = at[Math.floor(i / size)];
        return alpha * v + sigma * noise[i];
      });
      const { denoising } = of();
      const outputs = await values(() =>
        said(shaken(denoising, form), { x, at, labels: labels() }, denoising)
      );
      const error = (i: number) => {
        const n = Math.floor(i / size);
        return errors[form]({
          at: at[n],
          time: times[n],
          clean: clean[i],
          noise: noise[i],
          x: x[i],
          output: outputs[i],
          data: data(at[n], x[i], outputs[i]),
        });
      };
      const pictureError = (i: number) =>
        (data(at[Math.floor(i / size)], x[i], outputs[i]) - clean[i]) ** 2;
      const wanted = mean(times.map((_, n) => perPicture(error, n)));
      near(
        await lossOf(of, form),
        [wanted, mean(times.map((_, n) => perPicture(pictureError, n)))],
        `${form}: loss`,
      );
    },
  },
);

law("consistency training asks twice: at the far level and, of its own weights, at the near one", {
  source: "Song & Dhariwal 2023 (arXiv:2310.14189), eq. 2, 7 and 3.3",
  given: { seed: someTimes.seed },
  cases: 8,
  holds: async ({ seed }) => {
    const { of, told, data } = forms.consistency;
    const config = flowConfig.parse({ form: "consistency" });
    const { clean, noise, labels, lossOf, times } = await batchOf(seed);
    const { sigmaMin, sigmaMax, rho, firstIntervals: N } = config;
    const [low, high] = [sigmaMin ** (1 / rho), sigmaMax ** (1 / rho)];
    const level = (i: number) => (low + i / N * (high - low)) ** rho;
    const place = (await times(logNormalSigma(config))).map((s) =>
      Math.min(N - 1, Math.max(0, Math.floor((s ** (1 / rho) - low) / (high - low) * N)))
    );
    const { denoising } = of();
    const answers = async (levels: number[]) => {
      const at = levels.map(told);
      const x = clean.map((v, i) => v + levels[Math.floor(i / size)] * noise[i]);
      const outputs = await values(() =>
        said(shaken(denoising, "consistency"), { x, at, labels: labels() }, denoising)
      );
      return outputs.map((v, i) => data(at[Math.floor(i / size)], x[i], v));
    };
    const [nearer, farther] = [place.map(level), place.map((i) => level(i + 1))];
    const [wanted, answer] = [await answers(nearer), await answers(farther)];
    const c = 0.00054;
    const loss = mean(nearer.map((s, n) => {
      const square = perPicture((i) => (answer[i] - wanted[i]) ** 2, n);
      return (Math.sqrt(square + c * c) - c) / (farther[n] - s);
    }));
    const pictures = mean(nearer.map((_, n) => perPicture((i) => (answer[i] - clean[i]) ** 2, n)));
    near(await lossOf(of, "consistency"), [loss, pictures, N], "loss", 4);
  },
});

law("MeanFlow hears t and t − r: of half a batch a span that it learns, of the rest none", {
  source: "Geng et al. 2025 (arXiv:2505.13447), algorithm 1, eq. 10, 11 and 22",
  given: { seed: someTimes.seed },
  cases: 8,
  holds: async ({ seed }) => {
    const of = flowForm({ form: "mean-flow", averaged: 0.5 });
    const { clean, noise, labels, lossOf, times } = await batchOf(seed);
    const draw = (which: "t_B" | "r_B") =>
      times((key, rows_B) => span(timeLaw(flowConfig.parse({})))(key, rows_B)[which]);
    const [t, drawn] = [await draw("t_B"), await draw("r_B")];
    const r = drawn.map((v, n) => n < 2 ? v : t[n]);
    const { denoising } = of();
    const { network: options } = denoising;
    const x = clean.map((v, i) => {
      const time = t[Math.floor(i / size)];
      return (1 - time) * v + time * noise[i];
    });
    const v = clean.map((value, i) => noise[i] - value);
    const params = () => shaken(denoising, "MeanFlow");
    const target = await values(() =>
      meanTarget(
        ({ x_BHWC, t_B, r_B }) =>
          network(params(), {
            x_BHWC,
            told_B: t_B,
            span_B: tf.sub(t_B, r_B) as tf.Tensor1D,
            labels: labels(),
          }, options),
        {
          x_BHWC: tf.tensor4d(x, [4, ...shape]),
          v_BHWC: tf.tensor4d(v, [4, ...shape]),
          t_B: tf.tensor1d(t),
          r_B: tf.tensor1d(r),
        },
      )
    );
    const outputs = await values(() =>
      said(params(), {
        x,
        at: t.map(forms.MeanFlow.told),
        spans: t.map((time, n) => time - r[n]),
        labels: labels(),
      }, denoising)
    );
    const each = t.map((_, n) => perPicture((i) => (outputs[i] - target[i]) ** 2, n));
    const loss = mean(each.map((error) => error / (error + 1e-3)));
    near(await lossOf(of, "MeanFlow"), [loss, mean(each)], "loss");
  },
});
