/** The linear map that a training may start from: its Gaussian has the data's leading moments. */
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { assert } from "@std/assert";
import type { HostContext } from "../../../../src/families/family.ts";
import {
  fitLinearStart,
  initLinearStart,
  linearPictures,
  type LinearStart,
  sketch,
} from "../../../../src/families/common/mixture/linear_start.ts";
import { orthonormalise } from "../../../../src/numeric/orthonormal.ts";
import { close, law } from "../../../law.ts";
import { engine, normals, values } from "../../on_engine.ts";
import { key } from "../../small.ts";

const scales = [4, 1.5, 0.5, 0.15];

/** Six numbers a picture; four are used by the data. */
const P = 6;
const sample = { height: 1, width: 2, channels: 3 };

/**
 * 64 pictures mean + Σ_i s_i h_i(n) e_i with Hadamard signs h, orthogonal over the rows, and turned by
 * a rotation, so that the covariance is exactly R diag(s²) Rᵀ.
 */
function pictures(seed: number) {
  const turn = Float64Array.from(normals(seed, P * P));
  orthonormalise(turn, P);
  const mean = normals(seed + 1, P);
  const parity = (n: number) => n.toString(2).split("1").length % 2 === 1 ? 1 : -1;
  const data = Array.from(
    { length: 64 },
    (_, n) =>
      mean.map((m, p) =>
        m +
        scales.reduce((sum, s, i) => sum + s * parity(n & (2 ** (i + 1) - 1)) * turn[i * P + p], 0)
      ),
  );
  const covariance = (count: number) => (p: number, q: number) =>
    scales.slice(0, count).reduce(
      (sum, s, i) => sum + s * s * turn[i * P + p] * turn[i * P + q],
      0,
    );
  return { data, mean, covariance };
}

/** Fitted to so many pictures: ten times the data, in three batches of which the last is short. */
async function fitted(data: readonly number[][], latent: number): Promise<LinearStart> {
  const context: HostContext = {
    engine,
    trainSize: 10 * data.length,
    trainRows: () => Promise.reject(new Error("only samples were to be asked for")),
    trainSamples: (indices) =>
      Promise.resolve({
        x_BHWC: tf.tensor4d(Array.from(indices, (i) => data[Math.floor(i / 10)]).flat(), [
          indices.length,
          1,
          2,
          3,
        ]),
      }),
    run: (_program, _state, { x_BHWC, linear }) => {
      const x = x_BHWC as tf.Tensor4D;
      return Promise.resolve(
        tf.tidy(() => sketch(tf.reshape(x, [x.shape[0], P]), linear as LinearStart)),
      );
    },
    key: (purpose) => key(purpose),
  };
  const state = { linear: initLinearStart({ latent, sample }) };
  return (await fitLinearStart(state, context, "sketch")).linear;
}

/** factorᵀ factor: the covariance of z·factor. */
async function covarianceOf({ factor_ZP }: LinearStart): Promise<number[]> {
  return await values(() => tf.matMul(factor_ZP, factor_ZP, true));
}

law("a linear start has the data's mean, and its covariance on the leading components", {
  source: "arXiv:0909.4061",
  given: { seed: fc.integer({ min: 1, max: 1e6 }), latent: fc.integer({ min: 1, max: P }) },
  kills: ["linear-start-not-centred", "linear-start-factor-transposed", "linear-start-one-round"],
  cases: 40,
  holds: async ({ seed, latent }) => {
    const { data, mean, covariance } = pictures(seed);
    const start = await fitted(data, latent);
    (await values(() => start.mean_P.clone())).forEach((v, p) =>
      close(v, mean[p], 1e-5, `mean ${p}`)
    );
    const found = await covarianceOf(start);
    const at = covariance(latent);
    const trace = (of: (p: number) => number) =>
      Array.from({ length: P }, (_, p) => of(p)).reduce((a, b) => a + b);
    if (latent >= scales.length) {
      for (let p = 0; p < P; p++) {
        for (let q = 0; q < P; q++) close(found[p * P + q], at(p, q), 1e-4, `(${p}, ${q})`);
      }
    }
    // A start that happens to lie across the leading components isn't all theirs after four rounds.
    const [has, most] = [trace((p) => found[p * P + p]), trace((p) => at(p, p))];
    assert(has <= most * 1.0001 && has >= 0.9 * most, `${has} of ${most}`);
    tf.dispose(start);
  },
});

Deno.test("a linear start before its fit draws nothing, and after it pictures by z", async () => {
  const none = initLinearStart({ latent: 2, sample });
  assert((await values(() => linearPictures(none, tf.ones([3, 2])))).every((v) => v === 0));
  const start = await fitted(pictures(4).data, 2);
  const [mean, factor] = [await engine.read(start.mean_P), await engine.read(start.factor_ZP)];
  const drawn = await values(() => linearPictures(start, tf.tensor2d([[2, -1]])));
  drawn.forEach((v, p) => close(v, mean[p] + 2 * factor[p] - factor[P + p], 1e-5, `${p}`));
});
