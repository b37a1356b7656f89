/**
 * The network that removes noise, chosen by the sample: a U-Net or a DiT for what can be convolved,
 * a perceptron for samples of a few numbers. One size setting for all.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../random/mod.ts";
import { type Dit, dit, initDit } from "./dit.ts";
import { initMlp, type Mlp, mlp } from "./mlp.ts";
import type { Grid } from "./plan.ts";
import { timeFeatures } from "./time.ts";
import { initUnet, type Unet, unet } from "./unet.ts";

/** What can be asked for. */
export type BackboneChoice = "auto" | "unet" | "dit";
/** What there is. */
export type Backbone = "unet" | "dit" | "mlp";

/** What fixes the shapes. */
export interface DenoiserOptions {
  readonly sample: Grid;
  readonly backbone: BackboneChoice;
  /** The size knob, a multiple of 8: channels of the U-Net at half resolution. */
  readonly width: number;
  /** Length of a vector that the network is told beside the time; default none. */
  readonly condition?: number;
  /** Radians of the time's fastest sinusoid over a unit of it; default 100. */
  readonly timeScale?: number;
}

/** The parameters of the one that was chosen. */
export type Denoiser = { readonly unet: Unet } | { readonly dit: Dit } | { readonly mlp: Mlp };

/** Sides below this leave nothing to convolve. */
const SMALLEST_SIDE = 8;
/** From this side on a U-Net takes pixels four by four. */
const LARGE_SIDE = 16;
/** Times and log noise levels are smooth over a unit: a hundredth of it is told apart. */
const TIME_SCALE = 100;
/** Sines and cosines of the time that a perceptron is told. */
const TIME_FEATURES = 64;
/** A DiT's stream and a perceptron's layers have this many times the width. */
const BREADTH = 4;
/** Hidden layers of a perceptron. */
const LAYERS = 3;

/** Which network a choice means for such samples. */
export function chooseBackbone(
  { backbone, sample }: Pick<DenoiserOptions, "backbone" | "sample">,
): Backbone {
  if (Math.min(sample.height, sample.width) < SMALLEST_SIDE) return "mlp";
  return backbone === "auto" ? "unet" : backbone;
}

/** One block a resolution, and none below 8×8: what the same time buys in steps is worth more. */
function unetOptions({ sample, width, condition, timeScale = TIME_SCALE }: DenoiserOptions) {
  const common = { sample, condition, blocks: 1, lowest: 8, modulated: true };
  return Math.min(sample.height, sample.width) < LARGE_SIDE
    ? { ...common, patch: 1, width: 2 * width, timeScale } as const
    : { ...common, patch: 2, width, timeScale } as const;
}

function ditOptions({ sample, width, condition, timeScale = TIME_SCALE }: DenoiserOptions) {
  const patch = Math.min(sample.height, sample.width) < LARGE_SIDE ? 1 : 4;
  return { sample, width: BREADTH * width, condition, patch, timeScale };
}

/** Fresh parameters; the output is zero at first. */
export function initDenoiser(key: Key, options: DenoiserOptions): Denoiser {
  const kind = chooseBackbone(options);
  const own = fold(key, kind);
  if (kind === "unet") return { unet: initUnet(own, unetOptions(options)) };
  if (kind === "dit") return { dit: initDit(own, ditOptions(options)) };
  const { sample, width, condition = 0 } = options;
  const numbers = sample.height * sample.width * sample.channels;
  return {
    mlp: initMlp(own, {
      in: numbers,
      out: numbers,
      width: BREADTH * width,
      depth: LAYERS,
      condition: TIME_FEATURES + condition,
    }),
  };
}

/** What a denoiser is given. */
export interface DenoiserInput {
  /** Of order one. */
  readonly x_BHWC: tf.Tensor4D;
  /** Each picture's time or noise level, of order one. */
  readonly time_B: tf.Tensor1D;
  /** [B, condition], where the options have a `condition`. */
  readonly condition_BE?: tf.Tensor2D;
}

/** What the network says of noisy pictures, [B, H, W, C]; what that means is the objective's. */
export function denoiser(
  p: Denoiser,
  { x_BHWC, time_B, condition_BE }: DenoiserInput,
  options: DenoiserOptions,
): tf.Tensor4D {
  if ("unet" in p) return unet(p.unet, x_BHWC, time_B, { ...unetOptions(options), condition_BE });
  if ("dit" in p) return dit(p.dit, x_BHWC, time_B, { ...ditOptions(options), condition_BE });
  const scale = options.timeScale ?? TIME_SCALE;
  const time_BF = timeFeatures(time_B, { width: TIME_FEATURES, scale });
  const told_BF = condition_BE === undefined
    ? time_BF
    : tf.concat([time_BF, condition_BE], 1) as tf.Tensor2D;
  const [B] = x_BHWC.shape;
  return tf.reshape(mlp(p.mlp, tf.reshape(x_BHWC, [B, -1]), told_BF), x_BHWC.shape);
}
