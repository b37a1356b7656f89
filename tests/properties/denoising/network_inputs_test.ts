/**
 * What denoising networks are told, by the formulas of the papers: the same network is asked directly,
 * with inputs and times computed in float64, and must say the same.
 */
import * as tf from "@tensorflow/tfjs";
import { denoiser } from "../../../src/backbones/denoiser.ts";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { embedConditions } from "../../../src/families/common/conditioning.ts";
import { predict } from "../../../src/families/common/denoising/model.ts";
import { denoisingPrograms } from "../../../src/families/common/denoising/sample.ts";
import { network } from "../../../src/families/common/denoising/network.ts";
import { normal } from "../../../src/random/key.ts";
import { law } from "../../law.ts";
import { key } from "../../families/small.ts";
import { values } from "../../families/on_engine.ts";
import { forms, labelsOf, near, said, shaken, shape, size, someTimes } from "./paper_forms.ts";

law("asked at any level, the network hears c_in·x, c_noise, its labels and how far the step goes", {
  source:
    "Karras et al. 2022, table 1; Ho et al. 2020; Lipman et al. 2023; Geng et al. 2025, eq. 4; " +
    "Song et al. 2023, appendix C",
  given: someTimes,

  cases: 21,
  holds: async ({ form, us, seed }) => {
    const { of, time, told, data } = forms[form];
    const { denoising } = of();
    const times = us.map((u) => Math.fround(time(u)));
    // Far enough for a span to be heard.
    const next = times.map((t, i) => Math.fround(t * 0.6 * us[(i + 1) % 3]));
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
    near(
      await values(() => predict(params(), input(), denoising).output_BHWC),
      wanted,
      `${form}: F`,
    );
    const D = wanted.map((v, i) => data(at[Math.floor(i / size)], x[i], v));
    near(await values(() => predict(params(), input(), denoising).data_BHWC), D, `${form}: D`);
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

Deno.test("a network is a denoiser told time, labels and span: 32 sinusoids of it, of a radian a unit", async () => {
  for (const form of ["EDM", "MeanFlow"]) {
    const { denoising } = forms[form].of(), { network: options } = denoising;
    const told = [0.2, 0.5, 0.9], spans = [0.15, 0.4, 0.05];
    const labels = () => labelsOf([2, -1, 0], [0, 1, -1]);
    const x_BHWC = () => normal<tf.Rank.R4>(key("x"), [3, ...shape]);
    const found = await values(() =>
      network(shaken(denoising, form), {
        x_BHWC: x_BHWC(),
        told_B: tf.tensor1d(told),
        labels: labels(),
        ...(options.span ? { span_B: tf.tensor1d(spans) } : {}),
      }, options)
    );
    const wanted = await values(() => {
      const { denoiser: own, tables } = shaken(denoising, form);
      const vectors = embedConditions(tables!, labels(), options.conditions);
      const waves = spans.map((span) => {
        const angles = Array.from({ length: 16 }, (_, i) => span * 1e4 ** (-i / 16));
        return [...angles.map(Math.sin), ...angles.map(Math.cos)];
      });
      const condition_BE = options.span ? tf.concat([vectors, tf.tensor2d(waves)], 1) : vectors;
      return denoiser(own, {
        x_BHWC: x_BHWC(),
        time_B: tf.tensor1d(told),
        condition_BE: condition_BE as tf.Tensor2D,
      }, {
        ...options,
        condition: 64 + (options.span ? 32 : 0),
        timeScale: options.span ? 1 : 100,
      });
    });
    near(found, wanted, form);
  }
});
