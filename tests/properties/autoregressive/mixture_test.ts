import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import {
  drawMixture,
  logBinMass,
  logMixture,
  mixtureOutputs,
  type MixtureShape,
} from "../../../src/nn/logistic_mixture.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { keyTensor } from "../../../src/random/key.ts";
import { close, float32, law } from "../../law.ts";
import { normals, values } from "../../families/on_engine.ts";

/** All pictures of one pixel: L^C rows of C values k/(L − 1). */
function allPixels({ channels, levels = 256 }: MixtureShape): number[][] {
  let rows: number[][] = [[]];
  for (let c = 0; c < channels; c++) {
    rows = rows.flatMap((row) => Array.from({ length: levels }, (_, k) => [...row, k]));
  }
  return rows.map((row) => row.map((k) => Math.fround(k / (levels - 1))));
}

const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
const logSumExp = (xs: number[]) => {
  const top = Math.max(...xs);
  return top + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - top), 0));
};

/** log of the logistic's mass on the bin of x, in float64. */
function logBin(x: number, { location, logScale, levels }: {
  location: number;
  logScale: number;
  levels: number;
}): number {
  const half = 0.5 / (levels - 1);
  const rate = Math.exp(-logScale);
  const [a, b] = [(x + half - location) * rate, (x - half - location) * rate];
  const [top, bottom] = [x > 1 - half, x < half];
  return (top ? 0 : -softplus(-a)) + (bottom ? 0 : -softplus(b)) +
    (top || bottom ? 0 : Math.log(-Math.expm1(b - a)));
}

const GAIN = 4;
const logScaleOf = (raw: number) => -7 + 10 / (1 + Math.exp(0.4054651 - 0.4 * GAIN * raw));

/** What a network's numbers say in float64, from the docstrings alone. */
function reference(x: number[], raw: number[], shape: MixtureShape): number {
  const { components: K, channels: C, levels = 256, spread = 1 } = shape;
  const logits = raw.slice(0, K).map((r) => GAIN * r);
  const terms = logits.map((logit, k) => {
    let sum = logit - logSumExp(logits);
    for (let c = 0; c < C; c++) {
      let location = 0.5 + spread * ((k + 0.5) / K - 0.5) + raw[K * (1 + c) + k];
      for (let b = 0; b < c; b++) {
        const slope = Math.tanh(GAIN * raw[K * (1 + 2 * C + c * (c - 1) / 2 + b) + k]);
        location += slope * (x[b] - 0.5);
      }
      sum += logBin(x[c], { location, logScale: logScaleOf(raw[K * (1 + C + c) + k]), levels });
    }
    return sum;
  });
  return logSumExp(terms);
}

/** log p of pixels, all under the same numbers. */
function logProbabilities(xs: number[][], raw: number[], shape: MixtureShape): Promise<number[]> {
  return values(() => {
    const raw_NQ = tf.mul(tf.ones([xs.length, 1]), tf.tensor2d([raw])) as tf.Tensor2D;
    return logMixture(tf.tensor2d(xs), { raw_NQ }, shape);
  });
}

/** Numbers of a mixture's shape: normals of several sizes, so that some are extreme. */
const numbersOf = (shape: MixtureShape, { seed, size }: { seed: number; size: number }) =>
  normals(seed, mixtureOutputs(shape), size);

/** Shapes few of whose pixels there are. */
const shapes: MixtureShape[] = [
  { components: 3, channels: 1, levels: 256 },
  { components: 1, channels: 1, levels: 2 },
  { components: 4, channels: 2, levels: 16, spread: 0.2 },
  { components: 2, channels: 3, levels: 6 },
  { components: 3, channels: 3, levels: 2 },
];
const shape = fc.constantFrom(...shapes);
const seed = fc.integer({ min: 1, max: 1e6 });
const size = fc.constantFrom(0.3, 2, 8);

/** Least scale of the numbers: logits (x ± h − μ)/s are rounded in proportion to 1/s. */
function largestLogit(raw: number[], { components: K, channels: C }: MixtureShape): number {
  const scales = raw.slice(K * (1 + C), K * (1 + 2 * C));
  const least = Math.min(...scales.map(logScaleOf));
  const most = Math.max(...raw.slice(K, K * (1 + C)).map(Math.abs)) + 2 + C;
  return most * Math.exp(-least);
}

law("a mixture's probabilities of all pixels sum to one, for any numbers", {
  source: "definition; Salimans et al. 2017 without clamps",
  given: { shape, seed, size },
  kills: [
    "mixture-edge-bins-like-the-others",
    "mixture-bin-of-another-width",
    "mixture-weights-not-normalised",
    "sub-pixel-sees-itself",
  ],
  cases: 60,
  holds: async ({ shape, seed, size }) => {
    const raw = numbersOf(shape, { seed, size });
    const logP = await logProbabilities(allPixels(shape), raw, shape);
    const sum = logP.reduce((total, l) => total + Math.exp(l), 0);
    // An error δ in a bin's two logits moves its mass by at most 2δ of itself.
    close(sum, 1, 2 ** -24 * (64 + 8 * largestLogit(raw, shape)), "sum of probabilities");
  },
});

law("log p is the mixture of products of bins with linear dependence among channels, in float64", {
  source: "Salimans et al. 2017, eq. 2 and 3",
  given: { shape, seed, size },
  kills: [
    "sub-pixel-of-the-wrong-channel",
    "mixture-bin-of-another-width",
    "mixture-scale-of-the-wrong-channel",
    "mixture-edge-bins-like-the-others",
  ],
  cases: 60,
  holds: async ({ shape, seed, size }) => {
    const raw = numbersOf(shape, { seed, size });
    const xs = allPixels(shape).filter((_, i, all) => all.length < 300 || i % 7 === 0);
    const logP = await logProbabilities(xs, raw, shape);
    const tolerance = 2 ** -24 * (64 + 32 * largestLogit(raw, shape));
    xs.forEach((x, i) => close(logP[i], reference(x, raw, shape), tolerance, `log p(${x})`));
  },
});

law("without its last channel a pixel is a pixel of the channels before: no channel sees a later", {
  source: "definition",
  given: { seed, size: fc.constantFrom(0.3, 1) },
  kills: ["sub-pixel-sees-itself"],
  cases: 30,
  holds: async ({ seed, size }) => {
    const three: MixtureShape = { components: 2, channels: 3, levels: 5 };
    const two: MixtureShape = { ...three, channels: 2 };
    const raw = numbersOf(three, { seed, size });
    const block = (i: number) => raw.slice(2 * i, 2 * i + 2);
    // Logits, locations of two channels, scales of two, and the slope of the second by the first.
    const rawTwo = [0, 1, 2, 4, 5, 7].flatMap(block);
    const joint = await logProbabilities(allPixels(three), raw, three);
    const marginal = await logProbabilities(allPixels(two), rawTwo, two);
    marginal.forEach((logP, i) => {
      const summed = logSumExp(joint.slice(5 * i, 5 * i + 5));
      close(summed, logP, 2 ** -24 * (64 + 32 * largestLogit(raw, three)), `pixel ${i}`);
    });
    // The second channel's odds do depend on the first.
    const odds = (first: number) => marginal[5 * first] - marginal[5 * first + 4];
    if (!(Math.abs(odds(0) - odds(4)) > 1e-3)) throw new Error("the second channel is deaf");
  },
});

law("gradients of a bin's mass agree with central differences in float64", {
  source: "definition",
  given: {
    location: fc.double({ min: -0.3, max: 1.3, noNaN: true }).map(Math.fround),
    logScale: fc.double({ min: -5, max: 1, noNaN: true }).map(Math.fround),
    levels: fc.constantFrom(2, 4, 256),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  kills: ["bin-gradient-without-width", "bin-gradient-of-the-wrong-sign"],
  cases: 80,
  holds: async ({ location, logScale, levels, at }) => {
    const x = Math.fround(Math.round(at * (levels - 1)) / (levels - 1));
    const [byLocation, byScale, byX] = await values(() => {
      const one = (v: number) => tf.tensor2d([v], [1, 1]);
      const grads = tf.grads((x, location, logScale) =>
        tf.sum(logBinMass(x as tf.Tensor2D, {
          location_NK: location as tf.Tensor2D,
          logScale_NK: logScale as tf.Tensor2D,
          levels,
        }))
      )([one(x), one(location), one(logScale)]);
      return tf.stack([grads[1], grads[2], grads[0]].map((g) => tf.reshape(g, [])));
    });
    const h = 1e-6;
    const f = (l: number, s: number) => logBin(x, { location: l, logScale: s, levels });
    const rate = Math.exp(-logScale);
    // Logits of size rate·|x − μ| carry float32 errors into σ, of slope at most ¼.
    const size = (1 + Math.abs(x - location) * rate) * (1 + Math.abs(x - location) * rate);
    const slope = (f(location + h, logScale) - f(location - h, logScale)) / (2 * h);
    close(byLocation, slope, 1e-5 * size * rate, "by location");
    close(byX, -slope, 1e-5 * size * rate, "by x");
    const spread = (f(location, logScale + h) - f(location, logScale - h)) / (2 * h);
    close(byScale, spread, 1e-5 * size, "by scale");
  },
});

Deno.test("log p and its gradients are finite where numbers are ±10³", async () => {
  const shape: MixtureShape = { components: 2, channels: 3 };
  const Q = mixtureOutputs(shape);
  for (const sign of [-1e3, 1e3]) {
    for (const x of [0, 0.5019608, 1]) {
      const numbers = await values(() => {
        const raw = tf.mul(tf.ones([1, Q]), sign) as tf.Tensor2D;
        const f = (raw: tf.Tensor) =>
          tf.sum(logMixture(tf.fill([1, 3], x), { raw_NQ: raw as tf.Tensor2D }, shape));
        return tf.concat([tf.reshape(f(raw), [1]), tf.reshape(tf.grad(f)(raw), [Q])]);
      });
      for (const v of numbers) if (!Number.isFinite(v)) throw new Error(`${v} at ${sign}, ${x}`);
    }
  }
});

law("draws have the probabilities that log p says (χ²)", {
  source: "definition",
  given: { seed, shape: fc.constantFrom(shapes[2], shapes[3], shapes[4]) },
  kills: ["drawn-sub-pixel-is-deaf", "draw-without-scale"],
  cases: 8,
  holds: async ({ seed, shape }) => {
    const N = 6000;
    const raw = numbersOf(shape, { seed, size: 1 });
    const { channels, levels = 256 } = shape;
    const drawn = await values(() => {
      const raw_NQ = tf.mul(tf.ones([N, 1]), tf.tensor2d([raw])) as tf.Tensor2D;
      const rows_B = tf.range(0, N, 1, "int32") as tf.Tensor1D;
      return drawMixture({ raw_NQ }, shape, { key: keyTensor(hostKey(seed)), rows_B });
    });
    const pixels = allPixels(shape);
    const logP = await logProbabilities(pixels, raw, shape);
    const seen = new Float64Array(pixels.length);
    for (let n = 0; n < N; n++) {
      let at = 0;
      for (let c = 0; c < channels; c++) {
        at = at * levels + Math.round(drawn[n * channels + c] * (levels - 1));
      }
      seen[at]++;
    }
    chiSquared(Array.from(seen), logP.map((l) => N * Math.exp(l)));
  },
});

/** Pearson's χ² with rare cells pooled; at most 5 standard deviations √(2·df) above its mean. */
function chiSquared(seen: number[], expected: number[]): void {
  let [restSeen, restExpected, statistic, cells] = [0, 0, 0, 0];
  expected.forEach((e, i) => {
    if (e < 8) {
      restSeen += seen[i];
      restExpected += e;
    } else {
      statistic += (seen[i] - e) ** 2 / e;
      cells += 1;
    }
  });
  if (restExpected >= 8) {
    statistic += (restSeen - restExpected) ** 2 / restExpected;
    cells += 1;
  } else if (restSeen > restExpected + 5 * Math.sqrt(restExpected) + 5) {
    throw new Error(`${restSeen} draws where ${restExpected} were expected`);
  }
  const df = Math.max(1, cells - 1);
  if (statistic > df + 5 * Math.sqrt(2 * df) + 5) {
    throw new Error(`χ² of ${statistic} with ${df} degrees of freedom`);
  }
}

Deno.test("a guess moves all locations, and a low temperature keeps to what is likely", async () => {
  const shape: MixtureShape = { components: 2, channels: 2, levels: 16 };
  const raw = numbersOf(shape, { seed: 3, size: 0.5 });
  const shifted = [...raw];
  for (let k = 0; k < 4; k++) shifted[2 + k] += 0.25;
  const [guessed, moved] = [
    await values(() =>
      logMixture(tf.tensor2d([[0.4, 0.8]]), {
        raw_NQ: tf.tensor2d([raw]),
        guess_NC: tf.tensor2d([[0.75, 0.75]]),
      }, shape)
    ),
    await logProbabilities([[0.4, 0.8]], shifted, shape),
  ];
  close(guessed[0], moved[0], float32(16, 8), "log p");
  const spread = async (temperature: number) => {
    const drawn = await values(() =>
      drawMixture({ raw_NQ: tf.mul(tf.ones([400, 1]), tf.tensor2d([raw])) }, shape, {
        key: keyTensor(hostKey(1)),
        rows_B: tf.range(0, 400, 1, "int32") as tf.Tensor1D,
        temperature,
      })
    );
    const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length;
    return drawn.reduce((a, b) => a + (b - mean) ** 2, 0) / drawn.length;
  };
  const [cold, warm] = [await spread(0.1), await spread(1)];
  if (!(cold < warm)) throw new Error(`variances ${cold} and ${warm}`);
});
