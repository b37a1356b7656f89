/**
 * A generator in the manner of StyleGAN2: a mapping network turns z into a style w, which scales the
 * channels that enter each convolution; its outputs are scaled back to unit variance, and every
 * resolution adds to the picture. Karras et al. 2020 (arXiv:1912.04958), sections 2 and 4.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { crop, depthToSpace, type Stage } from "../../../backbones/mod.ts";
import type { Grid } from "../../../kinds/mod.ts";
import { fold, type Key, normal } from "../../../random/mod.ts";
import {
  addBias,
  type Conv,
  initConv,
  initLinear,
  leakyRelu,
  type Linear,
  linear,
  upsample2,
} from "../../../nn/mod.ts";
import { initUp } from "./layers.ts";

/** A modulated convolution: its style's map, and the strength of the noise beside it. */
export type StyleConv = {
  readonly conv: Conv;
  readonly affine: Linear;
  readonly strength?: tf.Scalar;
};

/** A generator's parameters, from the smallest stage up. */
export type Style = {
  readonly mapping: readonly Linear[];
  /** What the smallest stage starts from: [1, h, w, C]. */
  readonly constant: tf.Tensor4D;
  readonly convs: readonly StyleConv[];
  readonly rise: readonly StyleConv[];
  /** To the picture at twice the stage's size. */
  readonly pictures: readonly StyleConv[];
};

/** Standard normals for a purpose: [B or 1, height, width, channels]. */
export type Noise = (name: string, size: Stage) => tf.Tensor4D;

/** Layers of the mapping network. */
const MAPPING_DEPTH = 2;
/** Times He's, of each resolution's share of the picture. */
const PICTURE_SCALE = Math.SQRT1_2 / 5;
const EPSILON = 1e-8;

/** What fixes the shapes. */
interface StyleOptions {
  readonly stages: readonly Stage[];
  readonly sample: Grid;
}

/** Fresh parameters for inputs of length `input`. */
export function initStyle(
  key: Key,
  { input, stages, sample, noise }: StyleOptions & { input: number; noise: boolean },
): Style {
  const [first] = stages;
  const width = first.channels;
  const modulated = (name: string, channels: number, conv: Conv): StyleConv => ({
    conv,
    affine: initLinear(fold(key, `${name} affine`), {
      in: width,
      out: channels,
      scale: Math.SQRT1_2,
    }),
  });
  const rising = (name: string, size: { in: number; out: number; scale?: number }) =>
    modulated(name, size.in, initUp(fold(key, name), { ...size, kernel: 1 }));
  return {
    mapping: Array.from(
      { length: MAPPING_DEPTH },
      (_, i) => initLinear(fold(key, `mapping ${i}`), { in: i === 0 ? input : width, out: width }),
    ),
    constant: normal(fold(key, "constant"), [1, first.height, first.width, width]) as tf.Tensor4D,
    convs: stages.map(({ channels }, i) => ({
      ...modulated(
        `conv ${i}`,
        channels,
        initConv(fold(key, `conv ${i}`), { in: channels, out: channels }),
      ),
      ...(noise ? { strength: tf.scalar(0) } : {}),
    })),
    rise: stages.slice(1).map(({ channels }, i) =>
      rising(`rise ${i}`, { in: stages[i].channels, out: channels })
    ),
    pictures: stages.map(({ channels }, i) =>
      rising(`picture ${i}`, { in: channels, out: sample.channels, scale: PICTURE_SCALE })
    ),
  };
}

/** w from [z, labels]: the input at unit mean square, then a perceptron. */
export function mapStyle(mapping: readonly Linear[], input_BI: tf.Tensor2D): tf.Tensor2D {
  const size = tf.add(tf.mean(tf.square(input_BI), 1, true), EPSILON);
  let w_BW = tf.mul(input_BI, tf.rsqrt(size)) as tf.Tensor2D;
  for (const layer of mapping) w_BW = leakyRelu(linear(layer, w_BW));
  return w_BW;
}

/**
 * A convolution whose weight W_kio picture b sees as s_bi W_kio / √Σ_ki (s_bi W_kio)²: the style
 * scales what goes in and the norm what comes out, so that one convolution serves the batch. Eq. 1
 * and 3.
 * @param options.demodulate whether to divide by the norm; not on the way to the picture
 */
export function modulatedConv(
  p: Pick<StyleConv, "conv">,
  { x_BHWC, scale_BI }: { x_BHWC: tf.Tensor4D; scale_BI: tf.Tensor2D },
  { demodulate }: { demodulate: boolean },
): tf.Tensor4D {
  const { weight, bias } = p.conv;
  const channel = (t_BC: tf.Tensor) => tf.reshape(t_BC, [-1, 1, 1, t_BC.shape[1]!]);
  const y_BHWC = tf.conv2d(tf.mul(x_BHWC, channel(scale_BI)) as tf.Tensor4D, weight, 1, "same");
  if (!demodulate) return addBias(y_BHWC, bias);
  const power_IO = tf.sum(tf.square(weight), [0, 1]) as tf.Tensor2D;
  const norm_BO = tf.rsqrt(tf.add(tf.matMul(tf.square(scale_BI), power_IO), EPSILON));
  return addBias(tf.mul(y_BHWC, channel(norm_BO)) as tf.Tensor4D, bias);
}

/** Pictures from styles' inputs [B, I]. */
export function style(
  p: Style,
  { input_BI, noise }: { input_BI: tf.Tensor2D; noise: Noise },
  { stages, sample }: StyleOptions,
): tf.Tensor4D {
  const w_BW = mapStyle(p.mapping, input_BI);
  const modulate = (one: StyleConv, x_BHWC: tf.Tensor4D, demodulate = true) => {
    const scale_BI = tf.add(linear(one.affine, w_BW), 1) as tf.Tensor2D;
    return modulatedConv(one, { x_BHWC, scale_BI }, { demodulate });
  };
  const B = input_BI.shape[0];
  let h_BHWC = tf.mul(p.constant, tf.ones([B, 1, 1, 1])) as tf.Tensor4D;
  let picture: tf.Tensor4D | undefined;
  stages.forEach((stage, i) => {
    if (i > 0) h_BHWC = crop(depthToSpace(modulate(p.rise[i - 1], h_BHWC)), stage);
    h_BHWC = modulate(p.convs[i], h_BHWC);
    const { strength } = p.convs[i];
    if (strength !== undefined) {
      const drawn = noise(`conv ${i}`, { ...stage, channels: 1 });
      h_BHWC = tf.add(h_BHWC, tf.mul(strength, drawn));
    }
    h_BHWC = tf.mul(leakyRelu(h_BHWC), Math.SQRT2);
    const own = depthToSpace(modulate(p.pictures[i], h_BHWC, false));
    picture = picture === undefined
      ? own
      : tf.add(crop(upsample2(picture), { height: own.shape[1], width: own.shape[2] }), own);
  });
  return crop(picture!, sample);
}
