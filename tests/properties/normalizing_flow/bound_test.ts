import fc from "fast-check";
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { mapTree } from "../../../src/engine/tree.ts";
import { fromLine, toLine } from "../../../src/families/normalizing_flow/dequantise.ts";
import { config as flowConfig } from "../../../src/families/normalizing_flow/mod.ts";
import {
  forward,
  initParameters,
  type Parameters,
  type Setting,
} from "../../../src/families/normalizing_flow/model.ts";
import { logNormal, logWeight } from "../../../src/families/normalizing_flow/objective.ts";
import { decode, encode } from "../../../src/families/normalizing_flow/sample.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { normal } from "../../../src/random/key.ts";
import { key } from "../../families/small.ts";
import { pair } from "../../families/points.ts";
import { meanAndError, values } from "../../families/on_engine.ts";
import { close, law } from "../../law.ts";

const setting: Setting = {
  config: flowConfig.parse({ coupling: "spline", steps: 2, width: 8, bins: 4 }),
  sample: pair,
};

/** A flow awake; `steep` squeezes the law by e^steep, so that it bends inside a bin. */
function parameters(seed: number, steep = 0): Parameters {
  return mapTree(
    initParameters(key("init", seed), setting),
    (leaf, path) =>
      tf.add(
        tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.1)),
        path.endsWith("logScale_KC") ? steep / 2 : 0,
      ),
  ) as Parameters;
}

/** Log weights of pairs of values under noise, both a row each. */
function weigh(p: Parameters, pairs: readonly (readonly number[])[], noise: ArrayLike<number>) {
  const shape: [number, number, number, number] = [pairs.length, 1, 2, 1];
  const x_BHWC = tf.div(tf.tensor4d(pairs.flat(), shape), 255) as tf.Tensor4D;
  const noise_BHWC = tf.tensor4d(Float32Array.from(noise), shape);
  return logWeight(p, { x_BHWC, noise_BHWC }, setting);
}

const given = {
  seed: fc.integer({ min: 1, max: 1e6 }),
  // Near the middle, where a law squeezed by e^4 in each number has its mass.
  pair: fc.tuple(fc.integer({ min: 120, max: 136 }), fc.integer({ min: 120, max: 136 })),
};

/** Where y = (k + u)/256 lies on the line, in float64. */
function lineOf(level: number): number {
  const s = 0.05 + 0.9 * level / 256;
  return Math.log(s / (1 - s));
}

law("the mean log weight over the noise is below ln P of the bin, the mean weight is P", {
  source: "Theis et al. 2016, eq. 5 to 7 (Jensen)",
  given,
  kills: ["dequantised-by-half-the-noise", "dequantised-volume-of-the-line-alone"],
  cases: 12,
  holds: async ({ seed, pair }) => {
    const [side, draws] = [40, 3000];
    // P by midpoints of the bin's rectangle on the line, whatever the family says of volumes there.
    const from = pair.map(lineOf);
    const step = pair.map((k, d) => (lineOf(k + 1) - from[d]) / side);
    const middles = Array.from({ length: side * side }, (_, i) => [
      from[0] + (Math.floor(i / side) + 0.5) * step[0],
      from[1] + (i % side + 0.5) * step[1],
    ]);
    const noise = hostUniform(hostKey(seed, "noise"), 2 * draws);
    const all = await values(() => {
      const p = parameters(seed, 4);
      const pairs = Array.from({ length: draws }, () => pair);
      return tf.concat([lineDensity(p, middles), weigh(p, pairs, noise)]);
    });
    const logs = all.slice(side * side);
    const top = Math.max(...logs);
    const P = all.slice(0, side * side).reduce((sum, l) => sum + Math.exp(l - top), 0) *
      step[0] * step[1];
    const drawn = meanAndError(logs.map((l) => Math.exp(l - top)));
    close(drawn.mean, P, 5 * drawn.error + 1e-3 * P, "mean weight");
    const bound = meanAndError(logs);
    if (bound.mean - top > Math.log(P) + 5 * bound.error + 1e-3) {
      throw new Error(`bound ${bound.mean}, ln P ${Math.log(P) + top}`);
    }
  },
});

law("all pairs' probabilities sum to what of the law lies on [0, 1)², at most 1", {
  source: "change of variables; α leaves room beyond the ends",
  given: { seed: given.seed },
  kills: [
    "dequantised-volume-of-the-line-alone",
    "logit-volume-without-its-slope",
    "flow-prior-without-constant",
  ],
  cases: 4,
  holds: async ({ seed }) => {
    // A flat law: one point a bin is its mean to a few thousandths.
    const all = await values(() => {
      const pairs = Array.from({ length: 128 * 128 }, (_, i) => [2 * (i >> 7), 2 * (i & 127)]);
      return weigh(parameters(seed), pairs, new Float32Array(2 * pairs.length).fill(1));
    });
    const onPairs = 4 * all.reduce((sum, l) => sum + Math.exp(l), 0);
    // The same by the line's density over the square that the pairs map to.
    const most = Math.log(0.95 / 0.05), side = 160, step = 2 * most / side;
    const density = await values(() => {
      const h = Array.from({ length: side * side }, (_, i) => [
        (Math.floor(i / side) + 0.5) * step - most,
        (i % side + 0.5) * step - most,
      ]);
      return lineDensity(parameters(seed), h);
    });
    const onLine = density.reduce((sum, l) => sum + Math.exp(l), 0) * step ** 2;
    close(onPairs, onLine, 0.01, "mass on pairs");
    if (onPairs > 1.01) throw new Error(`pairs have ${onPairs} of the mass`);
  },
});

/** ln p(h) of points on the line. */
function lineDensity(p: Parameters, h: number[][]): tf.Tensor1D {
  const h_BHWC = tf.tensor4d(h.flat(), [h.length, 1, 2, 1]);
  const { z_BD, logDet_B } = forward(p, h_BHWC, setting);
  return tf.add(logNormal(z_BD), logDet_B);
}

law("every 8-bit value comes back from the line, from any place in its bin", {
  source: "definition",
  given: {
    u: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    alpha: fc.constantFrom(1e-3, 0.05, 0.2),
  },
  kills: ["line-back-to-the-nearest-value"],
  cases: 20,
  holds: async ({ u, alpha }) => {
    const back = await values(() => {
      const x = tf.div(tf.range(0, 256), 255).reshape([1, 16, 16, 1]) as tf.Tensor4D;
      const { h_BHWC } = toLine(x, { noise_BHWC: tf.scalar(u), alpha });
      return tf.mul(fromLine(h_BHWC, { alpha }), 255);
    });
    back.forEach((v, k) => close(v, k, 1e-4, `value ${k}`));
  },
});

Deno.test("a picture's code decodes to the picture, whatever the weights", async () => {
  for (const seed of [1, 2, 3]) {
    const pairs = Array.from({ length: 50 }, (_, i) => [5 * i, 255 - 3 * i]);
    const back = await values(() => {
      const p = parameters(seed);
      const x = tf.div(tf.tensor4d(pairs.flat(), [50, 1, 2, 1]), 255) as tf.Tensor4D;
      return tf.mul(decode(p, encode(p, x, setting), setting), 255);
    });
    assertEquals(back.map(Math.round), pairs.flat());
  }
});

Deno.test("values beyond the ends are clamped", async () => {
  const back = await values(() => fromLine(tf.tensor4d([-9, 9], [1, 1, 2, 1]), { alpha: 0.05 }));
  assertEquals(back, [0, 1]);
});
