/**
 * DCGAN's two networks: strided convolutions down, convolutions and doublings up, each inner layer
 * normalised over the batch. Radford et al. 2016 (arXiv:1511.06434), section 3.
 *
 * What comes before a normalisation has no bias: that of the generator's first layer, a number for
 * each place and channel, would outlive the normalisation and draw one picture whatever z is.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { crop, depthToSpace, type Stage } from "../../../backbones/mod.ts";
import type { Grid } from "../../../kinds/mod.ts";
import { fold, type Key } from "../../../random/mod.ts";
import {
  batchMoments,
  batchNorm,
  type Conv,
  conv,
  detached,
  initConv,
  initLinear,
  initNorm,
  leakyRelu,
  type Moments,
  type Norm,
  relu,
} from "../../../nn/mod.ts";
import { initUp, up } from "./layers.ts";

/**
 * What the normalised layers of a network go by: moments that were kept, a layer each, or the
 * batch's own, which are added to `seen`. Absent: the batch's own, unreported.
 */
export type Batchwise = { readonly kept: readonly Moments[] } | { readonly seen: Moments[] };

/** A convolution without bias and the normalisation after it. */
type Inner = { readonly weight: tf.Tensor4D; readonly norm: Norm };

/** The discriminator's body. */
export type DcganDiscriminator = { readonly stem: Conv; readonly inner: readonly Inner[] };

/** The generator's body. */
export type DcganGenerator = {
  readonly stem: { readonly weight: tf.Tensor2D; readonly norm: Norm };
  readonly rise: readonly Inner[];
  readonly head: Conv;
};

function normalised(
  p: Norm,
  x_BHWC: tf.Tensor4D,
  by: Batchwise | undefined,
  layer: number,
): tf.Tensor4D {
  if (by !== undefined && "kept" in by) return batchNorm(p, x_BHWC, by.kept[layer]);
  if (by !== undefined) by.seen[layer] = batchMoments(detached(x_BHWC));
  return batchNorm(p, x_BHWC);
}

function initInner({ weight }: Conv, channels: number): Inner {
  return { weight, norm: initNorm(channels) };
}

/** Fresh parameters of the discriminator's body, for pictures of so many channels. */
export function initDcganDiscriminator(
  key: Key,
  { channels, stages }: { channels: number; stages: readonly Stage[] },
): DcganDiscriminator {
  return {
    stem: initConv(fold(key, "stem"), { in: channels, out: stages[0].channels, kernel: 4 }),
    inner: stages.slice(1).map((stage, i) =>
      initInner(
        initConv(fold(key, `conv ${i}`), {
          in: stages[i].channels,
          out: stage.channels,
          kernel: 4,
        }),
        stage.channels,
      )
    ),
  };
}

/** Features [B, H, W, C] at the smallest stage. */
export function dcganFeatures(
  { stem, inner }: DcganDiscriminator,
  x_BHWC: tf.Tensor4D,
  by?: Batchwise,
): tf.Tensor4D {
  let h_BHWC = leakyRelu(conv(stem, x_BHWC, { stride: 2 }));
  inner.forEach(({ weight, norm }, i) => {
    h_BHWC = leakyRelu(normalised(norm, tf.conv2d(h_BHWC, weight, 2, "same"), by, i));
  });
  return h_BHWC;
}

/** Fresh parameters of the generator's body, from the smallest stage up. */
export function initDcganGenerator(
  key: Key,
  { input, stages, head }: { input: number; stages: readonly Stage[]; head: Conv },
): DcganGenerator {
  const [{ height, width, channels }] = stages;
  const { weight } = initLinear(fold(key, "stem"), { in: input, out: height * width * channels });
  return {
    stem: { weight, norm: initNorm(channels) },
    rise: stages.slice(1).map((stage, i) =>
      initInner(
        initUp(fold(key, `up ${i}`), { in: stages[i].channels, out: stage.channels, kernel: 3 }),
        stage.channels,
      )
    ),
    head,
  };
}

/** Pictures in (−1, 1) of inputs [B, I]. */
export function dcganPictures(
  { stem, rise, head }: DcganGenerator,
  { input_BI, by }: { input_BI: tf.Tensor2D; by?: Batchwise },
  { stages, sample }: { stages: readonly Stage[]; sample: Grid },
): tf.Tensor4D {
  const [{ height, width, channels }] = stages;
  const first_BHWC = tf.reshape(tf.matMul(input_BI, stem.weight), [-1, height, width, channels]);
  let h_BHWC = relu(normalised(stem.norm, first_BHWC as tf.Tensor4D, by, 0));
  rise.forEach(({ weight, norm }, i) => {
    const risen = depthToSpace(tf.conv2d(h_BHWC, weight, 1, "same"));
    h_BHWC = relu(normalised(norm, crop(risen, stages[i + 1]), by, i + 1));
  });
  return tf.tanh(crop(up(head, h_BHWC), sample));
}

function initMoments({ gain }: Norm): Moments {
  return { mean: tf.zerosLike(gain), variance: tf.onesLike(gain) };
}

/** Moments of the discriminator's layers before any batch. */
export function discriminatorMoments({ inner }: DcganDiscriminator): Moments[] {
  return inner.map(({ norm }) => initMoments(norm));
}

/** Moments of the generator's layers before any batch. */
export function generatorMoments({ stem, rise }: DcganGenerator): Moments[] {
  return [stem, ...rise].map(({ norm }) => initMoments(norm));
}
