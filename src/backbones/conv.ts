/**
 * A convolutional encoder and the decoder that mirrors it, with residual blocks (He et al. 2016)
 * normalised by groups (Wu & He 2018). Pure functions on parameter trees, with one size setting.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../kinds/mod.ts";
import { fold, type Key } from "../random/mod.ts";
import {
  type Conv,
  conv,
  groupNorm,
  initConv,
  initLinear,
  initNorm,
  type Linear,
  linear,
  type Norm,
  silu,
} from "../nn/mod.ts";
import { planStages, type Stage } from "./plan.ts";
import { crop, depthToSpace, spaceToDepth } from "./space.ts";

/** A residual block's parameters. */
export type Block = { readonly norm: Norm; readonly conv1: Conv; readonly conv2: Conv };

/** An encoder's parameters: one entry of `down` a stage but the first, of `blocks` a stage. */
export type Encoder = {
  readonly stem: Conv;
  readonly down: readonly Conv[];
  readonly blocks: readonly Block[];
  readonly norm: Norm;
  readonly head: Linear;
};

/** A decoder's parameters, from the smallest stage up. */
export type Decoder = {
  readonly stem: Linear;
  readonly blocks: readonly Block[];
  readonly up: readonly Conv[];
  readonly head: Conv;
};

/** What fixes the shapes. */
export interface ConvOptions {
  readonly sample: Grid;
  /** The size knob: see `PlanOptions.base`. */
  readonly width: number;
}

function stagesOf({ sample, width }: ConvOptions): Stage[] {
  return planStages({ height: sample.height, width: sample.width, base: width });
}

/**
 * A residual block's parameters. The second convolution starts at zero, so that a new block is the
 * identity (Goyal et al. 2017).
 */
export function initBlock(key: Key, channels: number): Block {
  const size = { in: channels, out: channels };
  return {
    norm: initNorm(channels),
    conv1: initConv(fold(key, "conv1"), size),
    conv2: initConv(fold(key, "conv2"), { ...size, scale: 0 }),
  };
}

/**
 * Normalisation, convolution, SiLU, convolution; added to what came in. One normalisation and one
 * activation a block, as Liu et al. 2022 (arXiv:2201.03545) found enough: on the wasm engine they
 * cost as much as the convolutions. Shape and channels stay as they are.
 */
export function block(p: Block, x_BHWC: tf.Tensor4D): tf.Tensor4D {
  const h_BHWC = silu(conv(p.conv1, groupNorm(p.norm, x_BHWC)));
  return tf.add(x_BHWC, conv(p.conv2, h_BHWC));
}

/** Parameters of an encoder from pictures to vectors of length `out`. */
export function initEncoder(key: Key, { out, ...options }: ConvOptions & { out: number }): Encoder {
  const stages = stagesOf(options);
  const last = stages[stages.length - 1];
  return {
    stem: initConv(fold(key, "stem"), {
      in: 4 * options.sample.channels,
      out: stages[0].channels,
    }),
    // A 2×2 convolution of stride 2, written as a rearrangement and a 1×1 convolution.
    down: stages.slice(1).map((stage, i) =>
      initConv(fold(key, `down ${i}`), {
        in: 4 * stages[i].channels,
        out: stage.channels,
        kernel: 1,
      })
    ),
    blocks: stages.slice(1).map((stage, i) => initBlock(fold(key, `block ${i}`), stage.channels)),
    norm: initNorm(last.channels),
    head: initLinear(fold(key, "head"), {
      in: last.height * last.width * last.channels,
      out,
    }),
  };
}

/** Pictures [B, H, W, C] in [0, 1] to vectors [B, out]. */
export function encode(p: Encoder, x_BHWC: tf.Tensor4D): tf.Tensor2D {
  let h_BHWC = conv(p.stem, spaceToDepth(tf.mul(tf.sub(x_BHWC, 0.5), 4)));
  p.down.forEach((down, i) => {
    h_BHWC = block(p.blocks[i], conv(down, spaceToDepth(silu(h_BHWC))));
  });
  const features = silu(groupNorm(p.norm, h_BHWC));
  return linear(p.head, tf.reshape(features, [x_BHWC.shape[0], -1])) as tf.Tensor2D;
}

/** Parameters of a decoder from codes of length `latent` to pictures. */
export function initDecoder(
  key: Key,
  { latent, ...options }: ConvOptions & { latent: number },
): Decoder {
  const stages = stagesOf(options).reverse();
  const [first] = stages;
  const last = stages[stages.length - 1];
  return {
    stem: initLinear(fold(key, "stem"), {
      in: latent,
      out: first.height * first.width * first.channels,
    }),
    blocks: stages.map((stage, i) => initBlock(fold(key, `block ${i}`), stage.channels)),
    up: stages.slice(1).map((stage, i) =>
      initConv(fold(key, `up ${i}`), {
        in: stages[i].channels,
        out: 4 * stage.channels,
        kernel: 1,
      })
    ),
    head: initConv(fold(key, "head"), {
      in: last.channels,
      out: 4 * options.sample.channels,
      scale: 0,
    }),
  };
}

/** Codes [B, Z] to raw pictures [B, H, W, C], zero at first; what they mean is the likelihood's. */
export function decode(p: Decoder, z_BZ: tf.Tensor2D, options: ConvOptions): tf.Tensor4D {
  const stages = stagesOf(options).reverse();
  const [{ height, width, channels }] = stages;
  let h_BHWC = tf.reshape(linear(p.stem, z_BZ), [-1, height, width, channels]) as tf.Tensor4D;
  h_BHWC = block(p.blocks[0], h_BHWC);
  p.up.forEach((up, i) => {
    h_BHWC = crop(depthToSpace(conv(up, h_BHWC)), stages[i + 1]);
    h_BHWC = block(p.blocks[i + 1], h_BHWC);
  });
  return crop(depthToSpace(conv(p.head, silu(h_BHWC))), options.sample);
}
