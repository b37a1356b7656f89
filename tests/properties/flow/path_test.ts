import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { assertEquals } from "@std/assert";
import { paths } from "../../../src/families/flow/paths.ts";
import { above, span, timeLaw } from "../../../src/families/flow/time_laws.ts";
import { predictsVelocity } from "../../../src/families/common/denoising/levels.ts";
import { type Denoising, predict } from "../../../src/families/common/denoising/model.ts";
import { initNetwork, type Network } from "../../../src/families/common/denoising/network.ts";
import { matching } from "../../../src/families/common/denoising/objective.ts";
import { leaves, mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { valueAndGrad } from "../../../src/nn/mod.ts";
import { normal } from "../../../src/random/key.ts";
import { close, law } from "../../law.ts";
import { key, rows } from "../../families/small.ts";
import { meanAndError, values } from "../../families/on_engine.ts";
import { points } from "../../families/common/denoisers.ts";
import { oracle } from "../denoising/gaussian_references.ts";

const path = fc.constantFrom("optimal-transport" as const, "diffusion" as const);
const time = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const each = (v: number | tf.Tensor) => tf.reshape(typeof v === "number" ? tf.scalar(v) : v, [1]);

law("paths go from the picture to noise, with the rates that their differences have", {
  source: "Lipman et al. 2023, eq. 10, 18 and 20",
  given: { path, time },
  kills: ["path-rate-wrong", "paths-swap-ends"],
  holds: async ({ path: name, time }) => {
    const { point, level } = paths[name];
    const [clean, noise] = [point(0), point(1)];
    close(clean.alpha, 1, 0, "α at 0");
    close(clean.sigma, 0, 0, "σ at 0");
    close(noise.sigma, 1, 1e-4, "σ at 1");
    const h = 1e-5;
    const [before, at, after] = [point(time - h), point(time), point(time + h)];
    close(at.alphaRate!, (after.alpha - before.alpha) / (2 * h), 1e-5, "α'");
    close(at.sigmaRate!, (after.sigma - before.sigma) / (2 * h), 1e-5 * (1 + 1 / time ** 2), "σ'");
    if (name === "diffusion") close(at.alpha ** 2 + at.sigma ** 2, 1, 1e-12, "α² + σ²");
    const found = await values(() => {
      const { alpha, sigma, alphaRate, sigmaRate } = level(tf.tensor1d([time]));
      return tf.concat([alpha, sigma, alphaRate!, sigmaRate!].map(each));
    });
    [at.alpha, at.sigma, at.alphaRate!, at.sigmaRate!].forEach((wanted, i) =>
      close(found[i], wanted, 64 * 2 ** -24 * (1 + Math.abs(wanted)), `number ${i} on the engine`)
    );
  },
});

law("Gaussian to Gaussian: the mean velocity is the closed form, by the oracle's picture too", {
  source: "Lipman et al. 2023, theorem 3; the conditional mean of jointly normal variables",
  given: {
    path,
    time,
    mean: fc.double({ min: -1, max: 1, noNaN: true }),
    deviation: fc.double({ min: 0.2, max: 1.5, noNaN: true }),
    x: fc.double({ min: -3, max: 3, noNaN: true }),
  },
  holds: async ({ path: name, time, mean, deviation, x }) => {
    const at = paths[name].point(time);
    // u = α' x₀ + σ' ε with x = α x₀ + σ ε: E[u|x] = α' m + Cov(u, x)/Var(x)·(x − α m).
    const covariance = at.alphaRate! * at.alpha * deviation ** 2 + at.sigmaRate! * at.sigma;
    const variance = at.alpha ** 2 * deviation ** 2 + at.sigma ** 2;
    const u = at.alphaRate! * mean + covariance / variance * (x - at.alpha * mean);
    const D = oracle([{ weight: 1, mean, deviation }], x, at);
    const noise = (x - at.alpha * D) / at.sigma;
    close(at.alphaRate! * D + at.sigmaRate! * noise, u, 1e-9 * (1 + Math.abs(u) / at.sigma), "u");
    // And what the code makes of that velocity is D.
    const [skip, out] = await values(() => {
      const reading = predictsVelocity(paths[name].level(tf.tensor1d([time])));
      return tf.concat([reading.skip, reading.out].map(each));
    });
    const size = Math.abs(skip * x) + Math.abs(out * u) + 1;
    close(skip * x + out * u, D, 128 * 2 ** -24 * size, "D");
  },
});

/** A perceptron on points, every leaf awake. */
function awake(options: Denoising["network"], scale = 0.3): Network {
  return mapTree(
    initNetwork(key("net"), options) as TensorTree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", path), leaf.shape), scale)),
  ) as Network;
}

const network = { sample: points, backbone: "auto" as const, width: 8, conditions: [] };

law(
  "regressing on each pair's velocity has the gradient of regressing on their mean, pairs enumerated",
  {
    source: "Lipman et al. 2023, theorem 2",
    given: { path },
    kills: ["matching-with-the-noise-alone"],
    cases: 2,
    holds: async ({ path: name }) => {
      const denoising = { network, level: paths[name].level, parametrisation: predictsVelocity };
      // Two pictures and three noises; with these scales x = α x₀ + σ ε meets x of another pair.
      const at = Math.fround(0.5);
      const { alpha, sigma, alphaRate, sigmaRate } = paths[name].point(at);
      const pairs = [-1, 1].flatMap((data) =>
        [-2, 0, 2].map((noise) => ({ data, noise: noise * alpha / sigma }))
      );
      const place = (p: typeof pairs[0]) => Math.round(p.data + p.noise * sigma / alpha);
      const velocity = (p: typeof pairs[0]) => alphaRate! * p.data + sigmaRate! * p.noise;
      const marginal = pairs.map((p) => {
        const met = pairs.filter((other) => place(other) === place(p));
        return met.reduce((sum, other) => sum + velocity(other), 0) / met.length;
      });
      assertEquals(new Set(pairs.map(place)).size, 4);
      const both = (numbers: number[]) =>
        tf.tensor4d(numbers.flatMap((v) => [v, v]), [pairs.length, 1, 2, 1]);
      const gradient = (loss: (params: Network) => tf.Scalar) =>
        values(() => {
          const { grads } = valueAndGrad((p: Network) => ({ loss: loss(p) }), awake(network));
          return tf.concat(leaves(grads as TensorTree).map(([, g]) => tf.reshape(g, [-1])));
        });
      const batch = () => ({
        data_BHWC: both(pairs.map((p) => p.data)),
        noise_BHWC: both(pairs.map((p) => p.noise)),
        labels: {},
        rows_B: rows(pairs.length),
        key: key("none"),
        step: tf.scalar(0, "int32"),
      });
      const conditional = await gradient((params) =>
        matching(denoising, { law: (_, rows_B) => tf.fill(rows_B.shape, at) as tf.Tensor1D })(
          params,
          batch(),
        )(params).loss
      );
      const mean = await gradient((params) => {
        const x_BHWC = both(pairs.map((p) => alpha * p.data + sigma * p.noise));
        const time_B = tf.fill([pairs.length], at) as tf.Tensor1D;
        const { output_BHWC } = predict(params, { x_BHWC, time_B, labels: {} }, denoising);
        return tf.mean(tf.squaredDifference(output_BHWC, both(marginal)));
      });
      const size = Math.max(...conditional.map(Math.abs));
      if (!(size > 0.01)) throw new Error(`gradients of at most ${size}`);
      conditional.forEach((g, i) => close(g, mean[i], 256 * 2 ** -24 * size, `gradient ${i}`));
    },
  },
);

law("times are drawn uniformly, or with logit normal; spans go from the later to the earlier", {
  source: "Esser et al. 2024, eq. 19; Geng et al. 2025, 4.3",
  given: {
    seed: fc.integer({ min: 1, max: 1e6 }),
    timeMean: fc.double({ min: -1, max: 1, noNaN: true }),
    timeDeviation: fc.double({ min: 0.5, max: 1.5, noNaN: true }),
  },
  kills: ["logit-normal-without-mean", "span-not-sorted"],
  cases: 5,
  holds: async ({ seed, timeMean, timeDeviation }) => {
    const settings = { times: "logit-normal" as const, timeMean, timeDeviation };
    const times = await values(() => timeLaw(settings)(key(seed), rows(4000)));
    const logits = times.map((t) => Math.log(t / (1 - t)));
    const { mean, error } = meanAndError(logits);
    close(mean, timeMean, 5 * error, "mean logit");
    const squares = meanAndError(logits.map((v) => (v - timeMean) ** 2));
    close(squares.mean, timeDeviation ** 2, 5 * squares.error, "variance of the logit");
    const uniform = await values(() =>
      above(timeLaw({ ...settings, times: "uniform" }), 0.1)(key(seed), rows(256))
    );
    for (const t of uniform) if (!(t >= 0.1 && t <= 1)) throw new Error(`${t} is outside`);
    close(meanAndError(uniform).mean, 0.55, 0.02, "mean of a spread uniform");
    const pairs = await values(() => {
      const { t_B, r_B } = span(timeLaw(settings))(key(seed), rows(200));
      return tf.concat([t_B, r_B]);
    });
    for (let i = 0; i < 200; i++) {
      if (!(pairs[i] > pairs[200 + i])) throw new Error(`a span from ${pairs[i]}`);
    }
  },
});
