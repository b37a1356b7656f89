/**
 * Laws of the integrated form: frustums as Gaussians, their encoding, and histograms of proposals.
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { integratedOctavesOf, octavesOf } from "../../../src/families/nerf/fields/encoding.ts";
import { frustumMoments, frustums } from "../../../src/families/nerf/rays/frustums.ts";
import {
  boundOf,
  type Histogram,
  intervalsAround,
  nextIntervals,
  proposalLoss,
  widened,
} from "../../../src/families/nerf/rays/histograms.ts";
import { raysOf } from "../../../src/families/nerf/rays/rays.ts";
import { cameraNumbers, lookAt } from "../../../src/kinds/view/cameras.ts";
import { valueAndGrad } from "../../../src/nn/gradient.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { values } from "../../families/on_engine.ts";
import { close, law } from "../../law.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map(Math.fround);
const vector = fc.tuple(number(-1, 1), number(-1, 1), number(-1, 1));

law("a frustum's moments are those of a point evenly spread over it", {
  source: "arXiv:2103.13415, eq. 7",
  given: { from: number(0.5, 5), length: number(0.05, 3) },
  kills: ["nerf-frustum-mean-in-the-middle", "nerf-frustum-of-a-cylinder"],
  async holds({ from, length }) {
    const a = from, b = Math.fround(from + length);
    const found = await values(() => {
      const { mean_RS, along_RS, across_RS } = frustumMoments(tf.tensor2d([[a, b]]));
      return tf.concat([mean_RS, along_RS, across_RS], 1);
    });
    // Sections have an area in proportion to t²: moments ∫ tⁿ⁺² / ∫ t², by Simpson's rule, which is
    // exact here within (b − a)⁵/N⁴.
    const N = 200, h = (b - a) / N;
    const moment = (n: number) => {
      let sum = 0;
      for (let i = 0; i <= N; i++) {
        const t = a + i * h, weight = i === 0 || i === N ? 1 : i % 2 === 1 ? 4 : 2;
        sum += weight * t ** (n + 2);
      }
      return sum * h / 3;
    };
    const volume = moment(0), mean = moment(1) / volume, square = moment(2) / volume;
    close(found[0], mean, 2e-6 * b, "mean depth");
    close(found[1], square - mean * mean, 1e-5 * length * length, "variance of depth");
    // A disc of radius t has the variance t²/4 along an axis.
    close(found[2], square / 4, 2e-6 * b * b, "variance across");
  },
});

law("a frustum's Gaussian lies along its ray, and is as wide as the pixel", {
  source: "arXiv:2103.13415, eq. 8 and 16",
  given: {
    azimuth: number(0, 6.2),
    height: number(-2, 2),
    x: number(-8, 8),
    half: number(0.5, 3),
    centre: vector,
    depth: number(1, 6),
  },
  cases: 50,
  kills: ["nerf-frustum-round", "nerf-pixel-as-a-disc"],
  async holds({ azimuth, height, x, half, centre, depth }) {
    const position = [4 * Math.cos(azimuth), height, 4 * Math.sin(azimuth)] as const;
    const rotation = lookAt(position, [0, 0, 0], [0, 1, 0]), fx = 20, fy = 45;
    const camera = cameraNumbers({ rotation, position, fx, fy, cx: 0.5 - x, cy: 0.5 });
    const edges = [depth, Math.fround(depth + 0.5)];
    const found = await values(() => {
      const rays = raysOf(tf.tensor2d([camera]), { box: { centre, half } });
      const edges_RE = tf.tensor2d([edges]);
      const { mean_N3, variance_N3 } = frustums(rays, edges_RE);
      const moments = frustumMoments(edges_RE);
      return tf.concat([
        mean_N3,
        variance_N3,
        moments.mean_RS,
        moments.along_RS,
        moments.across_RS,
      ], 1);
    });
    const [mean, along, across] = found.slice(6);
    // The ray's direction in the world, of length 1 along the camera's axis.
    const direction = [0, 1, 2].map((k) => rotation[3 * k] * x / fx + rotation[3 * k + 2]);
    const square = direction.reduce((sum, d) => sum + d * d, 0);
    const pixel = 4 / (12 * fx * fy);
    direction.forEach((d, k) => {
      close(found[k], (position[k] + mean * d - centre[k]) / half, 1e-5 / half, `mean ${k}`);
      const wanted = along * d * d + across * pixel * (1 - d * d / square);
      close(found[3 + k], wanted / half ** 2, 1e-5 * wanted / half ** 2 + 1e-8, `variance ${k}`);
    });
  },
});

law(
  "an integrated encoding is the mean of γ over its Gaussian, and γ itself where that is a point",
  {
    source: "arXiv:2103.13415, eq. 14",
    given: { mean: vector, deviation: fc.tuple(number(0, 1), number(0, 1), number(0, 1)) },
    kills: ["nerf-octaves-fade-twice", "nerf-octaves-fade-alike"],
    cases: 50,
    async holds({ mean, deviation }) {
      const L = 3, variance = deviation.map((s) => s * s);
      const [found, plain, point] = await Promise.all([
        values(() =>
          integratedOctavesOf({
            mean_N3: tf.tensor2d([[...mean]]),
            variance_N3: tf.tensor2d([variance]),
          }, L)
        ),
        values(() => octavesOf(tf.tensor2d([[...mean]]), L)),
        values(() =>
          integratedOctavesOf({
            mean_N3: tf.tensor2d([[...mean]]),
            variance_N3: tf.zeros([1, 3]),
          }, L)
        ),
      ]);
      assertEquals(point, plain);
      // The trapezium rule over ±8 deviations: exact to rounding for Gaussians at this step.
      const N = 400;
      const expected = [Math.sin, Math.cos].flatMap((f) =>
        mean.flatMap((m, k) =>
          Array.from({ length: L }, (_, l) => {
            let sum = 0;
            for (let i = -N; i <= N; i++) {
              const z = 8 * i / N;
              sum += Math.exp(-z * z / 2) *
                f(2 ** l * Math.PI * (m + z * Math.fround(deviation[k])));
            }
            return sum * 8 / N / Math.sqrt(2 * Math.PI);
          })
        )
      );
      assertEquals(found.length, expected.length);
      found.forEach((v, i) => close(v, expected[i], 1e-5, `number ${i}`));
    },
  },
);

/** Masses of pieces, cut at two sets of edges: two histograms of one law. */
const pieces = fc.array(
  fc.record({
    width: number(0.05, 1),
    mass: fc.oneof(number(0.01, 1), fc.constant(0)),
    one: fc.boolean(),
    other: fc.boolean(),
  }),
  { minLength: 2, maxLength: 10 },
);
type Pieces = typeof pieces extends fc.Arbitrary<infer T> ? T : never;

/** The masses between the edges that a side keeps; the first and last edge are both sides'. */
function histogramOf(all: Pieces, side: "one" | "other"): { edges: number[]; weights: number[] } {
  let at = 0.5, mass = 0;
  const edges = [at], weights: number[] = [];
  all.forEach((piece, i) => {
    at = Math.fround(at + piece.width);
    mass += piece.mass;
    if (!piece[side] && i < all.length - 1) return;
    edges.push(at);
    weights.push(mass / 10);
    mass = 0;
  });
  return { edges, weights };
}

const histogram = (
  { edges, weights }: { readonly edges: number[]; readonly weights: number[] },
): Histogram => ({ edges_RE: tf.tensor2d([edges]), weight_RK: tf.tensor2d([weights]) });

/** The bound in float64, interval by interval. */
function bounds(proposal: { edges: number[]; weights: number[] }, edges: readonly number[]) {
  return edges.slice(1).map((to, i) =>
    proposal.weights.reduce(
      (sum, w, k) => proposal.edges[k] < to && proposal.edges[k + 1] > edges[i] ? sum + w : sum,
      0,
    )
  );
}

law(
  "a proposal that could be of the same law bounds it: its loss is 0; one that is lower has one",
  {
    source: "arXiv:2111.12077, eq. 12 and 13",
    given: { all: pieces, share: number(0, 1) },
    kills: [
      "nerf-bound-of-what-lies-within",
      "nerf-bound-of-what-touches",
      "nerf-proposal-unweighted",
    ],
    async holds({ all, share }) {
      const [own, proposal] = [histogramOf(all, "one"), histogramOf(all, "other")];
      const lower = { ...proposal, weights: proposal.weights.map((w) => w * share) };
      const [found, loss, lost] = await Promise.all([
        values(() => boundOf(histogram(proposal), tf.tensor2d([own.edges]))),
        values(() => proposalLoss(histogram(proposal), histogram(own))),
        values(() => proposalLoss(histogram(lower), histogram(own))),
      ]);
      bounds(proposal, own.edges).forEach((b, i) => {
        close(found[i], b, 1e-6, `bound ${i}`);
        assert(own.weights[i] <= b + 1e-6);
      });
      // Rounding may leave a difference of 10⁻⁷ of weights that are 10⁻³ at least.
      close(loss[0], 0, 1e-9, "loss of a proposal of the same law");
      const allowed = bounds(lower, own.edges);
      const expected = own.weights.reduce(
        (sum, w, i) => w === 0 ? sum : sum + Math.max(0, w - allowed[i]) ** 2 / w,
        0,
      );
      close(lost[0], expected, 1e-5 * (1 + expected), "loss of a lower one");
    },
  },
);

law("a proposal's gradient is that of central differences, and none reaches what it proposed for", {
  source: "definition",
  given: { all: pieces, share: number(0.1, 0.8) },
  kills: ["nerf-proposal-pulls-the-field"],
  cases: 30,
  async holds({ all, share }) {
    const own = histogramOf(all, "one"), proposal = histogramOf(all, "other");
    const lower = { ...proposal, weights: proposal.weights.map((w) => w * share) };
    const K = lower.weights.length;
    const found = await values(() => {
      const { grads } = valueAndGrad(
        ({ theirs, ours }: { theirs: tf.Tensor2D; ours: tf.Tensor2D }) => ({
          loss: proposalLoss(
            { edges_RE: tf.tensor2d([lower.edges]), weight_RK: theirs },
            { edges_RE: tf.tensor2d([own.edges]), weight_RK: ours },
          ),
        }),
        { theirs: tf.tensor2d([lower.weights]), ours: tf.tensor2d([own.weights]) },
      );
      return tf.concat([grads.theirs, grads.ours], 1);
    });
    const loss = (k: number, by: number) => {
      const weights = lower.weights.map((w, j) => j === k ? w + by : w);
      const allowed = bounds({ ...lower, weights }, own.edges);
      return own.weights.reduce(
        (sum, w, i) => w === 0 ? sum : sum + Math.max(0, w - allowed[i]) ** 2 / w,
        0,
      );
    };
    // At a bound that is met to rounding, either side's slope may be found: those are left out.
    const near = bounds(lower, own.edges)
      .some((b, i) => own.weights[i] > 0 && Math.abs(b - own.weights[i]) < 1e-4);
    fc.pre(!near);
    for (let k = 0; k < K; k++) {
      const slope = (loss(k, 1e-6) - loss(k, -1e-6)) / 2e-6;
      close(found[k], slope, 1e-4 * (1 + Math.abs(slope)), `gradient ${k}`);
    }
    assertEquals(found.slice(K), own.weights.map(() => 0));
  },
});

law("widened weights are none below the weights, and reach one interval further", {
  source: "arXiv:2103.13415, eq. 18",
  given: { weights: fc.array(number(0, 1), { minLength: 1, maxLength: 9 }) },
  kills: ["nerf-weights-narrowed", "nerf-widened-to-one-side"],
  async holds({ weights }) {
    const found = await values(() => widened(tf.tensor2d([weights])));
    const at = (k: number) => weights[Math.min(weights.length - 1, Math.max(0, k))];
    weights.forEach((w, k) => {
      const wanted = (Math.max(at(k - 1), w) + Math.max(w, at(k + 1))) / 2 + 1e-3;
      close(found[k], wanted, 1e-6, `weight ${k}`);
      assert(found[k] > w);
    });
  },
});

law("next intervals rise, stay between near and far, meet one another, and are where weights are", {
  source: "arXiv:2111.12077, section 4",
  given: {
    all: pieces,
    samples: fc.integer({ min: 2, max: 24 }),
    seed: fc.nat(1000),
  },
  kills: ["nerf-intervals-leave-the-ray", "nerf-edges-at-samples"],
  async holds({ all, samples, seed }) {
    const { edges, weights } = histogramOf(all, "one");
    const near = edges[0], far = edges[edges.length - 1];
    const u = Array.from(hostUniform(hostKey(seed, "u"), samples), (v, j) => (v + j) / samples);
    const [found, around] = await Promise.all([
      values(() =>
        nextIntervals(histogram({ edges, weights }), { u_RS: tf.tensor2d([u]), near, far })
      ),
      // Depths that are known, to hold edges against.
      values(() => {
        const t = tf.tensor2d([u.map((v) => Math.fround(near + v * (far - near)))]);
        return intervalsAround(t, { near, far });
      }),
    ]);
    for (const row of [found, around]) {
      assertEquals(row.length, samples + 1);
      row.forEach((edge, i) => {
        assert(edge >= near && edge <= far, `${edge} outside [${near}, ${far}]`);
        assert(i === 0 || edge >= row[i - 1] - 1e-6, `${edge} after ${row[i - 1]}`);
      });
    }
    const t = u.map((v) => near + v * (far - near));
    around.slice(1, -1).forEach((edge, i) => close(edge, (t[i] + t[i + 1]) / 2, 1e-5, "middle"));
    close(around[0], Math.max(near, (3 * t[0] - t[1]) / 2), 1e-5, "first");
    close(around[samples], Math.min(far, (3 * t[samples - 1] - t[samples - 2]) / 2), 1e-5, "last");
  },
});

Deno.test("nearly all next intervals are next to the one that has all weight", async () => {
  const edges = Array.from({ length: 33 }, (_, i) => i), weights = new Array(32).fill(0);
  weights[20] = 1;
  const u = Array.from({ length: 40 }, (_, j) => (j + 0.5) / 40);
  const found = await values(() =>
    nextIntervals(histogram({ edges, weights }), { u_RS: tf.tensor2d([u]), near: 0, far: 32 })
  );
  // Weights are ½, 1, ½ there, and 1/1000 a piece everywhere.
  const inside = found.filter((edge) => edge >= 19 && edge <= 22).length;
  assert(inside >= 38 && inside < 41, `${inside} of 41`);
});
