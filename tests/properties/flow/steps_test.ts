import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { assertEquals, assertNotEquals } from "@std/assert";
import { flowOf } from "../../../src/families/flow/model.ts";
import { flowSteps } from "../../../src/families/flow/sample.ts";
import { config } from "../../../src/families/flow/mod.ts";
import { intervalsAt, neighbours } from "../../../src/families/flow/objectives/consistency.ts";
import { meanTarget } from "../../../src/families/flow/objectives/mean_flow.ts";
import { paths } from "../../../src/families/flow/paths.ts";
import { edmLevel } from "../../../src/families/common/denoising/edm.ts";
import { anchored, dataFrom, each } from "../../../src/families/common/denoising/levels.ts";
import { initNetwork, type Network } from "../../../src/families/common/denoising/network.ts";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { initUnet, unet } from "../../../src/backbones/unet.ts";
import { dit, initDit } from "../../../src/backbones/dit.ts";
import { jvp, valueAndGrad } from "../../../src/nn/mod.ts";
import { normal } from "../../../src/random/key.ts";
import { close, law } from "../../law.ts";
import { key, rows, sample16 } from "../../families/small.ts";
import { normals, value, values } from "../../families/on_engine.ts";
import { points } from "../../families/common/denoisers.ts";
import { gaussianFlow, sampleNumber } from "../denoising/gaussian_references.ts";

const seed = fc.integer({ min: 1, max: 1e6 });
const width = 6;
const row = (from: number) => tf.tensor4d(normals(from, width), [1, 1, width, 1]);

law("consistency: f(x, ε) = x exactly, whatever the network says", {
  source: "Song et al. 2023, eq. 5 and appendix C",
  given: { seed, sigmaData: fc.constantFrom(0.3, 0.5, 1), least: fc.constantFrom(0.002, 0.01) },
  kills: ["boundary-at-zero", "boundary-output-left"],
  holds: async ({ seed, sigmaData, least }) => {
    const said = await values(() =>
      dataFrom(anchored(sigmaData, least)(edmLevel(tf.tensor1d([least]))), {
        x_BHWC: row(seed),
        output_BHWC: tf.mul(row(seed + 1), 100),
      })
    );
    assertEquals(said, normals(seed, width));
  },
});

law(
  "consistency: neighbours lie on the grid of that many intervals, around the noise that was drawn",
  {
    source: "Karras et al. 2022, eq. 5; Song & Dhariwal 2023, eq. 7",
    given: {
      logSigma: fc.double({ min: -7, max: 5, noNaN: true }),
      intervals: fc.integer({ min: 2, max: 320 }),
    },
    kills: ["neighbours-not-adjacent", "neighbours-beyond-the-grid"],
    holds: async ({ logSigma, intervals }) => {
      const [sigmaMin, sigmaMax, rho] = [0.002, 80, 7];
      const sigma = Math.fround(Math.exp(logSigma));
      const [near, far] = await values(() => {
        const found = neighbours(tf.tensor1d([sigma]), {
          sigmaMin,
          sigmaMax,
          rho,
          intervals: tf.scalar(intervals),
        });
        return tf.concat([found.near_B, found.far_B]);
      });
      const level = (i: number) =>
        (sigmaMin ** (1 / rho) +
          i / intervals * (sigmaMax ** (1 / rho) - sigmaMin ** (1 / rho))) ** rho;
      const index = Array.from({ length: intervals }, (_, i) => i).findIndex((i) =>
        Math.abs(level(i) / near - 1) < 1e-4
      );
      if (index < 0) throw new Error(`${near} is not on the grid`);
      close(far / level(index + 1), 1, 1e-4, "the farther neighbour");
      const inside = Math.min(Math.max(sigma, sigmaMin), sigmaMax);
      if (!(near <= inside * 1.0001 && inside <= far * 1.0001)) {
        throw new Error(`${sigma} is not between ${near} and ${far}`);
      }
      if (!(near >= Math.fround(sigmaMin))) throw new Error(`${near} is below ${sigmaMin}`);
    },
  },
);

Deno.test("consistency: intervals double at equal distances, from the first number to the last", async () => {
  const at = (step: number) =>
    value(() =>
      intervalsAt(tf.scalar(step, "int32"), { firstIntervals: 10, lastIntervals: 100, steps: 50 })
    );
  const found = await Promise.all([0, 9, 10, 19, 20, 30, 40, 49].map(at));
  assertEquals(found, [10, 10, 20, 20, 40, 80, 100, 100]);
});

/** The average velocity of N(m, s²)'s flow from t back to r, and its velocity at t; two channels. */
function averages(mean: number, deviation: number) {
  const scale = (t: tf.Tensor) =>
    tf.sqrt(tf.add(tf.mul(tf.square(tf.sub(1, t)), deviation ** 2), tf.square(t)));
  const marginal = (x: tf.Tensor, t: tf.Tensor, r: tf.Tensor) =>
    tf.add(
      tf.mul(tf.sub(1, r), mean),
      tf.mul(tf.div(scale(r), scale(t)), tf.sub(x, tf.mul(tf.sub(1, t), mean))),
    );
  return {
    average: (x: tf.Tensor4D, t_B: tf.Tensor1D, r_B: tf.Tensor1D) => {
      const [t, r] = [each(t_B), each(r_B)];
      return tf.div(tf.sub(x, marginal(x, t, r)), tf.sub(t, r)) as tf.Tensor4D;
    },
    velocity: (x: tf.Tensor4D, t_B: tf.Tensor1D) => {
      const t = each(t_B);
      const variance = tf.square(scale(t));
      const slope = tf.div(tf.sub(t, tf.mul(tf.sub(1, t), deviation ** 2)), variance);
      return tf.sub(tf.mul(slope, tf.sub(x, tf.mul(tf.sub(1, t), mean))), mean) as tf.Tensor4D;
    },
  };
}

const gaussian = {
  mean: fc.double({ min: -1, max: 1, noNaN: true }),
  deviation: fc.double({ min: 0.3, max: 1.2, noNaN: true }),
  t: fc.double({ min: 0.5, max: 0.95, noNaN: true }),
  r: fc.double({ min: 0.05, max: 0.4, noNaN: true }),
};

law("MeanFlow: the true average velocity is its own target", {
  source: "Geng et al. 2025, eq. 6 and 10; closed form of the Gaussian's flow",
  given: { seed, ...gaussian },
  kills: ["mean-flow-without-jvp", "mean-flow-jvp-in-time-only", "mean-flow-span-reversed"],
  cases: 40,
  holds: async ({ seed, mean, deviation, t, r }) => {
    const { average, velocity } = averages(mean, deviation);
    const make = () => ({
      x_BHWC: row(seed),
      t_B: tf.tensor1d([t]),
      r_B: tf.tensor1d([r]),
    });
    const own = await values(() => {
      const { x_BHWC, t_B, r_B } = make();
      return average(x_BHWC, t_B, r_B);
    });
    const wanted = await values(() => {
      const inputs = make();
      const v_BHWC = velocity(inputs.x_BHWC, inputs.t_B);
      return meanTarget(({ x_BHWC, t_B, r_B }) => average(x_BHWC, t_B, r_B), {
        ...inputs,
        v_BHWC,
      });
    });
    // A derivative of float32 quotients by t − r.
    own.forEach((u, i) => close(wanted[i], u, 1e-4 * (1 + Math.abs(u)) / (t - r), `u ${i}`));
  },
});

law(
  "MeanFlow: with the true average velocity any number of steps, one too, ends where the flow ends",
  {
    source: "Geng et al. 2025, eq. 12",
    given: { ...gaussian, steps: fc.integer({ min: 1, max: 8 }) },
    kills: ["euler-of-the-wrong-sign"],
    cases: 40,
    holds: ({ mean, deviation, steps }) => {
      const { denoising } = flowOf(config.parse({ form: "mean-flow" }), {
        sample: points,
        factors: [],
        steps: 1,
      });
      const plan = denoising.plan(steps, true);
      const [start, clean] = [plan.steps[0][0].at, paths["optimal-transport"].point(0)];
      const x = 0.7;
      const reached = sampleNumber(x, plan.steps, {
        // D = x − t·u(x, t → r), u = (x − x_r)/(t − r).
        denoise: (x, at, to) =>
          x - at.time * (x - gaussianFlow(x, { mean, deviation, at, to })) / (at.time - to.time),
      });
      close(reached, gaussianFlow(x, { mean, deviation, at: start, to: clean }), 1e-9, "end");
    },
  },
);

const awake = <P>(fresh: P, scale = 0.2): P =>
  mapTree(
    fresh as TensorTree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", path), leaf.shape), scale)),
  ) as P;

Deno.test("a double backward pass is the directional difference, through U-Net and DiT", async () => {
  const options = { sample: sample16, width: 32, patch: 2, lowest: 4, timeScale: 10 } as const;
  const nets = {
    unet: (() => {
      const p = awake(initUnet(key("u"), { ...options, width: 8 }), 0.1);
      return (x: tf.Tensor4D, t: tf.Tensor1D) => unet(p, x, t, options);
    })(),
    dit: (() => {
      const p = awake(initDit(key("d"), { ...options, patch: 4, depth: 2 }), 0.1);
      return (x: tf.Tensor4D, t: tf.Tensor1D) => dit(p, x, t, { timeScale: 10 });
    })(),
  };
  for (const [name, net] of Object.entries(nets)) {
    const inputs = { x: normal<tf.Rank.R4>(key("x"), [2, 16, 16, 3]), t: tf.tensor1d([0.3, 0.7]) };
    const tangents = { x: normal<tf.Rank.R4>(key("v"), [2, 16, 16, 3]), t: tf.tensor1d([1, 1]) };
    const shape = inputs.x.shape;
    const found = await values(() =>
      jvp(({ x, t }: typeof inputs) => net(x, t), { inputs, tangents, shape }).tangent
    );
    const at = (s: number) =>
      net(
        tf.add(inputs.x, tf.mul(tangents.x, s)),
        tf.add(inputs.t, tf.mul(tangents.t, s)),
      );
    const quotient = (h: number) => tf.div(tf.sub(at(h), at(-h)), 2 * h);
    const h = 2 ** -6;
    // Richardson: the error of order h² taken out.
    const wanted = await values(() => tf.div(tf.sub(tf.mul(quotient(h / 2), 4), quotient(h)), 3));
    const size = Math.max(...found.map(Math.abs));
    if (!(size > 0.1)) throw new Error(`${name}: a tangent of at most ${size}`);
    found.forEach((v, i) => close(v, wanted[i], 2e-3 * size, `${name} ${i}`));
  }
});

/** A form that learns on points, with a batch. */
function learning(form: "mean-flow" | "consistency", settings: Record<string, unknown> = {}) {
  const { denoising, learns } = flowOf(config.parse({ form, width: 8, ...settings }), {
    sample: points,
    factors: [],
    steps: 10,
  });
  const B = 8;
  const batch = () => ({
    data_BHWC: normal<tf.Rank.R4>(key("data"), [B, 1, 2, 1]),
    noise_BHWC: normal<tf.Rank.R4>(key("noise"), [B, 1, 2, 1]),
    labels: {},
    rows_B: rows(B),
    key: key("batch"),
    step: tf.scalar(0, "int32"),
  });
  const params = (scale: number) => awake(initNetwork(key("net"), denoising.network), scale);
  return { learns, batch, params };
}

for (const form of ["mean-flow", "consistency"] as const) {
  Deno.test(`${form}: what is learnt from is told by the present weights and held constant`, async () => {
    const { learns, batch, params } = learning(form, form === "mean-flow" ? { averaged: 1 } : {});
    const loss = (present: number, own: number) =>
      value(() => learns(params(present), batch())(params(own)).loss);
    // Another target for the same weights, so it isn't theirs.
    assertNotEquals(await loss(0.2, 0.4), await loss(0.3, 0.4));
    const gradient = (present: number) =>
      values(() => {
        const f = learns(params(present), batch());
        const { grads } = valueAndGrad((p: Network) => ({ loss: f(p).loss }), params(0.4));
        return tf.concat([
          tf.reshape(
            (grads as { denoiser: { mlp: { head: { weight: tf.Tensor } } } })
              .denoiser.mlp.head.weight,
            [-1],
          ),
        ]);
      });
    assertNotEquals(await gradient(0.2), await gradient(0.3));
  });
}

Deno.test("MeanFlow without spans is flow matching, each picture's error divided by itself", async () => {
  const { learns, batch, params } = learning("mean-flow", { averaged: 0 });
  const error = await value(() => learns(params(0.2), batch())(params(0.2)).aux!.error);
  const loss = await value(() => learns(params(0.2), batch())(params(0.2)).loss);
  // Σ e/(e + c) of errors of order one is just below one.
  if (!(loss < 1 && loss > 0.9 && error > 0.1)) throw new Error(`loss ${loss}, error ${error}`);
  const gradient = (scaled: boolean) =>
    values(() => {
      const f = learns(params(0.2), batch());
      const { grads } = valueAndGrad((p: Network) => ({
        loss: scaled ? f(p).loss : f(p).aux!.error as tf.Scalar,
      }), params(0.2));
      return (grads as { denoiser: { mlp: { head: { bias: tf.Tensor } } } }).denoiser.mlp.head.bias;
    });
  // If denominators were differentiated the gradient would nearly vanish.
  const [divided, plain] = [await gradient(true), await gradient(false)];
  const norm = (v: number[]) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
  if (!(norm(divided) > 0.2 * norm(plain) / (error + 1))) {
    throw new Error(`gradients ${divided} and ${plain}`);
  }
});

Deno.test("flow: solvers of a straight flow have their steps where they should", () => {
  const [[first]] = flowSteps(paths["optimal-transport"], "euler", 4);
  // x + h·u with u = (x − D)/t at t = 1, h = −1/4.
  assertEquals([first.state, first.data], [0.75, 0.25]);
});
