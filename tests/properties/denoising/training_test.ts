/** What denoisers minimise, and what their networks are told meanwhile, by the formulas of the papers. */
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { logNormalSigma } from "../../../src/families/common/denoising/edm.ts";
import { network } from "../../../src/families/common/denoising/network.ts";
import { config as diffusionConfig } from "../../../src/families/diffusion/mod.ts";
import { uniformStep } from "../../../src/families/diffusion/objective.ts";
import { config as flowConfig } from "../../../src/families/flow/mod.ts";
import { span, timeLaw } from "../../../src/families/flow/time_laws.ts";
import { meanTarget } from "../../../src/families/flow/objectives/mean_flow.ts";
import { fold, normal } from "../../../src/random/key.ts";
import { law } from "../../law.ts";
import { key, rows } from "../../families/small.ts";
import { values } from "../../families/on_engine.ts";
import {
  flowForm,
  type Form,
  forms,
  labelsOf,
  near,
  norm,
  said,
  shaken,
  shape,
  sigmaData,
  size,
  someTimes,
  type Told,
} from "./paper_forms.ts";

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
