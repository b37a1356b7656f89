import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { errors } from "../../../src/families/autoencoder/objective.ts";
import { toCode, toPicture } from "../../../src/families/autoencoder/model.ts";
import { terms } from "../../../src/families/vae/objective.ts";
import {
  initParameters,
  type Parameters,
  pass,
  type Setting,
} from "../../../src/families/vae/model.ts";
import { config as vaeConfig } from "../../../src/families/vae/config.ts";
import { mapTree } from "../../../src/engine/tree.ts";
import { normal } from "../../../src/random/key.ts";
import { key, sample16, squares } from "../../families/small.ts";
import { normals, value, values } from "../../families/on_engine.ts";
import { close, law } from "../../law.ts";

const latent = 4;
const width = 8;
const B = 3;
const D = 16 * 16 * 3;

function settingOf(config: Record<string, unknown>): Setting {
  return {
    config: vaeConfig.parse({ latent, width, ...config }),
    sample: sample16,
    trainSize: 50,
  };
}

/** Parameters with every layer awake: the zero starts of blocks and heads get small weights. */
function parameters(seed: number): Parameters {
  const fresh = initParameters(key("init", seed), { sample: sample16, width, latent });
  return mapTree(
    fresh,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.05)),
  ) as Parameters;
}

function noiseOf(seed: number, draws: number, scale = 1): tf.Tensor3D {
  return tf.tensor3d(normals(seed, B * draws * latent, scale), [B, draws, latent]);
}

interface Case {
  readonly seed: number;
  readonly config?: Record<string, unknown>;
  readonly beta?: number;
  readonly draws?: number;
  /** How often the batch is repeated with its noise. */
  readonly repeat?: number;
}

/** [loss, elbo, reconstruction, kl] of the family's own pass. */
function lossOf({ seed, config = {}, beta = 1, draws = 1, repeat = 1 }: Case): Promise<number[]> {
  return values(() => {
    const setting = settingOf({ draws, ...config });
    const again = <T extends tf.Tensor>(t: T) =>
      tf.tile(t, [repeat, ...t.shape.slice(1).map(() => 1)]) as T;
    const done = pass(parameters(seed), {
      x_BHWC: again(squares(B, sample16, seed % 1000)),
      noise_BKZ: again(noiseOf(seed, draws)),
    }, setting);
    const t = terms(done, { beta, setting });
    return tf.stack([t.loss, t.elbo, t.reconstruction, t.kl]);
  });
}

const seed = fc.integer({ min: 1, max: 1e6 });
const likelihood = fc.constantFrom("discretised-logistic", "gaussian", "bernoulli");

law("∂loss/∂β is the KL: the loss is linear in β with that slope", {
  source: "Higgins et al. 2017, eq. 4",
  given: { seed, likelihood, beta: fc.double({ min: 0.5, max: 8, noNaN: true }).map(Math.fround) },
  kills: ["beta-never-used", "beta-on-the-likelihood"],
  cases: 12,
  holds: async ({ seed, likelihood, beta }) => {
    const at = (b: number) => lossOf({ seed, config: { likelihood }, beta: b });
    const [zero, one] = [await at(0), await at(beta)];
    // The loss is a sum of some 10³ nats: float32 keeps 2⁻²⁴ of it, a few times over.
    const tolerance = 16 * 2 ** -24 * (Math.abs(zero[0]) + Math.abs(one[0])) + 1e-4;
    close((one[0] - zero[0]) / beta, one[3], tolerance / beta, "slope");
    close(zero[0], zero[2], tolerance, "loss at β = 0");
    close(-one[1], one[2] + one[3], tolerance, "−ELBO = reconstruction + KL");
  },
});

law("β = 0 and σ = 0 is the autoencoder: its squared error, scaled and shifted", {
  source: "definition",
  given: { seed, scale: fc.double({ min: 0.05, max: 1, noNaN: true }).map(Math.fround) },
  kills: ["gaussian-without-log-scale", "summed-reconstruction"],
  cases: 12,
  holds: async ({ seed, scale }) => {
    const [loss, squared] = await values(() => {
      const setting = settingOf({ likelihood: "gaussian", scale });
      const params = parameters(seed);
      const x_BHWC = squares(B, sample16, seed % 1000);
      const done = pass(params, { x_BHWC, noise_BKZ: noiseOf(seed, 1, 0) }, setting);
      // The autoencoder's head is the half of the VAE's that gives the mean.
      const { head, ...rest } = params.encoder;
      const half = {
        weight: tf.slice(head.weight, [0, 0], [-1, latent]),
        bias: tf.slice(head.bias, [0], [latent]),
      } as typeof head;
      const plain = { encoder: { ...rest, head: half }, decoder: params.decoder };
      const output = toPicture(plain, toCode(plain, x_BHWC), { sample: sample16, width });
      return tf.stack([
        terms(done, { beta: 0, setting }).loss,
        errors.squared(x_BHWC, output),
      ]);
    });
    const expected = D * (Math.log(scale) + 0.5 * Math.log(2 * Math.PI)) +
      D * squared / (2 * scale ** 2);
    close(loss, expected, 64 * 2 ** -24 * (D * 4 + D * squared / scale ** 2), "loss");
  },
});

law("a batch repeated with its noise leaves the mean loss as it is", {
  source: "definition of a mean over a batch",
  given: {
    seed,
    likelihood,
    form: fc.constantFrom<{ config: Record<string, unknown>; draws: number }>(
      { config: {}, draws: 1 },
      { config: {}, draws: 3 },
      { config: { freeBits: 0.5 }, draws: 1 },
      { config: { objective: "importance" }, draws: 4 },
    ),
    repeat: fc.integer({ min: 2, max: 4 }),
  },
  kills: ["summed-reconstruction", "free-bits-summed-over-the-batch"],
  cases: 12,
  holds: async ({ seed, likelihood, form, repeat }) => {
    const config = { likelihood, ...form.config };
    const once = await lossOf({ seed, config, draws: form.draws });
    const often = await lossOf({ seed, config, draws: form.draws, repeat });
    once.forEach((v, i) => close(often[i], v, 64 * 2 ** -24 * (1 + Math.abs(v)) * 4, `term ${i}`));
  },
});

law("the importance-weighted loss of one draw is −(log p(x|z) + log p(z) − log q(z|x))", {
  source: "Burda et al. 2016, eq. 8 at K = 1",
  given: { seed },
  cases: 6,
  holds: async ({ seed }) => {
    const one = await lossOf({ seed, config: { objective: "importance" } });
    // With the noise known: log p(z) − log q = ½ Σ(ε² + ln σ² − z²).
    const [ratio] = await values(() => {
      const setting = settingOf({});
      const done = pass(parameters(seed), {
        x_BHWC: squares(B, sample16, seed % 1000),
        noise_BKZ: noiseOf(seed, 1),
      }, setting);
      const { logVariance_BZ } = done.posterior;
      const all = tf.sub(
        tf.add(tf.square(done.draws.noise_BKZ), tf.expandDims(logVariance_BZ, 1)),
        tf.square(done.draws.z_BKZ),
      );
      return tf.div(tf.sum(all), 2 * B);
    });
    close(one[0], one[2] - ratio, 32 * 2 ** -24 * Math.abs(one[0]) + 1e-4, "loss");
  },
});

law("free bits stop the gradient of the KL below λ, and leave it above", {
  source: "Kingma et al. 2016, appendix C.8",
  given: { seed },
  kills: ["free-bits-a-picture", "free-bits-ignored"],
  cases: 6,
  holds: async ({ seed }) => {
    const gap = async (freeBits: number) => {
      const free = await lossOf({ seed, config: { freeBits } });
      return free[0] - free[2];
    };
    const kl = (await lossOf({ seed }))[3];
    const tolerance = 1e-3 * (1 + kl);
    // λ far above every dimension's KL: the penalty is the constant λ·Z.
    close(await gap(1000), 1000 * latent, 4000 * 2 ** -20, "penalty when all is free");
    // λ far below: it is the KL.
    close(await gap(1e-9), kl, tolerance, "penalty when nothing is");
  },
});

Deno.test("the optimal σ is the root mean square error, and no other scores the batch better", async () => {
  const scaleOf = (scale: number | "optimal") =>
    values(() => {
      const setting = settingOf({ likelihood: "gaussian", scale });
      const done = pass(parameters(5), {
        x_BHWC: squares(B),
        noise_BKZ: noiseOf(5, 1),
      }, setting);
      return tf.stack([done.logScale, terms(done, { beta: 1, setting }).loss]);
    });
  const [logScale, best] = await scaleOf("optimal");
  const sigma = Math.exp(logScale);
  for (const factor of [0.9, 1.1]) {
    const [, other] = await scaleOf(sigma * factor);
    if (!(other > best)) throw new Error(`loss ${other} at σ·${factor}, ${best} at σ`);
  }
  close((await scaleOf(sigma))[1], best, 1e-2, "the same σ given as a number");
});

Deno.test("the β-TC loss at β = 1 is the ELBO's with a one-draw KL", async () => {
  const [difference] = await values(() => {
    const setting = settingOf({ objective: "total-correlation" });
    const inputs = { x_BHWC: squares(B), noise_BKZ: noiseOf(3, 1) };
    const done = pass(parameters(3), inputs, setting);
    const t = terms(done, { beta: 1, setting });
    const { logVariance_BZ } = done.posterior;
    const ratio = tf.sub(
      tf.square(done.draws.z_BKZ),
      tf.add(tf.square(done.draws.noise_BKZ), tf.expandDims(logVariance_BZ, 1)),
    );
    const kl = tf.div(tf.sum(ratio), 2 * B);
    return tf.reshape(tf.sub(t.loss, tf.add(t.reconstruction, kl)), [1]);
  });
  close(difference, 0, 1e-2);
});

Deno.test("the posterior's spread is finite and kept within its bound, whatever the network says", async () => {
  const { boundLogVariance } = await import("../../../src/families/vae/model.ts");
  for (const raw of [-1e30, -1e3, 0, 1e-3, 1e3, 1e30]) {
    const v = await value(() => boundLogVariance(tf.tensor2d([[raw]])));
    if (!(Math.abs(v) <= 10)) throw new Error(`ln σ² ${v} from ${raw}`);
    if (Math.abs(raw) < 0.01) close(v, raw, 1e-5, "near zero it is the identity");
  }
});
