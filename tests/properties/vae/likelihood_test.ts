import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { type LikelihoodName, likelihoods } from "../../../src/families/vae/likelihood.ts";
import { keyTensor } from "../../../src/random/key.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";
import { meanAndError, value, values } from "../../families/on_engine.ts";

const HALF_BIN = 0.5 / 255;
const output = fc.double({ min: -0.7, max: 0.7, noNaN: true }).map(Math.fround);
const logScale = fc.double({ min: -7, max: 1, noNaN: true }).map(Math.fround);

/** log p of each value of `xs`, one a picture, under one network output and log scale. */
function logProbabilities(
  name: LikelihoodName,
  { xs, output, logScale }: { xs: readonly number[]; output: number; logScale: number },
): Promise<number[]> {
  return values(() => {
    const x = tf.tensor3d([...xs], [xs.length, 1, 1]);
    const outputs = tf.fill([xs.length, 1, 1], output);
    return likelihoods[name].logProbability(x, outputs, tf.scalar(logScale));
  });
}

const bytes = Array.from({ length: 256 }, (_, k) => k / 255);

law("the discretised logistic's 256 probabilities sum to one, for any location and scale", {
  source: "definition; Salimans et al. 2017 with exact edge bins",
  given: { output, logScale },
  kills: ["logistic-edge-bins-like-the-others", "logistic-bin-of-another-width"],
  holds: async ({ output, logScale }) => {
    const logP = await logProbabilities("discretised-logistic", { xs: bytes, output, logScale });
    const sum = logP.reduce((total, l) => total + Math.exp(l), 0);
    // The logits (x ± ½/255 − μ)/s reach |x − μ|/s; float32 rounds them to 2⁻²⁴ of that, and an
    // error of δ in both logits of a bin moves its mass by a factor of at most 1 + 2δ.
    const rounding = 2 ** -24 * (8 + 4 * 1.3 * Math.exp(-logScale));
    close(sum, 1, 4 * rounding, "sum of probabilities");
  },
});

law("the discretised logistic is the logistic's integral over a bin, in float64", {
  source: "definition",
  given: { output, logScale, k: fc.integer({ min: 0, max: 255 }) },
  kills: ["logistic-bin-of-another-width", "logistic-edge-bins-like-the-others"],
  holds: async ({ output, logScale, k }) => {
    const [ours] = await logProbabilities("discretised-logistic", {
      xs: [k / 255],
      output,
      logScale,
    });
    const rate = Math.exp(-logScale);
    const edge = (x: number) => (x - output - 0.5) * rate;
    const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    const above = k === 255 ? 0 : -softplus(-edge(k / 255 + HALF_BIN));
    const below = k === 0 ? 0 : -softplus(edge(k / 255 - HALF_BIN));
    const inside = k === 0 || k === 255 ? 0 : Math.log(-Math.expm1(-rate / 255));
    const size = 4 + Math.abs(edge(k / 255)) + rate;
    close(ours, above + below + inside, 16 * 2 ** -24 * size, "log probability");
  },
});

law("the Gaussian integrates to one and has the closed form", {
  source: "definition",
  given: { output, logScale: fc.double({ min: -4, max: 1, noNaN: true }).map(Math.fround) },
  kills: ["gaussian-without-log-scale"],
  cases: 40,
  holds: async ({ output, logScale }) => {
    const sigma = Math.exp(logScale);
    // The trapezoid rule over ±8σ at σ/8 is exact far beyond float32 for a Gaussian.
    const xs = Array.from({ length: 129 }, (_, i) => output + 0.5 + sigma * (i - 64) / 8);
    const logP = await logProbabilities("gaussian", { xs, output, logScale });
    const integral = logP.reduce((sum, l) => sum + Math.exp(l) * sigma / 8, 0);
    close(integral, 1, 2 ** -24 * (64 + 64 * 2 / sigma), "integral");
    // At the location itself: −ln σ − ½ ln 2π.
    close(logP[64], -logScale - 0.5 * Math.log(2 * Math.PI), 1e-5, "peak");
  },
});

law("the Bernoulli's two probabilities sum to one, and grey counts as the nearer of the two", {
  source: "definition",
  given: { output: fc.double({ min: -30, max: 30, noNaN: true }).map(Math.fround) },
  kills: ["bernoulli-of-grey-pixels"],
  holds: async ({ output }) => {
    const logP = await logProbabilities("bernoulli", {
      xs: [0, 1, 127 / 255, 128 / 255],
      output,
      logScale: 0,
    });
    close(Math.exp(logP[0]) + Math.exp(logP[1]), 1, 8 * 2 ** -24, "sum");
    close(logP[1], -Math.log1p(Math.exp(-output)), 2 ** -22 * (1 + Math.abs(output)), "log p(1)");
    close(logP[2], logP[0], 0, "127 is black");
    close(logP[3], logP[1], 0, "128 is white");
  },
});

const extremes = [-1e3, -1e2, 0, 1e2, 1e3];

for (const name of Object.keys(likelihoods) as LikelihoodName[]) {
  Deno.test(`${name}: log p and its gradients are finite at |logit| = 10³`, async () => {
    for (const logit of extremes) {
      // For the location families a logit is (x − μ)/s: at s = e⁻⁷ an output of ±1 is ±1097 of them.
      const output = name === "bernoulli" ? logit : logit / 1e3;
      for (const x of [0, 128 / 255, 1]) {
        const numbers = await values(() => {
          const f = (o: tf.Tensor, s: tf.Tensor) =>
            tf.sum(
              likelihoods[name].logProbability(tf.tensor3d([x], [1, 1, 1]), o, s as tf.Scalar),
            ) as tf.Scalar;
          const args = [tf.tensor3d([output], [1, 1, 1]), tf.scalar(-7)];
          const gradient = tf.grad((o) => f(o, args[1]))(args[0]);
          return tf.stack([f(args[0], args[1]), tf.reshape(gradient, [])]);
        });
        for (const v of numbers) {
          if (!Number.isFinite(v)) throw new Error(`${v} at output ${output}, x ${x}`);
        }
      }
    }
  });
}

law("gradients of log p agree with central differences in float64", {
  source: "definition",
  given: {
    name: fc.constantFrom<LikelihoodName>("discretised-logistic", "gaussian"),
    output,
    logScale: fc.double({ min: -4, max: 0, noNaN: true }).map(Math.fround),
    k: fc.integer({ min: 0, max: 255 }),
  },
  cases: 60,
  holds: async ({ name, output, logScale, k }) => {
    const x = k / 255;
    const reference = (o: number, s: number) => {
      const rate = Math.exp(-s);
      if (name === "gaussian") return -0.5 * ((x - o - 0.5) * rate) ** 2 - s;
      const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
      const a = (x + HALF_BIN - o - 0.5) * rate, b = (x - HALF_BIN - o - 0.5) * rate;
      return (k === 255 ? 0 : -softplus(-a)) + (k === 0 ? 0 : -softplus(b)) +
        (k === 0 || k === 255 ? 0 : Math.log(-Math.expm1(b - a)));
    };
    const [byOutput, byScale] = await values(() => {
      const f = (o: tf.Tensor, s: tf.Tensor) =>
        tf.sum(
          likelihoods[name].logProbability(tf.tensor3d([x], [1, 1, 1]), o, s as tf.Scalar),
        ) as tf.Scalar;
      const [o, s] = tf.grads(f)([tf.tensor3d([output], [1, 1, 1]), tf.scalar(logScale)]);
      return tf.stack([tf.reshape(o, []), tf.reshape(s, [])]);
    });
    const h = 1e-6;
    const size = 1 + ((x - output - 0.5) / Math.exp(logScale)) ** 2;
    const difference = (f: (d: number) => number) => (f(h) - f(-h)) / (2 * h);
    close(
      byOutput,
      difference((d) => reference(output + d, logScale)),
      1e-5 * size / Math.exp(logScale),
      "∂output",
    );
    close(byScale, difference((d) => reference(output, logScale + d)), 1e-5 * size, "∂ ln s");
  },
});

law("draws have the likelihood's mean and spread, within 5 standard errors", {
  source: "definition",
  given: {
    name: fc.constantFrom<LikelihoodName>("discretised-logistic", "gaussian", "bernoulli"),
    output: fc.double({ min: -0.1, max: 0.1, noNaN: true }).map(Math.fround),
    seed: fc.integer({ min: 1, max: 1e6 }),
  },
  kills: ["logistic-draw-without-scale"],
  cases: 12,
  holds: async ({ name, output, seed }) => {
    const N = 4000;
    const scale = 0.02; // far from the clip at 0 and 1
    const drawn = await values(() => {
      const rows_B = tf.range(0, N, 1, "int32") as tf.Tensor1D;
      const output_BHWC = tf.fill([N, 1, 1, 1], output) as tf.Tensor4D;
      const logScale = tf.scalar(Math.log(scale)) as tf.Scalar;
      return likelihoods[name].draw(keyTensor(hostKey(seed)), { output_BHWC, logScale, rows_B });
    });
    const { mean, error } = meanAndError(drawn);
    const p = 1 / (1 + Math.exp(-output));
    close(mean, name === "bernoulli" ? p : output + 0.5, 5 * error + 1e-6, "mean");
    // Variance: logistic s²π²/3, Gaussian σ², Bernoulli p(1 − p). That of a sample variance is
    // (κ − 1)/N of its square; κ is 4.2 for the logistic, 3 for the Gaussian.
    const variance = {
      "discretised-logistic": scale ** 2 * Math.PI ** 2 / 3,
      gaussian: scale ** 2,
    };
    const expected = name === "bernoulli" ? p * (1 - p) : variance[name];
    close(error ** 2 * N, expected, 5 * expected * Math.sqrt(3.2 / N), "variance");
  },
});

Deno.test("the same row draws the same picture wherever it stands in a batch", async () => {
  for (const name of Object.keys(likelihoods) as LikelihoodName[]) {
    const draw = (rows: number[]) =>
      values(() =>
        likelihoods[name].draw(keyTensor(hostKey(1)), {
          output_BHWC: tf.zeros([rows.length, 2, 2, 3]),
          logScale: tf.scalar(-3) as tf.Scalar,
          rows_B: tf.tensor1d(rows, "int32"),
        })
      );
    const [together, alone] = [await draw([4, 9, 2]), await draw([9])];
    together.slice(12, 24).forEach((v, i) => close(v, alone[i], 0, name));
  }
});

Deno.test("a learned scale stays above its floor, a fixed one is itself", async () => {
  const { fixedLogScale, learnedLogScale } = await import("../../../src/families/vae/model.ts");
  close(await value(() => fixedLogScale(0.05)), Math.log(0.05), 1e-6);
  for (const raw of [-1e3, -1, 0, 1, 1e3]) {
    const v = await value(() => learnedLogScale(tf.scalar(raw) as tf.Scalar));
    if (!(v >= -7) || !Number.isFinite(v)) throw new Error(`${v} at ${raw}`);
  }
});
