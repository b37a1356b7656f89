/**
 * Laws of where samples are taken: by weights, in order, and in what of a ray is occupied.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { fineDepths } from "../../../src/families/nerf/forms/original.ts";
import { placeSamples } from "../../../src/families/nerf/forms/hash.ts";
import { raysOf } from "../../../src/families/nerf/rays/rays.ts";
import {
  drawAlong,
  edgesAround,
  merged,
  middles,
  stratified,
} from "../../../src/families/nerf/rays/resample.ts";
import { cameraNumbers, lookAt } from "../../../src/kinds/view/cameras.ts";
import { valueAndGrad } from "../../../src/nn/gradient.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { values } from "../../families/on_engine.ts";
import { close, law } from "../../law.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map(Math.fround);
const source = "arXiv:2003.08934, section 5.2";

/** Bins with edges that rise, some of no weight. */
const bins = fc.array(
  fc.record({ width: number(0.01, 1), weight: fc.oneof(number(0.01, 1), fc.constant(0)) }),
  { minLength: 1, maxLength: 7 },
).filter((all) => all.some(({ weight }) => weight > 0));

function edgesOf(widths: readonly number[]): number[] {
  return widths.reduce((all, w) => [...all, Math.fround(all[all.length - 1] + w)], [0.5]);
}

law("drawn depths rise, stay inside bins that have weight, and bins get shares as their weights", {
  source,
  given: { bins, samples: fc.integer({ min: 1, max: 60 }), seed: fc.nat(1000) },
  kills: ["nerf-bins-shifted", "nerf-density-even-over-bins"],
  async holds({ bins, samples, seed }) {
    const edges = edgesOf(bins.map(({ width }) => width)), weights = bins.map((b) => b.weight);
    const noise = Array.from(hostUniform(hostKey(seed, "noise"), samples));
    const [t, u] = await Promise.all([
      values(() =>
        drawAlong(tf.tensor2d([edges]), tf.tensor2d([weights]), stratified(tf.tensor2d([noise])))
      ),
      values(() => stratified(tf.tensor2d([noise]))),
    ]);
    assertEquals(t.length, samples);
    t.forEach((v, j) => assert(j === 0 || v >= t[j - 1], `${v} after ${t[j - 1]}`));
    const total = weights.reduce((a, b) => a + b, 0);
    const counts = bins.map((_, k) =>
      t.filter((v) => v >= edges[k] && (v < edges[k + 1] || k === bins.length - 1)).length
    );
    counts.forEach((count, k) => {
      // A stratum that a bin's border cuts may fall on either side of it; so may a rounded number.
      close(count, samples * weights[k] / total, 2, `samples of bin ${k}`);
      if (weights[k] === 0 && k < bins.length - 1) assert(count <= 1, `${count} in an empty bin`);
    });
    // The inverse of the distribution function, in float64.
    u.forEach((v, j) => {
      let left = v * total, k = 0;
      while (k < bins.length - 1 && left >= weights[k]) left -= weights[k++];
      const expected = edges[k] + Math.min(1, left / weights[k]) * (edges[k + 1] - edges[k]);
      const steep = Math.max(...bins.map((b) => b.weight > 0 ? b.width / b.weight : 0));
      const border = edges.some((e) => Math.abs(t[j] - e) < 1e-4);
      if (!border) close(t[j], expected, 1e-5 + 2e-6 * total * steep, `depth ${j}`);
    });
  },
});

Deno.test("many draws fall into bins as χ² allows", async () => {
  const weights = [3, 0, 1, 2, 0.5], edges = [0, 1, 2, 2.5, 3, 7], N = 20_000;
  const u = tf.tensor2d(Array.from(hostUniform(hostKey(4, "u"), N)), [1, N]);
  const t = await values(() => drawAlong(tf.tensor2d([edges]), tf.tensor2d([weights]), u));
  u.dispose();
  const total = weights.reduce((a, b) => a + b, 0);
  const statistic = weights.reduce((sum, w, k) => {
    const expected = N * w / total;
    const count = t.filter((v) => v >= edges[k] && v < edges[k + 1]).length;
    if (w === 0) assertEquals(count, 0);
    return w === 0 ? sum : sum + (count - expected) ** 2 / expected;
  }, 0);
  // 3 degrees of freedom: above 16.3 once in a thousand.
  assert(statistic < 16.3, `χ² ${statistic}`);
  // Even within a bin too: the last's mean is its middle.
  const last = t.filter((v) => v >= 3), mean = last.reduce((a, b) => a + b, 0) / last.length;
  close(mean, 5, 5 * 4 / Math.sqrt(12 * last.length), "mean of the last bin");
});

law("two rising rows become one", {
  source: "definition",
  given: {
    a: fc.array(number(0, 9), { minLength: 1, maxLength: 9 }),
    b: fc.array(number(0, 9), { minLength: 1, maxLength: 9 }),
    equal: fc.boolean(),
  },
  kills: ["nerf-merged-by-one-row"],
  async holds({ a, b, equal }) {
    const rows = [a, equal ? [...b, a[0]] : b].map((x) => x.toSorted((p, q) => p - q));
    const found = await values(() => merged(tf.tensor2d([rows[0]]), tf.tensor2d([rows[1]])));
    assertEquals(found, rows.flat().toSorted((p, q) => p - q));
  },
});

Deno.test("strata and their middles; edges around samples", async () => {
  assertEquals(await values(() => middles(1, 4)), [0.125, 0.375, 0.625, 0.875]);
  const range = { from_R1: tf.scalar(0), to_R1: tf.scalar(4) };
  assertEquals(await values(() => edgesAround(tf.tensor2d([[1, 2, 3]]), range)), [0, 1.5, 2.5, 4]);
});

law("no gradient reaches coarse weights through the depths that are drawn by them", {
  source,
  given: { seed: fc.nat(1000) },
  cases: 10,
  kills: ["nerf-coarse-weights-not-detached"],
  async holds({ seed }) {
    const u = (purpose: string) => Array.from(hostUniform(hostKey(seed, purpose), 6));
    const gradient = await values(() => {
      const t = stratified(tf.tensor2d([u("t")]));
      return valueAndGrad((weight_RS: tf.Tensor2D) => {
        const u_RS = stratified(tf.tensor2d([u("u")]));
        const depths = fineDepths(t, { weight_RS, u_RS, near: 0, far: 1 });
        return { loss: tf.sum(tf.square(depths)) as tf.Scalar };
      }, tf.tensor2d([u("w")])).grads;
    });
    assertEquals(gradient, new Array(6).fill(0));
  },
});

const CELLS = 8;
const box = { centre: [0.5, -0.25, 1], half: 2 } as const;

law("samples of a ray lie in occupied pieces alone, and their parts are what of it is occupied", {
  source: "arXiv:2201.05989, appendix E",
  given: {
    azimuth: number(0, 6.2),
    height: number(-3, 3),
    share: fc.constantFrom(0, 0.1, 0.5, 1),
    samples: fc.integer({ min: 1, max: 20 }),
    seed: fc.nat(1000),
  },
  cases: 50,
  kills: ["nerf-samples-anywhere", "nerf-parts-of-the-whole-ray", "nerf-cells-turned"],
  async holds({ azimuth, height, share, samples, seed }) {
    const position = [6 * Math.cos(azimuth), height, 6 * Math.sin(azimuth)] as const;
    const rotation = lookAt(position, [0.4, 0.1, 0.9], [0, 1, 0]);
    const camera = cameraNumbers({ rotation, position, fx: 10, fy: 10, cx: 0.5, cy: 0.5 });
    const held = Array.from(
      hostUniform(hostKey(seed, "cells"), CELLS ** 3),
      (u) => u < share ? 1 : 0,
    );
    const noise = Array.from(hostUniform(hostKey(seed, "u"), samples));
    const found = await values(() => {
      const rays = raysOf(tf.tensor2d([camera]), { box });
      const { t_RS, part_R1 } = placeSamples(rays, stratified(tf.tensor2d([noise])), {
        occupied_G: tf.tensor1d(held),
        cells: CELLS,
        near: 0.1,
        far: 40,
      });
      return tf.concat([t_RS, part_R1], 1);
    });
    const t = found.slice(0, samples), part = found[samples];
    // The way through the box in float64, piece by piece.
    const f = camera.map(Math.fround), direction = [f[2], f[6], f[10]];
    const origin = [f[3], f[7], f[11]];
    const at = (t: number) =>
      origin.map((o, k) => (o + t * direction[k] - box.centre[k]) / box.half);
    const sides = [0, 1, 2].map((k) =>
      [-1, 1].map((side) => (side * box.half + box.centre[k] - origin[k]) / direction[k])
        .toSorted((a, b) => a - b)
    );
    const from = Math.max(0.1, ...sides.map(([enter]) => enter));
    const to = Math.max(from, Math.min(40, ...sides.map(([, leave]) => leave)));
    const pieces = 2 * CELLS, width = (to - from) / pieces;
    const cell = (p: readonly number[]) =>
      p.map((x) => Math.min(CELLS - 1, Math.max(0, Math.floor((x + 1) / 2 * CELLS))));
    const occupied = Array.from({ length: pieces }, (_, m) => {
      const [x, y, z] = cell(at(from + (m + 0.5) * width));
      return held[x + CELLS * (y + CELLS * z)] === 1;
    });
    // A middle that lies on the border of two cells may be seen in either.
    const unsure = Array.from(
      { length: pieces },
      (_, m) =>
        at(from + (m + 0.5) * width).some((x) => {
          const scaled = (x + 1) / 2 * CELLS;
          return Math.abs(scaled - Math.round(scaled)) < 1e-4;
        }),
    );
    fc.pre(!unsure.some((u) => u));
    const count = occupied.filter((o) => o).length;
    close(part * samples, count * width, 1e-4, "length that is occupied");
    for (const v of count === 0 ? [] : t) {
      const place = (v - from) / width, m = Math.min(pieces - 1, Math.floor(place));
      const border = Math.abs(place - Math.round(place)) < 1e-3;
      assert(border || occupied[m], `a sample at ${v} in piece ${m}, which is empty`);
    }
  },
});
