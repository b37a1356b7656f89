/**
 * Layers that the networks of a GAN share.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../../../kinds/mod.ts";
import { fold, type Key } from "../../../random/mod.ts";
import {
  depthToSpace,
  planStages,
  SIDES,
  spaceToDepth,
  type Stage,
} from "../../../backbones/mod.ts";
import { type Conv, conv, initConv, leakyRelu } from "../../../nn/mod.ts";

/** What fixes the shapes of both networks. */
export interface Sizes {
  readonly sample: Grid;
  /** The size knob: see `PlanOptions.base`. */
  readonly width: number;
  /** Length of z. */
  readonly latent: number;
}

/** Whether samples are too small to convolve, so that both networks are perceptrons. */
export function isSmall({ height, width }: Grid): boolean {
  return Math.min(height, width) < SIDES.smallest;
}

/** Resolutions from half the pictures' down to 4. */
export function stagesOf({ sample, width }: Pick<Sizes, "sample" | "width">): Stage[] {
  return planStages({ height: sample.height, width: sample.width, base: width });
}

/** A residual block's parameters. */
export type Block = { readonly conv1: Conv; readonly conv2: Conv };

/**
 * A residual block's parameters.
 * @param options.scale of the second convolution: 0 makes a new block the identity, as networks
 * without normalisation want it (Zhang et al. 2019, arXiv:1901.09321)
 */
export function initBlock(
  key: Key,
  { channels, scale }: { channels: number; scale: number },
): Block {
  const size = { in: channels, out: channels };
  return {
    conv1: initConv(fold(key, "conv1"), size),
    conv2: initConv(fold(key, "conv2"), { ...size, scale }),
  };
}

/** Activation, convolution, twice; added to what came in. */
export function block(p: Block, x_BHWC: tf.Tensor4D): tf.Tensor4D {
  const h_BHWC = conv(p.conv1, leakyRelu(x_BHWC));
  return tf.add(x_BHWC, conv(p.conv2, leakyRelu(h_BHWC)));
}

/** A 2×2 convolution of stride 2, written as a rearrangement and a 1×1 convolution. */
export function initDown(key: Key, size: { in: number; out: number }): Conv {
  return initConv(key, { in: 4 * size.in, out: size.out, kernel: 1 });
}

/** Halves height and width, rounding up. */
export function down(p: Conv, x_BHWC: tf.Tensor4D): tf.Tensor4D {
  return conv(p, spaceToDepth(x_BHWC));
}

/**
 * A convolution to twice the height and width, whose four outputs a place start alike: a new network
 * draws smooth pictures, where independent ones would cover them with a checkerboard that every
 * discriminator sees first. Aitken et al. 2017 (arXiv:1707.02937), section 3.
 */
export function initUp(
  key: Key,
  size: { in: number; out: number; kernel: number; scale?: number },
): Conv {
  const { weight, bias } = initConv(key, size);
  return {
    weight: tf.concat([weight, weight, weight, weight], 3) as tf.Tensor4D,
    bias: tf.concat([bias, bias, bias, bias]) as tf.Tensor1D,
  };
}

/** Doubles height and width. */
export function up(p: Conv, x_BHWC: tf.Tensor4D): tf.Tensor4D {
  return depthToSpace(conv(p, x_BHWC));
}
