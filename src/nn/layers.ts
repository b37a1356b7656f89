/**
 * Layers as pure functions: `init…` makes a parameter tree from a key, the function of the same
 * name applies it. Shapes: B batch, H height, W width, C channels.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Key } from "../random/mod.ts";
import { addBias } from "./broadcast.ts";
import { customOp } from "./custom.ts";
import { heNormal } from "./init.ts";

/** Weight and bias of a linear layer or a convolution. */
export type Affine<W extends tf.Tensor = tf.Tensor> = {
  readonly weight: W;
  readonly bias: tf.Tensor1D;
};

/** Parameters of a convolution: weight [kernel, kernel, in, out], bias [out]. */
export type Conv = Affine<tf.Tensor4D>;
/** Parameters of a linear layer: weight [in, out], bias [out]. */
export type Linear = Affine<tf.Tensor2D>;

/** Sizes of a layer. `scale` multiplies the initial weights; 0 starts the layer at zero. */
export interface LayerSize {
  readonly in: number;
  readonly out: number;
  readonly scale?: number;
}

/** A convolution's parameters: He-normal weights, zero bias. */
export function initConv(key: Key, size: LayerSize & { readonly kernel?: number }): Conv {
  const { in: channels, out, kernel = 3, scale = 1 } = size;
  return {
    weight: heNormal(key, [kernel, kernel, channels, out], scale) as tf.Tensor4D,
    bias: tf.zeros([out]),
  };
}

/**
 * Convolution with bias and "same" padding; stride 2 halves height and width, rounding up.
 * @returns [B, ⌈H/stride⌉, ⌈W/stride⌉, out]
 */
export function conv(
  p: Conv,
  x_BHWC: tf.Tensor4D,
  { stride = 1 }: { readonly stride?: 1 | 2 } = {},
): tf.Tensor4D {
  return addBias(tf.conv2d(x_BHWC, p.weight, stride, "same"), p.bias);
}

/** A linear layer's parameters: He-normal weights, zero bias. */
export function initLinear(key: Key, { in: width, out, scale = 1 }: LayerSize): Linear {
  return { weight: heNormal(key, [width, out], scale) as tf.Tensor2D, bias: tf.zeros([out]) };
}

/** x·weight + bias over the last axis of x, of any rank ≥ 2. */
export function linear<T extends tf.Tensor>(p: Linear, x: T): T {
  const width = x.shape[x.rank - 1];
  const flat = x.rank === 2 ? x as unknown as tf.Tensor2D : tf.reshape(x, [-1, width]);
  const y = addBias(tf.matMul(flat as tf.Tensor2D, p.weight), p.bias);
  return (x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), p.bias.shape[0]])) as T;
}

/** Rows of a table: weight [count, width], standard normal times scale. */
export function initEmbedding(
  key: Key,
  { count, width, scale = 1 }: { count: number; width: number; scale?: number },
): { readonly weight: tf.Tensor2D } {
  // He's √(2/fan in) undone: rows of a table have no fan.
  const weight = heNormal(key, [count, width], scale * Math.sqrt(count / 2)) as tf.Tensor2D;
  return { weight };
}

/** Rows `indices` (int32, any shape) of an embedding: [...indices, width]. */
export function embed(p: { readonly weight: tf.Tensor2D }, indices: tf.Tensor): tf.Tensor {
  return tf.gather(p.weight, indices as tf.Tensor1D);
}

function doubled(x: tf.Tensor): tf.Tensor {
  const [b, h, w, c] = x.shape as [number, number, number, number];
  const pixels = tf.reshape(x, [b * h * w, c]);
  const rows = tf.reshape(tf.concat([pixels, pixels], 1), [b * h, 2 * w * c]);
  return tf.reshape(tf.concat([rows, rows], 1), [b, 2 * h, 2 * w, c]);
}

const double: (x: tf.Tensor) => tf.Tensor = customOp({
  forward: doubled,
  backward: (dy) => [tf.mul(halve(dy), 4)],
  needsInputs: false,
});

const halve: (x: tf.Tensor) => tf.Tensor = customOp({
  forward: (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, "valid"),
  backward: (dy) => [tf.mul(double(dy), 0.25)],
  needsInputs: false,
});

/** Nearest-neighbour upsampling by two: [B, 2H, 2W, C]. Its gradient is 4·avgPool2. */
export function upsample2(x_BHWC: tf.Tensor4D): tf.Tensor4D {
  return double(x_BHWC) as tf.Tensor4D;
}

/**
 * Means over 2×2 windows: [B, H/2, W/2, C]. Its gradient is upsample2 / 4.
 * @throws Error if a side is odd
 */
export function avgPool2(x_BHWC: tf.Tensor4D): tf.Tensor4D {
  const [, h, w] = x_BHWC.shape;
  if (h % 2 !== 0 || w % 2 !== 0) throw new Error(`avgPool2 needs even sides, found ${h}×${w}`);
  return halve(x_BHWC) as tf.Tensor4D;
}
