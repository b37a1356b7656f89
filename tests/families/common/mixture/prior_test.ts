import { assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import type { HostContext } from "../../../../src/families/family.ts";
import {
  choleskyFactor,
  invertLower,
  mixtureLogDensity,
} from "../../../../src/families/common/mixture/gaussian_mixture.ts";
import {
  drawCodes,
  fitMixture,
  initMixture,
  logDensity,
  type MixtureState,
  mixtureTensors,
} from "../../../../src/families/common/mixture/prior.ts";
import { vae } from "../../../../src/families/vae/mod.ts";
import { close, float32, law } from "../../../law.ts";
import { engine, meanAndError, normals, values } from "../../on_engine.ts";
import { built, key, read, rows, squares, train } from "../../small.ts";

/** A mixture of `components` Gaussians in `Z` dimensions, covariances A Aᵀ + I/4. */
function mixtureOf(seed: number, components: number, Z: number) {
  const weights = normals(seed, components).map((v) => v * v + 0.1);
  const total = weights.reduce((a, b) => a + b, 0);
  const factors = Array.from({ length: components }, (_, k) => {
    const a = normals(seed + 100 + k, Z * Z);
    const covariance = new Float64Array(Z * Z);
    for (let i = 0; i < Z; i++) {
      for (let j = 0; j < Z; j++) {
        for (let d = 0; d < Z; d++) covariance[i * Z + j] += a[i * Z + d] * a[j * Z + d];
      }
      covariance[i * Z + i] += 0.25;
    }
    return [...choleskyFactor(covariance, Z)];
  });
  return {
    components,
    dimension: Z,
    weights: Float64Array.from(weights, (w) => w / total),
    means: Float64Array.from(normals(seed + 1, components * Z, 2)),
    factors: Float64Array.from(factors.flat()),
  };
}

const seeds = fc.integer({ min: 1, max: 1e6 });

law("the inverse of a triangular factor: L⁻¹ L = I", {
  source: "definition",
  given: { seed: seeds, Z: fc.integer({ min: 1, max: 8 }) },
  holds: ({ seed, Z }) => {
    const { factors } = mixtureOf(seed, 1, Z);
    const inverse = invertLower(factors, Z);
    for (let i = 0; i < Z; i++) {
      for (let j = 0; j < Z; j++) {
        let sum = 0;
        for (let k = 0; k < Z; k++) sum += inverse[i * Z + k] * factors[k * Z + j];
        close(sum, i === j ? 1 : 0, 1e-9, `(${i}, ${j})`);
      }
    }
  },
});

law("a mixture's log density on the engine is the host's, components without weight apart", {
  source: "definition",
  given: { seed: seeds, K: fc.integer({ min: 1, max: 4 }), Z: fc.integer({ min: 1, max: 5 }) },
  kills: ["mixture-density-without-determinant", "mixture-density-with-inverse-transposed"],
  cases: 60,
  holds: async ({ seed, K, Z }) => {
    const mixture = mixtureOf(seed, K, Z);
    const points = normals(seed + 2, 6 * Z, 3);
    const found = await values(() =>
      logDensity(mixtureTensors(mixture, K + 2), tf.tensor2d(points, [6, Z]))
    );
    found.forEach((v, i) => {
      const x = points.slice(i * Z, (i + 1) * Z);
      const expected = mixtureLogDensity(mixture, x);
      close(v, expected, float32(8 * Z, 10 + Math.abs(expected)), `point ${i}`);
    });
  },
});

Deno.test("a mixture is fitted to the codes of all training pictures, three uneven batches of them", async () => {
  const trainSize = 2 * 250 + 120, latent = 2;
  // A code tells its row and its picture's number, which must be the same.
  const code = (row: number) => [row / 100, (row * row) % 37];
  const asked: number[] = [];
  const state = await fitMixture({ mixture: initMixture({ components: 1, latent }) }, {
    engine,
    trainSize,
    trainRows: () => Promise.reject(new Error("only samples were to be asked for")),
    trainSamples: (indices) => {
      asked.push(indices.length);
      return Promise.resolve({
        x_BHWC: tf.tensor4d(Array.from(indices, (i) => [i, 0, 0]).flat(), [
          indices.length,
          1,
          1,
          3,
        ]),
      });
    },
    run: async (_program, _state, { x_BHWC, rows_B }) => {
      const [pictures, rows] = [x_BHWC, rows_B].map((t) => engine.read(t as tf.Tensor));
      const numbers = Array.from(await rows);
      assertEquals(Array.from(await pictures).filter((_, i) => i % 3 === 0), numbers);
      return { z: tf.tensor2d(numbers.map(code)) };
    },
    key: (purpose) => key(purpose),
  }, { components: 1, latent, program: "codes", output: "z" });
  assertEquals(asked, [250, 250, 120]);
  const { means_KZ } = state.mixture as unknown as MixtureState;
  const found = await engine.read(means_KZ);
  for (let d = 0; d < latent; d++) {
    const all = Array.from({ length: trainSize }, (_, i) => code(i)[d]);
    close(found[d], all.reduce((a, b) => a + b, 0) / trainSize, 1e-5 * 20, `mean ${d}`);
  }
});

const tiny = { latent: 4, width: 8, components: 3 };

/** What a driver's `finish` gets, over the squares of the small tests. */
const context = (run: HostContext["run"]): HostContext => ({
  engine,
  trainSize: 40,
  run,
  trainRows: () => Promise.reject(new Error("only samples were to be asked for")),
  trainSamples: (indices) =>
    Promise.resolve({ x_BHWC: squares(indices.length, undefined, indices[0]) }),
  key: (purpose) => key(purpose),
});

Deno.test("vae: a fitted prior has the mean of the draws it was fitted to, and samples follow it", async () => {
  const model = built(vae, { ...tiny, prior: "mixture" });
  const { state } = await train(model, { steps: 20 });
  const run: HostContext["run"] = (program, state, inputs, key) =>
    Promise.resolve(model.programs[program](state, inputs, key)[1]);
  const fitted = await model.driver.finish!(state, context(run));
  assertNotEquals(await read(fitted.mixture), await read(state.mixture));
  // EM's mixture has the mean of its points: Σ w_k m_k.
  const inputs = { x_BHWC: squares(40), rows_B: rows(40) };
  const draws = await values(() =>
    model.programs.draw(state, inputs, key("mixture"))[1].z_BZ as tf.Tensor
  );
  const prior = fitted.mixture as unknown as MixtureState;
  const weights = await values(() => tf.exp(tf.sub(prior.logits_K, tf.logSumExp(prior.logits_K))));
  const means = Array.from(await engine.read(prior.means_KZ));
  for (let d = 0; d < 4; d++) {
    const expected = draws.filter((_, i) => i % 4 === d).reduce((a, b) => a + b, 0) / 40;
    const found = weights.reduce((sum, w, k) => sum + w * means[4 * k + d], 0);
    close(found, expected, 1e-4, `mean ${d}`);
  }
  const drawn = await values(() => drawCodes(prior, rows(2000), key("many")));
  for (let d = 0; d < 4; d++) {
    const { mean, error } = meanAndError(drawn.filter((_, i) => i % 4 === d));
    const expected = weights.reduce((sum, w, k) => sum + w * means[4 * k + d], 0);
    close(mean, expected, 5 * error, `drawn mean ${d}`);
  }
  const [, { x_BHWC }] = model.programs.sample(fitted, { rows_B: rows(3) }, key("look"));
  for (const v of await engine.read(x_BHWC as tf.Tensor)) assertEquals(v >= 0 && v <= 1, true);
});

Deno.test("vae: a fitted prior replaces the standard normal in log weights, and nothing else", async () => {
  const [plain, mixed] = [built(vae, tiny), built(vae, { ...tiny, prior: "mixture" })];
  const { state } = await train(mixed, { steps: 3 });
  const mixture = mixtureOf(5, 3, 4);
  const fitted = { ...state, mixture: mixtureTensors(mixture, 3) };
  const { mixture: _, ...unfitted } = state;
  const inputs = { x_BHWC: squares(5), rows_B: rows(5) };
  const weights = (model: typeof plain, of: typeof state) =>
    values(() => model.programs.log_weight(of, inputs, key("weigh"))[1].logWeight_B as tf.Tensor);
  const [under, beside] = [await weights(mixed, fitted), await weights(plain, unfitted)];
  const z = await values(() =>
    mixed.programs.draw(fitted, inputs, key("weigh"))[1].z_BZ as tf.Tensor
  );
  under.forEach((v, i) => {
    const code = z.slice(4 * i, 4 * i + 4);
    const standard = code.reduce((sum, x) => sum - 0.5 * (x * x + Math.log(2 * Math.PI)), 0);
    const expected = beside[i] + mixtureLogDensity(mixture, code) - standard;
    close(v, expected, float32(768, Math.abs(expected)), `picture ${i}`);
  });
});
