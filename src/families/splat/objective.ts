/**
 * What an update lowers, (1 − λ)·L1 + λ·(1 − SSIM) and what splats cost, and how far it goes: all that
 * depends on how much of the training is done.
 * @module
 */
import { type Degree, splatRows } from "../../kernels/mod.ts";
import type { SplatStep } from "../../nn/mod.ts";
import { exp, log } from "../../numeric/mod.ts";
import type { Setting } from "./model.ts";

/** Share of the training after which colours get one degree more: 1,000 updates of 30,000. */
const DEGREE_SHARE = 1 / 30;
/** Learning rate of what changes with direction, as a share of that of colours. */
const HIGHER = 1 / 20;

/** The degree of colours that update `number` sees. */
export function degreeAt(number: number, { settled, updates }: Setting): Degree {
  const steps = Math.floor(number / Math.max(1, DEGREE_SHARE * updates));
  return Math.min(settled.degree, steps) as Degree;
}

/** The learning rate of positions at update `number`: it falls geometrically. In the scene's units. */
export function positionRateAt(number: number, { config, scene, updates }: Setting): number {
  const { positionRate, positionDecay } = config;
  return positionRate * scene.extent * exp(log(positionDecay) * number / Math.max(1, updates));
}

/** Learning rates of the rows of numbers of a degree: see `kernels`. */
function ratesAt(number: number, setting: Setting): Float32Array {
  const { sizeRate, rotationRate, opacityRate, colourRate } = setting.config;
  const rates = new Float32Array(splatRows(degreeAt(number, setting)));
  return rates.fill(colourRate * HIGHER)
    .fill(positionRateAt(number, setting), 0, 3)
    .fill(sizeRate, 3, 6)
    .fill(rotationRate, 6, 10)
    .fill(opacityRate, 10, 11)
    .fill(colourRate, 11, 14);
}

/** How update `number` is made, from 0. */
export function stepAt(number: number, setting: Setting): SplatStep {
  const { settled: { opacityCost, sizeCost, noise }, config } = setting;
  return {
    degree: degreeAt(number, setting),
    rates: ratesAt(number, setting),
    structural: config.structural,
    opacityCost,
    scaleCost: sizeCost,
    noise: noise * positionRateAt(number, setting),
  };
}
