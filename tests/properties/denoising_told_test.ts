/**
 * What denoising networks are told, by the formulas of the papers: the same network is asked directly,
 * with inputs and times computed in float64, and must say the same.
 */
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../src/engine/tree.ts";
import { ask, denoisingPrograms } from "../../src/families/denoising/model.ts";
import { normal } from "../../src/random/key.ts";
import { law } from "../law.ts";
import { key } from "../families/small.ts";
import { values } from "../families/on_engine.ts";
import { forms, labelsOf, near, said, shaken, shape, size, someTimes } from "./denoising_forms.ts";

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
