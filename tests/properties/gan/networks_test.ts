/** Laws of a GAN's networks: spectral normalisation, scaled weights, styles, class projections. */
import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import * as tf from "@tensorflow/tfjs";
import { initConditions } from "../../../src/families/common/conditioning.ts";
import {
  discriminate,
  initDiscriminator,
} from "../../../src/families/gan/networks/discriminator.ts";
import {
  initDirections,
  iterate,
  singularValue,
  spectrallyNormal,
} from "../../../src/families/gan/networks/spectral_norm.ts";
import { mapStyle, modulatedConv } from "../../../src/families/gan/networks/stylegan2.ts";
import { atHeScale, atUnitScale } from "../../../src/families/gan/networks/equalised_rate.ts";
import { halfLifeDecay } from "../../../src/families/gan/train.ts";
import { initConv, initLinear, valueAndGrad } from "../../../src/nn/mod.ts";
import { key, sample16, squares } from "../../families/small.ts";
import { meanAndError, normals, values } from "../../families/on_engine.ts";
import { close, float32, law } from "../../law.ts";

type Shape = readonly number[];
const shapes = fc.constantFrom<Shape>([5, 3], [3, 5], [1, 4], [3, 3, 2, 4], [4, 4, 3, 2]);
const seed = fc.integer({ min: 1, max: 1e6 });

/** [fan in, out] of a weight. */
function sidesOf(shape: Shape): [number, number] {
  const out = shape[shape.length - 1];
  return [shape.reduce((a, b) => a * b, 1) / out, out];
}

function largest(data: readonly number[], shape: Shape): number {
  const [rows, columns] = sidesOf(shape);
  const matrix = Matrix.from1DArray(rows, columns, [...data]);
  return new SingularValueDecomposition(matrix, { autoTranspose: true }).diagonal[0];
}

/** The weight after `steps` power iterations, divided by what they found; and what they found. */
function normalised(
  data: readonly number[],
  { shape, steps, seed }: { shape: Shape; steps: number; seed: number },
): Promise<number[]> {
  return values(() => {
    const tree = { weight: tf.tensor([...data], [...shape]), bias: tf.ones([2]) };
    let directions = initDirections(key("u", seed), tree);
    for (let i = 1; i < steps; i++) directions = iterate(tree, directions).map(({ u }) => u);
    const pairs = iterate(tree, directions);
    const { weight, bias } = spectrallyNormal(tree, pairs);
    const sigma = singularValue(tree.weight, pairs[0]);
    return tf.concat([tf.reshape(weight, [-1]), tf.reshape(sigma, [1]), bias]);
  });
}

law("spectral normalisation: after converged power iteration the largest singular value is 1", {
  source: "Miyato et al. 2018, section 2.1 and algorithm 1",
  given: { seed, shape: shapes },
  kills: ["gan-spectral-not-divided", "gan-spectral-frobenius"],
  cases: 25,
  holds: async ({ seed, shape }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const data = normals(seed, count);
    const found = await normalised(data, { shape, steps: 200, seed });
    // Power iteration converges as (σ₂/σ₁)^{2·steps}: slow only where they nearly agree, and then
    // either direction has nearly the largest value.
    close(largest(found.slice(0, count), shape), 1, 0.01, "largest singular value");
    close(found[count], largest(data, shape), 0.01 * largest(data, shape), "estimate");
    assertEquals(found.slice(count + 1), [1, 1], "biases stay");
  },
});

law("spectral normalisation: a positive factor on the weight changes nothing", {
  source: "Miyato et al. 2018, section 2.1",
  given: { seed, shape: shapes, c: fc.double({ min: 1e-3, max: 1e3, noNaN: true }) },
  kills: ["gan-spectral-not-divided"],
  cases: 25,
  holds: async ({ seed, shape, c }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const data = normals(seed, count);
    const one = await normalised(data, { shape, steps: 3, seed });
    const scaled = await normalised(data.map((v) => v * c), { shape, steps: 3, seed });
    for (let i = 0; i < count; i++) close(scaled[i], one[i], float32(100, 4), `weight ${i}`);
  },
});

Deno.test("spectral normalisation: a zero matrix stays zero, with a finite gradient", async () => {
  const found = await normalised(new Array(15).fill(0), { shape: [5, 3], steps: 3, seed: 1 });
  assertEquals(found.slice(0, 15).every((v) => v === 0), true);
  const grads = await values(() => {
    const tree = { weight: tf.zeros([5, 3]) };
    const pairs = iterate(tree, initDirections(key("u"), tree));
    const { grads } = valueAndGrad((tree: { weight: tf.Tensor }) => ({
      loss: tf.sum(spectrallyNormal(tree, pairs).weight) as tf.Scalar,
    }), tree);
    return grads.weight;
  });
  assertEquals(grads.every(Number.isFinite), true);
});

law("spectral normalisation: the gradient has no part along the weight itself", {
  source: "Miyato et al. 2018, eq. 12",
  given: { seed, shape: shapes },
  kills: ["gan-spectral-constant-norm"],
  cases: 25,
  holds: async ({ seed, shape }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const [along, size] = await values(() => {
      const tree = { weight: tf.tensor(normals(seed, count), [...shape]) };
      const pairs = iterate(tree, initDirections(key("u", seed), tree));
      const { grads } = valueAndGrad((tree: { weight: tf.Tensor }) => {
        const some = tf.tensor(normals(seed + 1, count), [...shape]);
        return { loss: tf.sum(tf.mul(spectrallyNormal(tree, pairs).weight, some)) as tf.Scalar };
      }, tree);
      const product = tf.mul(grads.weight, tree.weight);
      return tf.stack([tf.sum(product), tf.sum(tf.abs(product))]);
    });
    close(along, 0, float32(count, 4 * size) + 1e-6, "⟨∇, W⟩");
  },
});

law("weights are kept at unit variance, and layers see He's", {
  source: "Karras et al. 2018 (arXiv:1710.10196), section 4.1",
  given: { seed },
  kills: ["gan-weights-unscaled", "gan-tables-scaled-like-layers"],
  cases: 5,
  holds: async ({ seed }) => {
    const layers = () => ({
      conv: initConv(key("conv", seed), { in: 16, out: 32 }),
      linear: initLinear(key("linear", seed), { in: 64, out: 64 }),
      classes: initConditions(key("classes", seed), {
        conditions: [{ name: "kind", classes: 2 }],
        width: 1024,
      }),
    });
    const conv = await values(() => atUnitScale(layers()).conv.weight);
    const linear = await values(() => atUnitScale(layers()).linear.weight);
    const table = await values(() => atUnitScale(layers()).classes.kind.weight);
    for (const [what, kept] of [["conv", conv], ["linear", linear], ["table", table]] as const) {
      const square = meanAndError(kept.map((v) => v * v));
      close(square.mean, 1, 5 * square.error, `${what}: variance`);
    }
    const [difference, bias] = await values(() => {
      const again = atHeScale(atUnitScale(layers()));
      return tf.stack([
        tf.max(tf.abs(tf.sub(again.conv.weight, layers().conv.weight))),
        tf.max(tf.abs(again.conv.bias)),
      ]);
    });
    close(difference, 0, float32(1, 1), "there and back");
    close(bias, 0, 0, "biases stay");
  },
});

law(
  "a modulated convolution is each picture's own: weights scaled by style, divided by their norm",
  {
    source: "Karras et al. 2020 (arXiv:1912.04958), eq. 1 and 3",
    given: { seed, kernel: fc.constantFrom(1, 3), demodulate: fc.boolean() },
    kills: ["gan-style-not-demodulated", "gan-style-norm-without-style"],
    cases: 12,
    holds: async ({ seed, kernel, demodulate }) => {
      const [B, side, I, O] = [2, 4, 3, 2];
      const x = normals(seed, B * side * side * I);
      const scale = normals(seed + 1, B * I);
      const weight = normals(seed + 2, kernel * kernel * I * O);
      const bias = normals(seed + 3, O);
      const found = await values(() =>
        modulatedConv(
          {
            conv: {
              weight: tf.tensor4d(weight, [kernel, kernel, I, O]),
              bias: tf.tensor1d(bias),
            },
          },
          {
            x_BHWC: tf.tensor4d(x, [B, side, side, I]),
            scale_BI: tf.tensor2d(scale, [B, I]),
          },
          { demodulate },
        )
      );
      const reach = (kernel - 1) / 2;
      let at = 0;
      for (let b = 0; b < B; b++) {
        const own = weight.map((w, i) => w * scale[b * I + Math.floor(i / O) % I]);
        const norm = (o: number) =>
          Math.sqrt(own.filter((_, i) => i % O === o).reduce((sum, w) => sum + w * w, 0));
        for (let row = 0; row < side; row++) {
          for (let column = 0; column < side; column++) {
            for (let o = 0; o < O; o++, at++) {
              let [sum, size] = [0, 0];
              for (let k = 0; k < kernel * kernel * I; k++) {
                const [i, j] = [row, column].map((v, axis) => {
                  const place = Math.floor(k / I);
                  return v + (axis === 0 ? Math.floor(place / kernel) : place % kernel) - reach;
                });
                if (Math.min(i, j) < 0 || Math.max(i, j) >= side) continue;
                const term = own[k * O + o] * x[((b * side + i) * side + j) * I + k % I];
                sum += term;
                size += Math.abs(term);
              }
              const by = demodulate ? norm(o) : 1;
              close(found[at], sum / by + bias[o], float32(30, size / by + 3), `output ${at}`);
            }
          }
        }
      }
    },
  },
);

law("the mapping network hears the direction of z and not its length", {
  source: "Karras et al. 2018 (arXiv:1710.10196), section 4.2, as StyleGAN's mapping begins",
  given: { seed, c: fc.double({ min: 0.1, max: 10, noNaN: true }) },
  kills: ["gan-style-z-not-normalised"],
  cases: 12,
  holds: async ({ seed, c }) => {
    const at = (by: number) =>
      values(() =>
        mapStyle(
          [initLinear(key("mapping", seed), { in: 6, out: 4 })],
          tf.tensor2d(normals(seed, 12, by), [2, 6]),
        )
      );
    const [one, other] = [await at(1), await at(c)];
    one.forEach((v, i) => close(other[i], v, float32(20, 8), `w ${i}`));
  },
});

law("the projection discriminator's classes differ by ⟨e(y) − e(y′), φ(x)⟩, linear in e", {
  source: "Miyato & Koyama 2018, eq. 3",
  given: {
    seed: fc.integer({ min: 1, max: 1000 }),
    c: fc.double({ min: 0.5, max: 4, noNaN: true }),
  },
  kills: ["gan-projection-ignored"],
  cases: 6,
  holds: async ({ seed, c }) => {
    const conditions = [{ name: "kind", classes: 2 }];
    const scores = (by: number) =>
      values(() => {
        const p = initDiscriminator(key("D", seed), {
          ...{ sample: sample16, width: 8, latent: 4, conditions },
          ...{ architecture: "residual", spectralNorm: true },
        });
        const classes = { kind: { weight: tf.mul(p.classes!.kind.weight, by) as tf.Tensor2D } };
        const x_BHWC = squares(2, sample16, seed);
        return tf.concat([-1, 0, 1].map((label) =>
          discriminate(
            { ...p, classes },
            { x_BHWC, labels: { kind: tf.fill([2], label, "int32") as tf.Tensor1D } },
            conditions,
          )
        ));
      });
    const [none, one, scaled] = [await scores(0), await scores(1), await scores(c)];
    const size = 1 + Math.max(...one.map(Math.abs), ...none.map(Math.abs));
    assertEquals(none.slice(0, 2), none.slice(2, 4));
    assertNotEquals(one.slice(0, 2), one.slice(2, 4));
    assertNotEquals(one.slice(2, 4), one.slice(4));
    // What a label adds depends on the picture.
    const added = [0, 1].map((picture) => one[2 + picture] - one[4 + picture]);
    if (!(Math.abs(added[0] - added[1]) > float32(500, 4 * size))) throw new Error(`${added}`);
    none.forEach((v, i) => {
      close(scaled[i] - v, c * (one[i] - v), float32(500, 4 * c * size), `score ${i}`);
    });
  },
});

law("the average of weights forgets half in as many pictures as it says", {
  source: "definition of a half-life",
  given: {
    halfLife: fc.double({ min: 100, max: 1e5, noNaN: true }),
    batch: fc.integer({ min: 1, max: 256 }),
  },
  kills: ["gan-half-life-as-time-constant"],
  cases: 40,
  holds: ({ halfLife, batch }) => {
    close(halfLifeDecay(halfLife, batch) ** (halfLife / batch), 0.5, 1e-9, "weight left");
    close(halfLifeDecay(0, batch), 0, 0, "no average");
  },
});
