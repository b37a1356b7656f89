import fc from "fast-check";
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { mapTree } from "../../../src/engine/tree.ts";
import { config as energyConfig } from "../../../src/families/energy/mod.ts";
import {
  energy,
  initParameters,
  type Parameters,
  score,
  type Setting,
} from "../../../src/families/energy/model.ts";
import {
  contrastive,
  denoising,
  type Score,
  sliced,
} from "../../../src/families/energy/objective.ts";
import { langevinStep } from "../../../src/families/energy/langevin.ts";
import { levelsOf } from "../../../src/families/energy/sample.ts";
import { toPictures, toVectors } from "../../../src/families/energy/dequantise.ts";
import { valueAndGrad } from "../../../src/nn/mod.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { normal } from "../../../src/random/key.ts";
import { key, sample16 } from "../../families/small.ts";
import { pair } from "../../families/points.ts";
import { meanAndError, normals, value, values } from "../../families/on_engine.ts";
import { close, float32, law } from "../../law.ts";

/** An affine score s(v) = vM + b of two numbers, M row-major. */
interface Affine {
  readonly M: readonly number[];
  readonly b: readonly number[];
}

function affine(seed: number): Affine {
  const [a, b, c, d, e, f] = normals(seed, 6);
  return { M: [a, b, c, d], b: [e, f] };
}

const scoreOf = ({ M, b }: Affine): Score => (v) =>
  tf.add(tf.matMul(v, tf.tensor2d([...M], [2, 2])), tf.tensor1d([...b])) as tf.Tensor2D;

/** Independent normals of two numbers. */
interface Data {
  readonly mean: readonly [number, number];
  readonly variance: readonly [number, number];
}

/** ½ E‖s − true score‖² under the data with noise σ, in closed form. */
function explicit({ M, b }: Affine, { mean, variance }: Data, sigma: number): number {
  const V = variance.map((v) => v + sigma * sigma);
  // The true score is −(v − mean)/V; the difference is vN + c.
  const N = [M[0] + 1 / V[0], M[1], M[2], M[3] + 1 / V[1]];
  const c = [b[0] - mean[0] / V[0], b[1] - mean[1] / V[1]];
  const at = [
    mean[0] * N[0] + mean[1] * N[2] + c[0],
    mean[0] * N[1] + mean[1] * N[3] + c[1],
  ];
  const spread = V[0] * (N[0] ** 2 + N[1] ** 2) + V[1] * (N[2] ** 2 + N[3] ** 2);
  return 0.5 * (at[0] ** 2 + at[1] ** 2 + spread);
}

const CHUNKS = 40, ROWS = 250;

/** `f` of chunks of the data: with the chunk's vectors, noise of unit size, and a seed. */
async function chunks(
  seed: number,
  { mean, variance }: Data,
  f: (v_BD: tf.Tensor2D, noise_BD: tf.Tensor2D, seed: number) => tf.Tensor,
): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < CHUNKS; i++) {
    const own = seed + 1e7 * (i + 1);
    const v = normals(own, 2 * ROWS)
      .map((e, j) => mean[j % 2] + Math.sqrt(variance[j % 2]) * e);
    const noise = normals(own + 5e6, 2 * ROWS);
    all.push(
      await value(() => f(tf.tensor2d(v, [ROWS, 2]), tf.tensor2d(noise, [ROWS, 2]), own)),
    );
  }
  return all;
}

const given = {
  seed: fc.integer({ min: 1, max: 1e6 }),
  sigma: fc.double({ min: 0.1, max: 1.5, noNaN: true }).map(Math.fround),
  data: fc.record({
    mean: fc.tuple(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    ),
    variance: fc.tuple(
      fc.double({ min: 0.1, max: 1.5, noNaN: true }),
      fc.double({ min: 0.1, max: 1.5, noNaN: true }),
    ),
  }),
};

law("denoising differs from ½‖s − true score‖² of the noised data by the same for every s", {
  source: "Vincent 2011, eq. 11 to 13",
  given,
  kills: ["denoising-towards-the-noise", "denoising-of-clean-data"],
  cases: 10,
  holds: async ({ seed, sigma, data }) => {
    const [one, two] = [affine(seed), affine(seed + 77)];
    const gaps = await chunks(seed, data, (v_BD, noise_BD) => {
      const sigma_B1 = tf.fill([ROWS, 1], sigma) as tf.Tensor2D;
      const loss = (a: Affine) => denoising(scoreOf(a), v_BD, { noise_BD, sigma_B1 });
      return tf.sub(loss(one), loss(two));
    });
    const { mean, error } = meanAndError(gaps);
    const expected = sigma ** 2 * (explicit(one, data, sigma) - explicit(two, data, sigma));
    close(mean, expected, 5 * error + 1e-4 * (1 + Math.abs(expected)), "difference");
  },
});

law("slices along every axis give tr ∇s + ½‖s‖² exactly, bent scores included", {
  source: "Hyvärinen 2005, eq. 4; Song et al. 2019, eq. 8",
  given: { seed: given.seed, sigma: given.sigma },
  kills: ["sliced-without-half", "sliced-along-ones", "sliced-without-its-weight"],
  cases: 20,
  holds: async ({ seed, sigma }) => {
    const { M, b } = affine(seed);
    const v = normals(seed + 3, 8);
    // s(v) = tanh(vM + b): ∂s_j/∂v_i = M_ij (1 − s_j²).
    const bent: Score = (x) => tf.tanh(scoreOf({ M, b })(x));
    const found = await value(() => {
      const axis = (d: number) =>
        tf.mul(
          tf.ones([4, 1]),
          tf.tensor2d([[d === 0 ? Math.SQRT2 : 0, d === 1 ? Math.SQRT2 : 0]]),
        );
      return sliced(bent, tf.tensor2d(v, [4, 2]), {
        slices_MBD: [axis(0), axis(1)] as tf.Tensor2D[],
        sigma_B1: tf.fill([4, 1], sigma),
      });
    });
    let expected = 0;
    for (let i = 0; i < 4; i++) {
      const [x, y] = [v[2 * i], v[2 * i + 1]];
      const s = [0, 1].map((j) => Math.tanh(x * M[j] + y * M[2 + j] + b[j]));
      const trace = M[0] * (1 - s[0] ** 2) + M[3] * (1 - s[1] ** 2);
      expected += sigma ** 2 * (trace + 0.5 * (s[0] ** 2 + s[1] ** 2)) / 4;
    }
    close(found, expected, 40 * float32(8, sigma ** 2 * 4), "sliced loss");
  },
});

law("random slices give the same in expectation, and their loss the score of the data", {
  source: "Song et al. 2019, theorem 1 and eq. 8",
  given,
  kills: ["sliced-without-half", "sliced-along-ones"],
  cases: 8,
  holds: async ({ seed, sigma, data }) => {
    const [one, two] = [affine(seed), affine(seed + 77)];
    const gaps = await chunks(seed, data, (v_BD, noise_BD, own) => {
      const sigma_B1 = tf.fill([ROWS, 1], sigma) as tf.Tensor2D;
      const signs = Array.from(
        hostUniform(hostKey(own, "signs"), 2 * ROWS),
        (u) => u < 0.5 ? -1 : 1,
      );
      const slices_MBD = [tf.tensor2d(signs, [ROWS, 2])];
      const noised = tf.add(v_BD, tf.mul(noise_BD, sigma_B1)) as tf.Tensor2D;
      const loss = (a: Affine) => sliced(scoreOf(a), noised, { slices_MBD, sigma_B1 });
      return tf.sub(loss(one), loss(two));
    });
    const { mean, error } = meanAndError(gaps);
    const expected = sigma ** 2 * (explicit(one, data, sigma) - explicit(two, data, sigma));
    close(mean, expected, 5 * error + 1e-4 * (1 + Math.abs(expected)), "difference");
  },
});

law("the contrastive gradient with exact samples is that of −log p", {
  source: "Hinton 2002, eq. 3",
  given: {
    seed: given.seed,
    mean: fc.double({ min: -1, max: 1, noNaN: true }).map(Math.fround),
    variance: fc.double({ min: 0.3, max: 2, noNaN: true }).map(Math.fround),
  },
  kills: ["contrastive-the-wrong-way-round"],
  cases: 20,
  holds: async ({ seed, mean, variance }) => {
    // E = ½(v − mean)²/variance; data from N(0.4, 1), samples from the model.
    const N = 4000;
    const data = normals(seed, N).map((e) => 0.4 + e);
    const samples = normals(seed + 9, N).map((e) => mean + Math.sqrt(variance) * e);
    const [slope] = await values(() =>
      tf.reshape(
        tf.grad((m) => {
          const E = (v: number[]) =>
            tf.mul(tf.square(tf.sub(tf.tensor1d(v), m)), 0.5 / variance) as tf.Tensor1D;
          return contrastive(E(data), E(samples), 0);
        })(tf.scalar(mean)),
        [1],
      )
    );
    const likelihood = meanAndError(data.map((v) => -(v - mean) / variance));
    const error = Math.sqrt(1 / variance / N);
    close(slope, likelihood.mean, 5 * error + 1e-5, "slope");
    const squares = await value(() => contrastive(tf.tensor1d([1, 3]), tf.tensor1d([2]), 0.5));
    close(squares, 0 + 0.5 * (5 + 4), 1e-6, "penalty");
  },
});

law("Langevin's law of a normal has variance τV/(1 − a/4V), and its mean", {
  source: "the step's own recursion; Welling & Teh 2011, eq. 3",
  given: {
    seed: given.seed,
    V: fc.double({ min: 0.2, max: 2, noNaN: true }).map(Math.fround),
    share: fc.double({ min: 0.1, max: 1, noNaN: true }),
    temperature: fc.double({ min: 0.5, max: 4, noNaN: true }).map(Math.fround),
  },
  kills: ["langevin-drifts-twice", "langevin-kick-without-root", "langevin-never-hot"],
  cases: 10,
  holds: async ({ seed, V, share, temperature }) => {
    const [N, mean, step] = [3000, 0.7, Math.fround(share * V)];
    // Until the start is forgotten to 1 part in 10⁴.
    const steps = Math.ceil(Math.log(1e-4) / Math.log(1 - step / (2 * V)));
    const ends = await values(() => {
      let v = tf.zeros([N, 1]) as tf.Tensor2D;
      for (let i = 0; i < steps; i++) {
        const noise_BD = normal(key("walk", seed, i), [N, 1]);
        const here = tf.div(tf.sub(mean, v), V) as tf.Tensor2D;
        v = langevinStep(v, here, { step, temperature, noise_BD });
      }
      return v;
    });
    const variance = temperature * V / (1 - step / (4 * V));
    const found = meanAndError(ends);
    close(found.mean, mean, 5 * Math.sqrt(variance / N) + 1e-3, "mean");
    close(N * found.error ** 2, variance, 5 * variance * Math.sqrt(2 / N) + 1e-3, "variance");
  },
});

const forms = [
  { objective: "denoising", network: "energy" },
  { objective: "denoising", network: "score" },
  { objective: "sliced", network: "energy" },
  { objective: "sliced", network: "score" },
  { objective: "contrastive", network: "energy" },
] as const;

function settingOf(form: (typeof forms)[number], sample = pair): Setting {
  return { config: energyConfig.parse({ ...form, width: 8 }), sample };
}

function parameters(seed: number, setting: Setting): Parameters {
  return mapTree(
    initParameters(key("init", seed), setting),
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.1)),
  ) as Parameters;
}

law("a score is the energy's slope downwards: on points, and on pictures", {
  source: "definition; differences",
  given: {
    seed: given.seed,
    form: fc.constantFrom(...forms.filter(({ network }) => network === "energy")),
    picture: fc.boolean(),
  },
  kills: ["score-uphill", "energy-not-over-sigma"],
  cases: 12,
  holds: async ({ seed, form, picture }) => {
    const setting = settingOf(form, picture ? sample16 : pair);
    const D = picture ? 768 : 2;
    const u = normals(seed + 1, D, 1 / Math.sqrt(D)), h = 2 ** -6;
    const all = await values(() => {
      const p = parameters(seed, setting);
      const noise = { sigma_B1: tf.fill([1, 1], 0.5) as tf.Tensor2D, setting };
      const v = tf.tensor2d(normals(seed, D, 0.5), [1, D]);
      const along = tf.tensor2d(u, [1, D]);
      const at = (t: number) => energy(p, tf.add(v, tf.mul(along, t)), noise);
      const slope = tf.sum(tf.mul(score(p, v, noise), along), 1);
      return tf.concat([slope, at(h), at(-h), at(2 * h), at(-2 * h)]);
    });
    const [slope, a, b, c, d] = all;
    // Richardson's quotient: an error of h⁴, and rounding of energies over h.
    const quotient = (8 * (a - b) - (c - d)) / (12 * h);
    const size = Math.max(...all.slice(1).map(Math.abs)) + Math.abs(slope);
    close(slope, -quotient, size * (16 * 2 ** -24 * Math.sqrt(D) / h + 100 * h ** 4), "slope");
  },
});

law("the losses' gradients, through gradients of gradients, are the slopes that differences show", {
  source: "definition; differences",
  given: {
    seed: given.seed,
    form: fc.constantFrom(...forms.filter(({ objective }) => objective !== "contrastive")),
  },
  cases: 12,
  holds: async ({ seed, form }) => {
    const setting = settingOf(form);
    const B = 4, h = 2 ** -5;
    const all = await values(() => {
      const p = parameters(seed, setting);
      const u = mapTree(p, (leaf, path) => tf.mul(normal(key("u", seed, path), leaf.shape), 0.2));
      const v_BD = tf.tensor2d(normals(seed, 2 * B, 0.5), [B, 2]);
      const noise_BD = tf.tensor2d(normals(seed + 1, 2 * B), [B, 2]);
      const sigma_B1 = tf.tensor2d([0.3, 0.5, 0.8, 1], [B, 1]);
      const slices_MBD = [tf.tensor2d([1, 1, -1, 1, 1, -1, -1, -1], [B, 2])];
      const loss = (params: Parameters) => {
        const own = (v: tf.Tensor2D) => score(params, v, { sigma_B1, setting });
        return form.objective === "denoising"
          ? denoising(own, v_BD, { noise_BD, sigma_B1 })
          : sliced(own, v_BD, { slices_MBD, sigma_B1 });
      };
      const at = (t: number) => {
        const moved: tf.Tensor[] = [];
        mapTree(u as Parameters, (leaf) => moved.push(leaf));
        let i = 0;
        return loss(mapTree(p, (leaf) => tf.add(leaf, tf.mul(moved[i++], t))) as Parameters);
      };
      const { grads } = valueAndGrad((params: Parameters) => ({ loss: loss(params) }), p);
      const slopes: tf.Tensor[] = [];
      const directions: tf.Tensor[] = [];
      mapTree(grads, (leaf) => slopes.push(leaf));
      mapTree(u as Parameters, (leaf) => directions.push(leaf));
      const slope = tf.addN(slopes.map((g, i) => tf.sum(tf.mul(g, directions[i]))));
      return tf.stack([slope, at(h), at(-h), at(2 * h), at(-2 * h)]);
    });
    const [slope, a, b, c, d] = all;
    const quotient = (8 * (a - b) - (c - d)) / (12 * h);
    const size = Math.max(...all.map(Math.abs)) + 1;
    close(slope, quotient, size * (64 * 2 ** -24 / h + 300 * h ** 4), "slope");
  },
});

Deno.test("levels fall geometrically to the smallest noise, or to temperature 1 at one step", () => {
  const noised = levelsOf(energyConfig.parse({ levels: 3, sigmaMax: 1, sigmaMin: 0.01 }));
  noised.forEach(({ sigma, step, temperature }, i) => {
    close(sigma, 10 ** -i, 1e-12);
    close(step, 0.2 * 100 ** -i, 1e-12);
    assertEquals(temperature, 1);
  });
  const hot = levelsOf(energyConfig.parse({ objective: "contrastive", levels: 3, heat: 4 }));
  assertEquals(hot.map(({ temperature }) => Math.round(1e9 * temperature) / 1e9), [4, 2, 1]);
  assertEquals(new Set(hot.map(({ step }) => step)).size, 1);
  const [only] = levelsOf(energyConfig.parse({ levels: 1, sigmaMin: 0.05 }));
  assertEquals(only.sigma, 0.05);
});

law("every value comes back from vectors, from any place in its bin", {
  source: "definition",
  given: { u: fc.double({ min: 0.001, max: 0.999, noNaN: true }) },
  kills: ["vectors-back-to-the-nearest-value"],
  cases: 10,
  holds: async ({ u }) => {
    const back = await values(() => {
      const x = tf.div(tf.range(0, 256), 255).reshape([1, 16, 16, 1]) as tf.Tensor4D;
      const grey = { kind: "image", height: 16, width: 16, channels: 1 } as const;
      return tf.mul(toPictures(toVectors(x, tf.scalar(u)), grey), 255);
    });
    back.forEach((v, k) => close(v, k, 1e-4, `value ${k}`));
  },
});
