/**
 * Every form of denoiser with the noise levels, inputs and readings of its paper, computed in float64,
 * and its network asked directly. Colour pictures with unequal sides.
 */
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import type { Denoising } from "../../../src/families/common/denoising/model.ts";
import {
  initNetwork,
  type Network,
  network,
} from "../../../src/families/common/denoising/network.ts";
import type { Learns } from "../../../src/families/common/denoising/objective.ts";
import { config as diffusionConfig } from "../../../src/families/diffusion/mod.ts";
import { alphaBars } from "../../../src/families/diffusion/noise_schedule.ts";
import { diffusionOf } from "../../../src/families/diffusion/model.ts";
import { config as flowConfig } from "../../../src/families/flow/mod.ts";
import { flowOf } from "../../../src/families/flow/model.ts";
import { normal } from "../../../src/random/key.ts";
import { close } from "../../law.ts";
import { key } from "../../families/small.ts";

const sample = { kind: "image", height: 2, width: 3, channels: 3 } as const;
/** Height, width and channels. */
export const shape = [sample.height, sample.width, sample.channels] as const;
/** Numbers of a picture. */
export const size = 18;
const factors = [
  { name: "age", kind: "number" as const, unit: "y", minimum: 0, maximum: 1 },
  { name: "hue", kind: "class" as const, classes: ["a", "b", "c"] },
  { name: "kind", kind: "class" as const, classes: ["d", "e"] },
];
const condition = ["hue", "kind"];
const steps = 40;

/** A noise level by its formulas. */
export interface Told {
  readonly alpha: number;
  readonly sigma: number;
  /** c_noise: what the network is told of it. */
  readonly told: number;
  /** c_in. */
  readonly scale: number;
}

/** One form of denoiser with a time of its own for each u in [0, 1], and the level there. */
export interface Form {
  readonly of: () => { readonly denoising: Denoising; readonly learns: Learns };
  readonly time: (u: number) => number;
  readonly told: (time: number) => Told;
  /** D of x and what the network says. */
  readonly data: (at: Told, x: number, said: number) => number;
}

/** Standard deviation of the data that preconditioning goes by. */
export const sigmaData = 0.5;
/** √(α²σ_d² + σ²). */
export const norm = ({ alpha, sigma }: { alpha: number; sigma: number }) =>
  Math.hypot(alpha * sigmaData, sigma);
/** Karras et al. 2022, table 1: c_in, c_noise. */
const edmTold = (sigma: number): Told => ({
  alpha: 1,
  sigma,
  told: Math.log(sigma) / 4,
  scale: 1 / Math.hypot(sigmaData, sigma),
});
/** Appendix B.6's c_skip and c_out, on any path. */
const preconditioned = (at: Told, x: number, said: number) =>
  at.alpha * sigmaData ** 2 / norm(at) ** 2 * x + at.sigma * sigmaData / norm(at) * said;
const alphaBar = alphaBars("cosine", 50);
const diffusionForm = (config: Record<string, unknown>) => () =>
  diffusionOf(diffusionConfig.parse({ width: 8, condition, ...config }), {
    space: { grid: sample, bounded: true, picture: (_, x) => x },
    factors,
  });
/** A flow family's denoiser by its config. */
export const flowForm = (config: Record<string, unknown>) => () =>
  flowOf(flowConfig.parse({ width: 8, condition, ...config }), { sample, factors, steps });
const straight = (scale: (at: { alpha: number; sigma: number }) => number) => (t: number): Told => {
  const at = { alpha: 1 - t, sigma: t };
  return { ...at, told: t, scale: scale(at) };
};
/** Song et al. 2021, appendix C: β from 0.1 to 20. */
const preserving = (t: number): Told => {
  const alpha = Math.exp(-0.5 * (0.1 * t + 0.5 * 19.9 * t * t));
  const at = { alpha, sigma: Math.sqrt(1 - alpha * alpha) };
  return { ...at, told: t, scale: 1 / norm(at) };
};

/** All forms by name. */
export const forms: Record<string, Form> = {
  "EDM": {
    of: diffusionForm({}),
    time: (u) => Math.exp(-5 + 9 * u),
    told: edmTold,
    data: preconditioned,
  },
  // The share of the steps, in units of which the network's sinusoids are.
  "DDPM": {
    of: diffusionForm({ form: "ddpm", timesteps: 50 }),
    time: (u) => 1 + Math.floor(49.999 * u),
    told: (t) => ({
      alpha: Math.sqrt(alphaBar[t]),
      sigma: Math.sqrt(1 - alphaBar[t]),
      told: t / 50,
      scale: 1,
    }),
    data: ({ alpha, sigma }, x, said) => alpha * x - sigma * said,
  },
  "flow": {
    of: flowForm({}),
    time: (u) => 0.02 + 0.96 * u,
    told: straight((at) => 1 / norm(at)),
    data: preconditioned,
  },
  "flow of velocities": {
    of: flowForm({ predicts: "velocity" }),
    time: (u) => 0.02 + 0.96 * u,
    told: straight(() => 1),
    data: ({ sigma }, x, said) => x - sigma * said,
  },
  "flow, diffusion path": {
    of: flowForm({ path: "diffusion" }),
    time: (u) => 0.02 + 0.96 * u,
    told: preserving,
    data: preconditioned,
  },
  "MeanFlow": {
    of: flowForm({ form: "mean-flow" }),
    time: (u) => 0.02 + 0.96 * u,
    told: straight(() => 1),
    data: ({ sigma }, x, said) => x - sigma * said,
  },
  "consistency": {
    of: flowForm({ form: "consistency", sigmaMin: 0.002 }),
    time: (u) => Math.exp(-5 + 9 * u),
    told: edmTold,
    // Song et al. 2023, appendix C.
    data: ({ sigma }, x, said) => {
      const above = sigma - 0.002;
      return sigmaData ** 2 / (above ** 2 + sigmaData ** 2) * x +
        sigmaData * above / Math.hypot(sigma, sigmaData) * said;
    },
  },
};

/** A network whose every parameter matters. */
export function shaken({ network: options }: Denoising, of: string): Network {
  return mapTree(
    initNetwork(key("net", of), options) as TensorTree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key(of, path), leaf.shape), 0.2)),
  ) as Network;
}

/** Labels of both conditions. */
export const labelsOf = (hue: number[], kind: number[]) => ({
  hue: tf.tensor1d(hue, "int32"),
  kind: tf.tensor1d(kind, "int32"),
});

/** What a network says of x, one level a picture, told as the papers have it. */
export function said(
  params: Network,
  { x, at, spans, labels }: {
    x: readonly number[];
    at: readonly Told[];
    spans?: readonly number[];
    labels: ReturnType<typeof labelsOf>;
  },
  { network: options }: Denoising,
): tf.Tensor4D {
  const scaled = x.map((v, i) => v * at[Math.floor(i / size)].scale);
  return network(params, {
    x_BHWC: tf.tensor4d(scaled, [at.length, ...shape]),
    told_B: tf.tensor1d(at.map(({ told }) => told)),
    labels,
    ...(options.span ? { span_B: tf.tensor1d([...spans!]) } : {}),
  }, options);
}

/** Forms, places on their paths, seeds. */
export const someTimes = {
  form: fc.constantFrom(...Object.keys(forms)),
  us: fc.array(fc.integer({ min: 30, max: 970 }), { minLength: 3, maxLength: 3 })
    .map((all) => all.map((u) => u / 1000)),
  seed: fc.integer({ min: 1, max: 1e6 }),
};
/** Float32 times, turned by at most 100 radians a unit, through a few layers of order one. */
export const near = (a: readonly number[], b: readonly number[], what: string, scale = 1) =>
  b.forEach((v, i) => close(a[i], v, scale * 2e-3 * (1 + Math.abs(v)), `${what}, value ${i}`));
