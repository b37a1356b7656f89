import { assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { autoencoder, config } from "../../../src/families/autoencoder/mod.ts";
import { corrupt } from "../../../src/families/autoencoder/train.ts";
import { drawCodes, mixtureTensors } from "../../../src/families/common/mixture/prior.ts";
import { errors } from "../../../src/families/autoencoder/objective.ts";
import { psnr } from "../../../src/families/common/psnr.ts";
import type { HostContext, TensorRecord } from "../../../src/families/family.ts";
import { built, key, read, reloaded, rows, squares, train } from "../small.ts";
import { engine, meanAndError, value, values } from "../on_engine.ts";
import { close } from "../../law.ts";

const tiny = { latent: 4, width: 8, components: 3 };

/** What the harness gives a driver, over 64 squares. */
function context(model: ReturnType<typeof built>): HostContext {
  return {
    engine,
    run: (program, state, inputs, k) =>
      Promise.resolve(model.programs[program](state, inputs, k)[1]),
    trainRows: () => Promise.reject(new Error("only samples were to be asked for")),
    trainSamples: (indices) => {
      const all = squares(64);
      return Promise.resolve({ x_BHWC: tf.gather(all, Array.from(indices)) });
    },
    trainSize: 64,
    key: (purpose) => key("finish", purpose),
  };
}

Deno.test("autoencoder: training lowers the error, the same key gives the same stream", async () => {
  const model = built(autoencoder, tiny);
  const [one, two] = [await train(model, { steps: 40 }), await train(model, { steps: 40 })];
  const losses = one.series.map((s) => s.get("loss")![0]);
  if (!(losses[39] < 0.7 * losses[0])) throw new Error(`loss ${losses[0]} to ${losses[39]}`);
  assertEquals(one.series, two.series);
});

Deno.test("autoencoder: a training resumed from its state is the uninterrupted one", async () => {
  const model = built(autoencoder, { ...tiny, denoising: 0.1 });
  const whole = await train(model, { steps: 6 });
  const half = await train(model, { steps: 3 });
  const rest = await train(model, { steps: 3, from: 3, state: await reloaded(half.state) });
  assertEquals(rest.series, whole.series.slice(3));
  assertEquals(await read(rest.state), await read(whole.state));
});

Deno.test("autoencoder: finish fits the mixture to the codes of the training pictures", async () => {
  const model = built(autoencoder, tiny);
  const { state } = await train(model, { steps: 10 });
  const before = await read(state.mixture);
  const [one, two] = [
    await model.driver.finish!(state, context(model)),
    await model.driver.finish!(state, context(model)),
  ];
  assertNotEquals(await read(one.mixture), before);
  assertEquals(await read(one.mixture), await read(two.mixture));
  // EM's mixture has the data's mean: Σ w_k m_k.
  const fitted = await read(one.mixture);
  const weights = fitted.get("logits_K")!.map(Math.exp);
  const codes = await values(() =>
    model.programs.encode(one, { x_BHWC: squares(64) }, key("look"))[1].mean_BZ as tf.Tensor
  );
  for (let d = 0; d < 4; d++) {
    const mean = codes.filter((_, i) => i % 4 === d).reduce((a, b) => a + b, 0) / 64;
    const ours = weights.reduce((sum, w, k) => sum + w * fitted.get("means_KZ")![4 * k + d], 0);
    close(ours, mean, 1e-3 * (1 + Math.abs(mean)), `mean of dimension ${d}`);
  }
  const [, { x_BHWC }] = model.programs.sample(one, { rows_B: rows(5) }, key("look"));
  assertEquals((x_BHWC as tf.Tensor).shape, [5, 16, 16, 3]);
  for (const v of await engine.read(x_BHWC as tf.Tensor)) {
    if (!(v >= 0 && v <= 1)) throw new Error(`a sample holds ${v}`);
  }
});

Deno.test("autoencoder: with fewer pictures than components the fit still holds", async () => {
  const model = built(autoencoder, { ...tiny, components: 80 });
  const state = await model.driver.finish!(model.init(key("init")), context(model));
  const [, { x_BHWC }] = model.programs.sample(state, { rows_B: rows(5) }, key("look"));
  for (const v of await engine.read(x_BHWC as tf.Tensor)) assertEquals(Number.isFinite(v), true);
});

Deno.test("codes drawn from a mixture have its mean and covariance, within 5 standard errors", async () => {
  const N = 4000;
  const factors = Float64Array.from([1, 0, 0.5, 0.3, 2, 0, -1, 0.1]);
  const mixture = {
    components: 2,
    dimension: 2,
    weights: Float64Array.from([0.25, 0.75]),
    means: Float64Array.from([3, 0, -1, 1]),
    factors,
  };
  const codes = await values(() => drawCodes(mixtureTensors(mixture, 4), rows(N), key("draw")));
  const column = (d: number) => codes.filter((_, i) => i % 2 === d);
  const [x, y] = [column(0), column(1)];
  const weights = [0.25, 0.75];
  const expectation = (f: (k: number) => number) =>
    weights.reduce((sum, w, k) => sum + w * f(k), 0);
  const mean = [0, 1].map((d) => expectation((k) => mixture.means[2 * k + d]));
  [x, y].forEach((xs, d) => {
    const found = meanAndError(xs);
    close(found.mean, mean[d], 5 * found.error, `mean ${d}`);
  });
  const second = expectation((k) => {
    const L = factors.subarray(4 * k);
    return L[0] * L[2] + mixture.means[2 * k] * mixture.means[2 * k + 1];
  });
  const products = meanAndError(x.map((v, i) => v * y[i]));
  close(products.mean, second, 5 * products.error, "E[z₀z₁]");
});

Deno.test("autoencoder: a sample's row doesn't depend on the batch around it", async () => {
  const model = built(autoencoder, tiny);
  const state = await model.driver.finish!(model.init(key("init")), context(model));
  const sample = (from: number, count: number) =>
    values(() =>
      model.programs.sample(state, { rows_B: rows(count, from) }, key("look"))[1]
        .x_BHWC as tf.Tensor
    );
  assertEquals([...await sample(0, 1), ...await sample(1, 3)], await sample(0, 4));
});

Deno.test("denoising adds noise of the given σ to what is seen, none at σ = 0", async () => {
  const x = squares(16);
  const noise = await values(() => {
    const seen = corrupt(x, { rows_B: rows(16), key: key("noise"), sigma: 0.2 });
    return tf.sub(seen, x);
  });
  const { mean, error } = meanAndError(noise);
  close(mean, 0, 4 * error, "mean");
  const n = noise.length;
  close(error * Math.sqrt(n), 0.2, 5 * 0.2 / Math.sqrt(2 * n), "σ");
  assertEquals(corrupt(x, { rows_B: rows(16), key: key("noise"), sigma: 0 }), x);
});

Deno.test("denoising changes the training, the error is taken against the clean picture", async () => {
  const plain = await train(built(autoencoder, tiny), { steps: 2 });
  const noisy = await train(built(autoencoder, { ...tiny, denoising: 0.3 }), { steps: 2 });
  // The first output is mid grey whatever goes in, so the first loss tells the target's noise.
  close(noisy.series[0].get("loss")![0], plain.series[0].get("loss")![0], 0, "first loss");
  assertNotEquals(noisy.series[1].get("loss"), plain.series[1].get("loss"));
});

Deno.test("errors and PSNR are means over pixel values", async () => {
  const [a, b] = [[0, 0.5, 1, 0.25], [0.5, 0.5, 0, 0.25]];
  const pair = () => [tf.tensor2d([a]), tf.tensor2d([b])] as const;
  close(await value(() => errors.squared(...pair())), 1.25 / 4, 1e-7);
  close(await value(() => errors.absolute(...pair())), 1.5 / 4, 1e-7);
  close(await value(() => psnr(tf.scalar(0.01) as tf.Scalar)), 20, 1e-4);
});

Deno.test("autoencoder: the absolute error trains too, and the config refuses unknown keys", async () => {
  const { series } = await train(built(autoencoder, { ...tiny, error: "absolute" }), { steps: 6 });
  const losses = series.map((s) => s.get("loss")![0]);
  if (!(losses[5] < losses[0])) throw new Error(`losses ${losses}`);
  assertEquals(config.safeParse({ denoise: 1 }).error?.issues[0].code, "unrecognized_keys");
});

Deno.test("autoencoder: state trees keep their shape through finish, so a checkpoint's reader needn't know", async () => {
  const model = built(autoencoder, tiny);
  const fresh = model.init(key("init"));
  const done = await model.driver.finish!(fresh, context(model));
  const shapes = async (state: TensorRecord) =>
    [...await read(state)].map(([path, v]) => [path, v.length]);
  assertEquals(await shapes(done), await shapes(fresh));
});
