/**
 * Laws of compositing along rays, against float64.
 * @module
 */
import { assert } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { composite, stepsBetween, weightsOf } from "../../../src/families/nerf/rays/composite.ts";
import { valueAndGrad } from "../../../src/nn/gradient.ts";
import { values } from "../../families/on_engine.ts";
import { close, float32, law } from "../../law.ts";

const source = "Max 1995; arXiv:2003.08934, eq. 3";
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map(Math.fround);
const background = fc.tuple(number(0, 1), number(0, 1), number(0, 1));

/** Samples of one ray: how far each is from the last, density, colour. */
const samples = fc.array(
  fc.record({
    step: number(0.01, 0.5),
    density: fc.oneof(number(0, 8), fc.constant(0)),
    colour: fc.tuple(number(0, 1), number(0, 1), number(0, 1)),
  }),
  { minLength: 1, maxLength: 8 },
);
type Samples = typeof samples extends fc.Arbitrary<infer T> ? T : never;

/** Depths of samples from 1 on, and where the last ends. */
function depths(ray: Samples): { t: number[]; end: number } {
  let t = 1;
  const found = ray.map(({ step }) => {
    const here = t;
    t = Math.fround(t + step);
    return here;
  });
  return { t: found, end: t };
}

/** What our code says of one ray: weights, what is left, colour, Σ w t. */
async function ours(ray: Samples, behind: readonly number[]) {
  const { t, end } = depths(ray), S = ray.length;
  const all = await values(() => {
    const t_RS = tf.tensor2d([t]);
    const delta = stepsBetween(t_RS, tf.scalar(end));
    const weights = weightsOf(tf.mul(tf.tensor2d([ray.map((s) => s.density)]), delta));
    const seen = composite(weights, {
      colour_RS3: tf.tensor3d([ray.map((s) => [...s.colour])]),
      t_RS,
      background: behind,
    });
    return tf.concat(
      [weights.weight_RS, weights.left_R1, seen.colour_R3, seen.alpha_R1, seen.depth_R1],
      1,
    );
  });
  return {
    weights: all.slice(0, S),
    left: all[S],
    colour: all.slice(S + 1, S + 4),
    alpha: all[S + 4],
    depth: all[S + 5],
  };
}

/** The same in float64, sample after sample. */
function reference(ray: Samples, behind: readonly number[]) {
  const { t, end } = depths(ray);
  let passes = 1, depth = 0;
  const colour = [0, 0, 0];
  const weights = ray.map((sample, i) => {
    const tau = sample.density * ((t[i + 1] ?? end) - t[i]);
    const weight = passes * (1 - Math.exp(-tau));
    passes *= Math.exp(-tau);
    sample.colour.forEach((c, k) => colour[k] += weight * c);
    depth += weight * t[i];
    return weight;
  });
  return { weights, left: passes, colour: colour.map((c, k) => c + passes * behind[k]), depth };
}

const near = float32(40, 4);

law("weights are none below 0 and sum to 1 − what is left; colours lie on the background", {
  source,
  given: { ray: samples, background },
  kills: [
    "nerf-transmittance-inclusive",
    "nerf-background-black",
    "nerf-steps-of-the-wrong-side",
    "nerf-last-step-dropped",
    "nerf-depth-of-nothing",
  ],
  async holds({ ray, background }) {
    const found = await ours(ray, background), expected = reference(ray, background);
    assert(found.weights.every((w) => w >= 0));
    close(found.weights.reduce((a, b) => a + b, 0), 1 - found.left, near, "sum of weights");
    close(found.alpha, 1 - found.left, near, "alpha");
    // What is still to pass never rises.
    let passes = 1;
    for (const w of found.weights) {
      assert(passes - w <= passes && passes - w >= -near);
      passes -= w;
    }
    expected.weights.forEach((w, i) => close(found.weights[i], w, near, `weight ${i}`));
    expected.colour.forEach((c, k) => close(found.colour[k], c, near, `colour ${k}`));
    close(found.depth, expected.depth, 4 * near, "depth");
  },
});

law(
  "nothing shows the background; constant density is 1 − exp(−σL); an opaque sample is the first hit",
  {
    source,
    given: { ray: samples, background, density: number(0, 6), at: fc.nat(7) },
    kills: ["nerf-background-black", "nerf-last-step-dropped", "nerf-steps-of-the-wrong-side"],
    async holds({ ray, background, density, at }) {
      const empty = await ours(ray.map((s) => ({ ...s, density: 0 })), background);
      background.forEach((c, k) => close(empty.colour[k], c, 1e-7, "background"));
      const { t, end } = depths(ray);
      const even = await ours(ray.map((s) => ({ ...s, density })), background);
      close(even.alpha, 1 - Math.exp(-density * (end - t[0])), near, "closed form");
      const hit = at % ray.length;
      const solid = await ours(
        ray.map((s, i) => ({ ...s, density: i < hit ? 0 : i === hit ? 1e6 : s.density })),
        background,
      );
      ray[hit].colour.forEach((c, k) => close(solid.colour[k], c, 1e-6, "first hit"));
      close(solid.depth, t[hit], 1e-5, "depth of the first hit");
    },
  },
);

law("a piece cut in two shows the same", {
  source,
  given: { ray: samples, background, at: fc.nat(7), share: number(0.1, 0.9) },
  async holds({ ray, background, at, share }) {
    const place = at % ray.length, whole = ray[place];
    const cut = [whole.step * share, whole.step * (1 - share)]
      .map((step) => ({ ...whole, step: Math.fround(step) }));
    const parted = [...ray.slice(0, place), ...cut, ...ray.slice(place + 1)];
    const [one, other] = [await ours(ray, background), await ours(parted, background)];
    one.colour.forEach((c, k) => close(other.colour[k], c, 2 * near, "colour"));
    close(one.left, other.left, 2 * near, "left");
  },
});

law("the gradient of a colour by densities is that of central differences", {
  source: "definition",
  given: { ray: samples, background },
  cases: 30,
  kills: ["nerf-transmittance-inclusive", "nerf-background-black"],
  async holds({ ray, background }) {
    const { t, end } = depths(ray), weight = [1, -0.5, 0.25];
    const found = await values(() => {
      const t_RS = tf.tensor2d([t]), delta = stepsBetween(t_RS, tf.scalar(end));
      const colour_RS3 = tf.tensor3d([ray.map((s) => [...s.colour])]);
      const objective = (sigma: tf.Tensor2D) => {
        const weights = weightsOf(tf.mul(sigma, delta) as tf.Tensor2D);
        const { colour_R3 } = composite(weights, { colour_RS3, t_RS, background });
        return { loss: tf.sum(tf.mul(colour_R3, tf.tensor2d([weight]))) as tf.Scalar };
      };
      return valueAndGrad(objective, tf.tensor2d([ray.map((s) => s.density)])).grads;
    });
    const value = (i: number, by: number) =>
      reference(
        ray.map((s, j) => i === j ? { ...s, density: s.density + by } : s),
        background,
      ).colour.reduce((sum, c, k) => sum + c * weight[k], 0);
    const h = 1e-5;
    found.forEach((g, i) =>
      close(g, (value(i, h) - value(i, -h)) / (2 * h), 1e-5, `gradient ${i}`)
    );
  },
});
