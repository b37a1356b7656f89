/**
 * `lite0`: EfficientNet-Lite0's 1280 pooled features of a blurred picture at 96×96.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine/mod.ts";
import type { Extractor } from "../extractor.ts";
import { networkExtractor } from "../network/network.ts";
import { even } from "../prepare/prepare.ts";
import { loadWeights } from "../weights/weights.ts";

/** First block and repeats of each stage with its first stride; kernels and widths are the weights'. */
const stages: readonly (readonly [repeats: number, stride: 1 | 2])[] = [
  [1, 1],
  [2, 2],
  [2, 2],
  [3, 2],
  [3, 1],
  [4, 2],
  [1, 1],
];
const strides = stages.flatMap(([repeats, stride]) =>
  Array.from({ length: repeats }, (_, i) => i === 0 ? stride : 1 as const)
);

interface Conv {
  readonly weight: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/** Tan & Le 2019 without squeeze-and-excitation, ReLU6 throughout. @returns [B, 1280] */
function forward(weights: Readonly<Record<string, tf.Tensor>>, x_BHWC: tf.Tensor4D): tf.Tensor2D {
  const part = (name: string): Conv | null =>
    `${name}/weight` in weights
      ? {
        weight: weights[`${name}/weight`] as tf.Tensor4D,
        bias: weights[`${name}/bias`] as tf.Tensor1D,
      }
      : null;
  const conv = (x: tf.Tensor4D, { weight, bias }: Conv, strides: 1 | 2, relu6 = true) =>
    tf.fused.conv2d({
      x,
      filter: weight,
      strides,
      pad: "same",
      bias,
      activation: relu6 ? "relu6" : "linear",
    });
  let h = conv(x_BHWC, part("stem")!, 2);
  strides.forEach((stride, i) => {
    const expand = part(`blocks/${i}/expand`), depthwise = part(`blocks/${i}/depthwise`)!;
    const inner = expand ? conv(h, expand, 1) : h;
    const mixed = tf.fused.depthwiseConv2d({
      x: inner,
      filter: depthwise.weight,
      strides: stride,
      pad: "same",
      bias: depthwise.bias,
      activation: "relu6",
    });
    const out = conv(mixed, part(`blocks/${i}/project`)!, 1, false);
    h = stride === 1 && out.shape[3] === h.shape[3] ? tf.add(h, out) : out;
  });
  return tf.mean(conv(h, part("head")!, 1), [1, 2]);
}

/**
 * Opens `lite0` on an engine. Pictures of any size: a Gaussian blur of σ 0.7 pixels at 32 pixels a
 * side (in proportion elsewhere), so that texture no eye sees does not decide, then cubic to 96×96.
 */
export async function openLite0(engine: Engine, { batch }: { batch: number }): Promise<Extractor> {
  const { tensors, digest } = await loadWeights(engine, "lite0/lite0.safetensors");
  return networkExtractor({
    engine,
    name: "lite0",
    digest,
    weights: tensors,
    forward: (weights, x_BHWC) => ({ features: forward(weights, x_BHWC) }),
    input: { side: 96, resize: "blurred", ...even(127, 128) },
    batch,
    dimension: 1280,
  });
}
