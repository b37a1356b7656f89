/**
 * What energies and scores are told, on colour with unequal sides: the same network is asked directly,
 * with inputs and noise computed here in float64.
 */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { encode, type Encoder } from "../../../src/backbones/codec.ts";
import { type Mlp, mlp } from "../../../src/backbones/mlp.ts";
import type { ImageSpec } from "../../../src/kinds/image/image_set.ts";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { config as energyConfig, energyModel } from "../../../src/families/energy/mod.ts";
import {
  energy,
  initParameters,
  type Parameters,
  score,
  type Setting,
} from "../../../src/families/energy/model.ts";
import { fold, normal, uniform } from "../../../src/random/key.ts";
import { close, law } from "../../law.ts";
import { key, rows } from "../../families/small.ts";
import { normals, values } from "../../families/on_engine.ts";

const small: ImageSpec = { kind: "image", height: 2, width: 3, channels: 3 };
const large: ImageSpec = { kind: "image", height: 16, width: 18, channels: 3 };
const numbers = ({ height, width, channels }: ImageSpec) => height * width * channels;

function settingOf(form: Record<string, unknown>, sample: ImageSpec): Setting {
  return { config: energyConfig.parse({ width: 8, ...form }), sample };
}

function shaken(setting: Setting, seed: number, size = 0.1): Parameters {
  return mapTree(
    initParameters(key("init", seed), setting) as TensorTree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), size)),
  ) as Parameters;
}

/** What the network makes of vectors, told by the formulas. */
function asked(
  { net }: Parameters,
  v: readonly number[],
  { sigmas, sample }: { sigmas: readonly number[]; sample: ImageSpec },
): tf.Tensor2D {
  const D = numbers(sample);
  const seen = v.map((value, i) => value / Math.hypot(sigmas[Math.floor(i / D)], 0.5));
  if ("layers" in net) {
    const told = sigmas.map((sigma) => {
      const l = Math.log(sigma);
      return [l / 4, ...[0.5, 1, 2].flatMap((w) => [Math.sin(w * l), Math.cos(w * l)])];
    });
    return mlp(net as Mlp, tf.tensor2d(seen, [sigmas.length, D]), tf.tensor2d(told));
  }
  const { height, width, channels } = sample;
  const shape: [number, number, number, number] = [sigmas.length, height, width, channels];
  return encode(net as Encoder, tf.tensor4d(seen.map((value) => 0.5 + value / 2), shape));
}

const near = (found: readonly number[], wanted: readonly number[], what: string) => {
  assertEquals(found.length, wanted.length);
  wanted.forEach((v, i) => close(found[i], v, 1e-4 * (1 + Math.abs(v)), `${what} ${i}`));
};
const seed = fc.integer({ min: 1, max: 1e6 });
const sigma = fc.double({ min: 0.02, max: 1, noNaN: true }).map(Math.fround);
const sigmas = fc.array(sigma, { minLength: 3, maxLength: 3 });

law(
  "a network hears v/√(σ² + ¼), and, if it is a perceptron, ln σ with its waves; what it says is over σ",
  {
    source:
      "Song & Ermon 2020 (arXiv:2006.09011), techniques 3 and 4; Karras et al. 2022, c_in and c_noise",
    given: {
      seed,
      sigmas,
      picture: fc.boolean(),
      objective: fc.constantFrom("denoising", "contrastive"),
    },
    kills: [
      "energy-told-the-noise-itself",
      "energy-hears-unscaled-vectors",
      "energy-pictures-not-from-nought",
    ],
    cases: 16,
    holds: async ({ seed, sigmas, picture, objective }) => {
      const sample = picture ? large : small;
      const v = normals(seed, 3 * numbers(sample));
      const sigma_B1 = () => tf.tensor2d(sigmas, [3, 1]);
      const v_BD = () => tf.tensor2d(v, [3, numbers(sample)]);
      const setting = settingOf({ objective }, sample);
      const raw = await values(() => asked(shaken(setting, seed), v, { sigmas, sample }));
      near(
        await values(() =>
          energy(shaken(setting, seed), v_BD(), { sigma_B1: sigma_B1(), setting })
        ),
        raw.map((e, n) => objective === "contrastive" ? e : e / sigmas[n]),
        "energy",
      );
      if (!picture) {
        const direct = settingOf({ network: "score" }, sample);
        const D = numbers(sample);
        near(
          await values(() =>
            score(shaken(direct, seed), v_BD(), { sigma_B1: sigma_B1(), setting: direct })
          ),
          (await values(() => asked(shaken(direct, seed), v, { sigmas, sample })))
            .map((s, i) => s / sigmas[Math.floor(i / D)]),
          "score",
        );
      }
    },
  },
);

/** A model whose averaged weights are others than the live ones. */
function modelOf(setting: Setting, seed: number) {
  const sample = { kind: "image", ...setting.sample } as ImageSpec;
  const context = { sample, steps: 10, trainSize: 9, batch: 3, factors: [] };
  const model = energyModel.build(setting.config, context);
  const state = () => ({
    ...model.init(key("state")),
    params: shaken(setting, seed + 1),
    ema: shaken(setting, seed),
  });
  return { model, state };
}

law(
  "a Langevin step is told its level's noise, the end and the critic the smallest, by averaged weights",
  {
    source: "Song & Ermon 2019 (arXiv:1907.05600), algorithm 1; Robbins 1956",
    given: { seed, sigma, temperature: fc.constantFrom(1, 2.5) },
    kills: [
      "langevin-told-the-smallest-noise",
      "langevin-of-live-weights",
      "energies-smallest-is-largest",
    ],
    cases: 10,
    holds: async ({ seed, sigma, temperature }) => {
      const setting = settingOf({ network: "score", sigmaMin: 0.05, sigmaMax: 0.9 }, small);
      const { model, state } = modelOf(setting, seed);
      const D = numbers(small), v = normals(seed, 3 * D, 0.4);
      const scored = async (sigma: number) =>
        (await values(() =>
          asked(shaken(setting, seed), v, { sigmas: [sigma, sigma, sigma], sample: small })
        )).map((s) => s / sigma);
      const step = Math.fround(0.2 * sigma ** 2);
      const noise = await values(() =>
        normal(fold(fold(key("walk"), "langevin"), 7), [3, D], { rows_B: rows(3, 5) })
      );
      const moved = await values(() =>
        model.programs.langevin(state(), {
          v_BD: tf.tensor2d(v, [3, D]),
          rows_B: rows(3, 5),
          sigma: tf.scalar(sigma),
          step: tf.scalar(step),
          temperature: tf.scalar(temperature),
          count: tf.scalar(7, "int32"),
        }, key("walk"))[1].v_BD as tf.Tensor
      );
      const slope = await scored(sigma);
      near(
        moved,
        v.map((x, i) => x + step / 2 * slope[i] + Math.sqrt(step * temperature) * noise[i]),
        "moved",
      );
      const last = await scored(0.05);
      const finished = await values(() =>
        model.programs.finish(state(), { v_BD: tf.tensor2d(v, [3, D]) }, key("none"))[1]
          .x_BHWC as tf.Tensor
      );
      finished.forEach((x, i) => {
        const place = 128 * (v[i] + 0.05 ** 2 * last[i] + 1);
        const value = Math.min(255, Math.max(0, place));
        // The bin that it lies in; at an edge float32 may fall to either side.
        if (!(255 * x <= value + 1e-3 && 255 * x >= value - 1 - 1e-3)) {
          throw new Error(`value ${i}: ${255 * x} for ${value}`);
        }
      });
      const critic = settingOf({ sigmaMin: 0.05, sigmaMax: 0.9 }, small);
      const other = modelOf(critic, seed);
      const pixels = normals(seed, 3 * D).map((u) => Math.abs(Math.round(60 * u)) % 256);
      const said = await values(() =>
        other.model.programs.score(other.state(), {
          x_BHWC: tf.tensor4d(pixels.map((k) => k / 255), [3, 2, 3, 3]),
        }, key("none"))[1].logit_B as tf.Tensor
      );
      const middles = pixels.map((k) => (k + 0.5) / 128 - 1);
      const energies = await values(() =>
        asked(shaken(critic, seed), middles, { sigmas: [0.05, 0.05, 0.05], sample: small })
      );
      near(said, energies.map((e) => -e / 0.05), "critic");
    },
  },
);

law(
  "training asks at noises even in their logarithm and learns ε from the answer",
  {
    source: "Vincent 2011, eq. 13; Song & Ermon 2019, eq. 6",
    given: { seed, sigmaMax: fc.constantFrom(0.5, 1) },
    kills: ["energy-noise-even-in-itself"],
    cases: 10,
    holds: async ({ seed, sigmaMax }) => {
      const setting = settingOf({ network: "score", sigmaMin: 0.02, sigmaMax }, small);
      const { model, state } = modelOf(setting, seed);
      const D = numbers(small);
      const pixels = normals(seed, 3 * D).map((u) => Math.abs(Math.round(60 * u)) % 256);
      const step = () => key("step", seed);
      const spread = await values(() =>
        uniform(fold(step(), "dequantisation"), [3, 2, 3, 3], { rows_B: rows(3) })
      );
      const drawn =
        (await values(() => uniform(fold(step(), "sigma"), [3, 1], { rows_B: rows(3) }))).map((u) =>
          Math.exp(Math.log(0.02) + u * Math.log(sigmaMax / 0.02))
        );
      const noise = await values(() => normal(fold(step(), "noise"), [3, D], { rows_B: rows(3) }));
      const noised = pixels.map((k, i) =>
        (k + spread[i]) / 128 - 1 + drawn[Math.floor(i / D)] * noise[i]
      );
      const said = await values(() =>
        asked(shaken(setting, seed + 1), noised, { sigmas: drawn, sample: small })
      );
      // ½‖σs + ε‖², s what the network says over σ.
      const loss = said.reduce((sum, s, i) => sum + (s + noise[i]) ** 2, 0) / 2 / 3;
      const found = await values(() =>
        tf.reshape(
          model.programs.train(state(), {
            x_BHWC: tf.tensor4d(pixels.map((k) => k / 255), [3, 2, 3, 3]),
            rows_B: rows(3),
          }, step())[1].loss as tf.Tensor,
          [1],
        )
      );
      near(found, [loss], "loss");
    },
  },
);
