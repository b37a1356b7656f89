/**
 * What a level is told of the level before: residual convolutions over the known pixels, which look
 * in all directions, to a vector for each patch.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Block, block, initBlock } from "../../../backbones/mod.ts";
import { fold, type Key } from "../../../random/mod.ts";
import {
  type Conv,
  conv,
  groupNorm,
  initConv,
  initNorm,
  type Norm,
  silu,
} from "../../../nn/mod.ts";

/** Parameters. */
export type CoarseEncoder = {
  readonly stem: Conv;
  readonly blocks: readonly Block[];
  readonly norm: Norm;
  readonly out: Conv;
};

/** Fresh parameters for pictures of `channels`. */
export function initCoarseEncoder(
  key: Key,
  { channels, width, blocks }: { channels: number; width: number; blocks: number },
): CoarseEncoder {
  return {
    stem: initConv(fold(key, "stem"), { in: channels, out: width }),
    blocks: Array.from({ length: blocks }, (_, i) => initBlock(fold(key, `block ${i}`), width)),
    norm: initNorm(width),
    out: initConv(fold(key, "out"), { in: width, out: width, kernel: 1, scale: Math.SQRT1_2 }),
  };
}

/** Known pixels, centred, [B, h, w, C] to [B, h·w, W]. */
export function encodeCoarse(p: CoarseEncoder, x_BhwC: tf.Tensor4D): tf.Tensor3D {
  const h_BhwW = p.blocks.reduce((h, own) => block(own, h), conv(p.stem, x_BhwC));
  const [B, height, width, W] = h_BhwW.shape;
  return tf.reshape(conv(p.out, silu(groupNorm(p.norm, h_BhwW))), [B, height * width, W]);
}
