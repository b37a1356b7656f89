import fc from "fast-check";
import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { determinant, Matrix } from "ml-matrix";
import type { ImageSpec } from "../../../src/kinds/image/image_set.ts";
import { mapTree } from "../../../src/engine/tree.ts";
import { UsageError } from "../../../src/base/errors.ts";
import { config as flowConfig } from "../../../src/families/normalizing_flow/mod.ts";
import {
  forward,
  initParameters,
  inverse,
  levelsOf,
  type Parameters,
  type Setting,
} from "../../../src/families/normalizing_flow/model.ts";
import { logNormal } from "../../../src/families/normalizing_flow/objective.ts";
import { orthogonalOf } from "../../../src/families/normalizing_flow/rotation.ts";
import { spline, splineSize, unspline } from "../../../src/families/normalizing_flow/spline.ts";
import { normal } from "../../../src/random/key.ts";
import { key } from "../../families/small.ts";
import { normals, values } from "../../families/on_engine.ts";
import { close, law } from "../../law.ts";

const spec = (height: number, width: number, channels: 1 | 3): ImageSpec => ({
  kind: "image",
  height,
  width,
  channels,
});
const samples = {
  "two numbers": spec(1, 2, 1),
  "three numbers": spec(1, 3, 1),
  "4×4 grey": spec(4, 4, 1),
  "2×4 in colour": spec(2, 4, 3),
};
type SampleName = keyof typeof samples;

interface Case {
  readonly seed: number;
  readonly sample: SampleName;
  readonly coupling: "affine" | "spline";
}

const given = {
  seed: fc.integer({ min: 1, max: 1e6 }),
  sample: fc.constantFrom(...Object.keys(samples) as SampleName[]),
  coupling: fc.constantFrom("affine" as const, "spline" as const),
};

function settingOf({ sample, coupling }: Omit<Case, "seed">): Setting {
  const config = flowConfig.parse({ coupling, steps: 2, levels: 2, width: 8, bins: 4 });
  return { config, sample: samples[sample] };
}

/** Parameters with everything awake: scales, shifts and the zero starts of networks. */
function parameters(seed: number, setting: Setting, wake = 0.2): Parameters {
  return mapTree(
    initParameters(key("init", seed), setting),
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), wake)),
  ) as Parameters;
}

function shapeOf({ sample }: Setting, count: number): [number, number, number, number] {
  return [count, sample.height, sample.width, sample.channels];
}

law("f⁻¹(f(h)) = h, and f(f⁻¹(z)) = z", {
  source: "Dinh et al. 2017, eq. 7 and 8; Durkan et al. 2019, eq. 29 to 31",
  given,
  kills: ["flow-inverse-forgets-the-shift", "flow-inverse-not-transposed", "spline-wrong-root"],
  cases: 30,
  holds: async ({ seed, ...rest }) => {
    const setting = settingOf(rest);
    const shape = shapeOf(setting, 3);
    const numbers = normals(seed, shape.reduce((a, b) => a * b), 1.5);
    const back = await values(() => {
      const p = parameters(seed, setting, 0.1);
      const there = forward(p, tf.tensor4d(numbers, shape), setting).z_BD;
      const z_BD = tf.tensor2d(numbers, [3, numbers.length / 3]);
      const thereAgain = forward(p, inverse(p, z_BD, setting), setting).z_BD;
      return tf.concat([
        tf.reshape(inverse(p, there, setting), [-1]),
        tf.reshape(thereAgain, [-1]),
      ]);
    });
    // Rounding of numbers up to 8, magnified by 1/slope of each of four changes: e^±1.7 a change.
    const tolerance = 8 * 2 ** -24 * 1000;
    back.forEach((v, i) => close(v, numbers[i % numbers.length], tolerance, `number ${i}`));
  },
});

law("ln|det| is that of the Jacobian, taken by one gradient a number", {
  source: "Dinh et al. 2017, eq. 6",
  given,
  kills: [
    "flow-volume-of-one-place",
    "flow-volume-without-scales",
    "spline-slope-upside-down",
    "flow-last-level-only",
  ],
  cases: 9,
  holds: async ({ seed, ...rest }) => {
    const setting = settingOf(rest);
    const shape = shapeOf(setting, 1);
    const D = shape.reduce((a, b) => a * b);
    const numbers = normals(seed, D, 1.5);
    const all = await values(() => {
      const p = parameters(seed, setting);
      const h = tf.tensor4d(numbers, shape);
      const rows = Array.from({ length: D }, (_, d) => {
        const one = tf.tensor2d(Array.from({ length: D }, (_, i) => i === d ? 1 : 0), [1, D]);
        const z = (x: tf.Tensor) => forward(p, x as tf.Tensor4D, setting).z_BD;
        return tf.reshape(tf.grad((x) => tf.sum(tf.mul(z(x), one)))(h), [D]);
      });
      return tf.concat([forward(p, h, setting).logDet_B, ...rows]);
    });
    const jacobian = new Matrix(D, D);
    for (let i = 0; i < D * D; i++) jacobian.set(Math.floor(i / D), i % D, all[1 + i]);
    // Each of D·4 slopes is good to some 2⁻²⁰ of itself after four steps.
    const expected = Math.log(Math.abs(determinant(jacobian)));
    close(all[0], expected, 2e-3 + D * 2e-5, "ln|det|");
  },
});

law("the density of a flow in the plane integrates to 1", {
  source: "change of variables",
  given: { seed: given.seed, coupling: given.coupling },
  kills: ["flow-volume-without-scales", "spline-slope-upside-down", "flow-prior-without-constant"],
  cases: 8,
  holds: async ({ seed, coupling }) => {
    const setting = settingOf({ sample: "two numbers", coupling });
    const [side, step] = [200, 0.12];
    const grid = Array.from({ length: side * side }, (_, i) => [
      (Math.floor(i / side) - side / 2 + 0.5) * step,
      (i % side - side / 2 + 0.5) * step,
    ]);
    const density = await values(() => {
      // Awake, but so little that the mass stays within the grid.
      const { z_BD, logDet_B } = forward(
        parameters(seed, setting, 0.1),
        tf.tensor4d(grid.flat(), [side * side, 1, 2, 1]),
        setting,
      );
      return tf.exp(tf.add(logNormal(z_BD), logDet_B));
    });
    // Midpoints of cells of 0.12: the density bends on scales of some e⁻¹ and more.
    close(density.reduce((a, b) => a + b, 0) * step ** 2, 1, 0.01, "mass");
  },
});

law("mixings are orthogonal whatever the length of their mirrors", {
  source: "Householder 1958",
  given: { seed: given.seed, channels: fc.integer({ min: 2, max: 12 }) },
  kills: ["mirror-of-another-length"],
  cases: 20,
  holds: async ({ seed, channels }) => {
    const K = 2, R = Math.min(channels, 8);
    const product = await values(() => {
      const mirrors = tf.tensor3d(normals(seed, K * R * channels, 3), [K, R, channels]);
      const w = orthogonalOf(mirrors);
      return tf.matMul(w, w, false, true);
    });
    product.forEach((v, i) => {
      const place = i % (channels * channels);
      const one = Math.floor(place / channels) === place % channels ? 1 : 0;
      close(v, one, 64 * 2 ** -24 * R, "WWᵀ");
    });
  },
});

law("a spline rises, keeps the range, is the identity beyond it and for raw numbers of 0", {
  source: "Durkan et al. 2019, section 3.1",
  given: { seed: given.seed, pieces: fc.integer({ min: 2, max: 9 }) },
  kills: ["spline-tails-not-straight"],
  cases: 25,
  holds: async ({ seed, pieces }) => {
    const N = 201;
    const at = Array.from({ length: N }, (_, i) => (i - 100) * 0.06);
    const raw = normals(seed, splineSize(pieces), 1.5);
    const rawOf = (scale: number) =>
      tf.mul(
        tf.ones([N, 1]),
        tf.mul(tf.tensor2d(raw, [1, raw.length]), scale),
      ) as tf.Tensor2D;
    const all = await values(() => {
      const x = tf.tensor1d(at);
      const bent = spline(x, rawOf(1));
      return tf.concat([
        bent.y_N,
        bent.logSlope_N,
        unspline(bent.y_N, rawOf(1)),
        spline(x, rawOf(0)).y_N,
      ]);
    });
    const part = (i: number) => all.slice(i * N, (i + 1) * N);
    const [y, logSlope, back, plain] = [0, 1, 2, 3].map(part);
    const steepest = Math.exp(Math.max(...logSlope));
    at.forEach((x, i) => {
      const fx = Math.fround(x);
      if (Math.abs(fx) >= 4) {
        assertEquals([y[i], logSlope[i]], [fx, 0]);
      } else if (!(Math.abs(y[i]) <= 4 + 1e-5)) throw new Error(`${x} goes to ${y[i]}`);
      if (i > 0 && !(y[i] >= y[i - 1])) throw new Error(`falls at ${x}: ${y[i - 1]}, ${y[i]}`);
      // The root is of differences of terms as large as the steepest slope, over the slope here.
      close(back[i], fx, 2e-6 * (1 + (1 + steepest) / Math.exp(logSlope[i])), `back at ${x}`);
      close(plain[i], fx, 4e-6, `identity at ${x}`);
    });
  },
});

Deno.test("levels halve sides while they can, and larger pictures with odd sides are refused", () => {
  const levels = (sample: ImageSpec, levels = 3) =>
    levelsOf({ config: flowConfig.parse({ levels }), sample })
      .map(({ height, width, channels, onward }) => [height, width, channels, onward]);
  assertEquals(levels(spec(32, 32, 3)), [[16, 16, 12, 6], [8, 8, 24, 12], [4, 4, 48, 0]]);
  assertEquals(levels(spec(28, 28, 1)), [[14, 14, 4, 2], [7, 7, 8, 0]]);
  assertEquals(levels(spec(32, 32, 3), 1), [[16, 16, 12, 0]]);
  assertEquals(levels(spec(1, 2, 1)), [[1, 1, 2, 0]]);
  assertThrows(() => levels(spec(25, 25, 3)), UsageError, "25×25 can't be halved");
});
