/**
 * The judge's network: five convolutions to 192 pooled features, and linear heads on them.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../../random/mod.ts";
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
  relu,
} from "../../nn/mod.ts";

/** Side of the pictures that it sees. */
export const judgeSide = 32;

/** Width of the pooled features. */
export const judgeWidth = 192;

/**
 * 3×3 convolutions in order, after 2×2 pixels have become the channels of one: no detail is thrown
 * away (a mouth is three pixels wide), and nothing runs at full resolution. 0.42 M weights, 12 M
 * multiply-adds a picture.
 */
const layers: readonly { readonly in: number; readonly out: number; readonly stride: 1 | 2 }[] = [
  { in: 12, out: 48, stride: 1 },
  { in: 48, out: 64, stride: 2 },
  { in: 64, out: 96, stride: 1 },
  { in: 96, out: 128, stride: 2 },
  { in: 128, out: judgeWidth, stride: 1 },
];

/** 2×2 pixels as channels. Shi et al. 2016, the inverse of their eq. 4. @returns [B, H/2, W/2, 4C] */
function patches(x_BHWC: tf.Tensor4D): tf.Tensor4D {
  const [b, h, w, c] = x_BHWC.shape;
  const cut = tf.reshape(x_BHWC, [b * h / 2, 2, w / 2, 2 * c]);
  return tf.reshape(tf.transpose(cut, [0, 2, 1, 3]), [b, h / 2, w / 2, 4 * c]);
}

/** What the heads answer: classes a factor, numbers, and colours of a 4×4 grid. */
export interface JudgeHeads {
  readonly classes: Readonly<Record<string, number>>;
  readonly numbers: number;
  readonly layout: number;
}

/** Parameters. */
export type JudgeParams = {
  readonly body: readonly { readonly conv: Conv; readonly norm: Norm }[];
  readonly classes: Readonly<Record<string, Linear>>;
  readonly numbers: Linear;
  readonly layout: Linear;
};

/** Fresh parameters; heads start at zero. */
export function initJudge(key: Key, heads: JudgeHeads): JudgeParams {
  const head = (name: string, out: number): Linear =>
    initLinear(fold(key, name), { in: judgeWidth, out, scale: 0 });
  return {
    body: layers.map((layer, i) => ({
      conv: initConv(fold(key, i), layer),
      norm: initNorm(layer.out),
    })),
    classes: Object.fromEntries(
      Object.entries(heads.classes).map(([name, count]) => [name, head(name, count)]),
    ),
    numbers: head("numbers", heads.numbers),
    layout: head("layout", heads.layout),
  };
}

/** Pooled features of pictures in [0, 1]. @returns [B, 192] */
export function judgeFeatures(params: JudgeParams, x_BHWC: tf.Tensor4D): tf.Tensor2D {
  let h = patches(tf.mul(tf.sub(x_BHWC, 0.5), 4) as tf.Tensor4D);
  layers.forEach(({ stride }, i) => {
    const { conv: weights, norm } = params.body[i];
    h = relu(groupNorm(norm, conv(weights, h, { stride })));
  });
  return tf.mean(h, [1, 2]);
}

/** The heads' outputs: logits a factor [B, classes], numbers [B, numbers], layout [B, layout]. */
export function judgeAnswers(
  params: Omit<JudgeParams, "body">,
  features_BD: tf.Tensor2D,
): { classes: Record<string, tf.Tensor2D>; numbers: tf.Tensor2D; layout: tf.Tensor2D } {
  return {
    classes: Object.fromEntries(
      Object.entries(params.classes).map(([name, head]) => [name, linear(head, features_BD)]),
    ),
    numbers: linear(params.numbers, features_BD),
    layout: linear(params.layout, features_BD),
  };
}
