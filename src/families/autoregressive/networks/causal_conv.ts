/**
 * Convolutions that see only what comes before, as shifted ones: what is padded at one side and cut
 * off at the other needs no masked weights. Salimans et al. 2017 (arXiv:1701.05517), section 2.4.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Key } from "../../../random/mod.ts";
import { addBias, type Conv, heNormal } from "../../../nn/mod.ts";

/**
 * `down` sees rows above, columns at both sides; `right` sees its own row's columns to the left.
 * Mask A keeps a place from itself (`down`: from its row), mask B doesn't: van den Oord et al. 2016
 * (arXiv:1601.06759), section 3.4.
 */
export interface Causality {
  readonly stack: "down" | "right";
  readonly mask: "A" | "B";
}

/** Fresh weights [height, width, in, out]. */
export function initKernel(
  key: Key,
  [height, width]: readonly [number, number],
  size: { in: number; out: number; scale: number },
): Conv {
  return {
    weight: heNormal(key, [height, width, size.in, size.out], size.scale) as tf.Tensor4D,
    bias: tf.zeros([size.out]),
  };
}

/** Convolution of what is padded already. */
export function valid(p: Conv, x_BHWC: tf.Tensor4D): tf.Tensor4D {
  return addBias(tf.conv2d(x_BHWC, p.weight, 1, "valid"), p.bias);
}

/** Columns of zeros at both sides, as many as a kernel reaches beyond its middle. */
export function padSides(p: Conv, x_BHWC: tf.Tensor4D): tf.Tensor4D {
  const side = (p.weight.shape[1] - 1) / 2;
  return tf.pad(x_BHWC, [[0, 0], [0, 0], [side, side], [0, 0]]);
}

/** `count` rows (axis 1) or columns (axis 2) of zeros, then all of x but the last `cut`. */
function shifted(
  x: tf.Tensor4D,
  axis: 1 | 2,
  { count, cut }: { count: number; cut: number },
): tf.Tensor4D {
  const resized = (n: number) =>
    x.shape.map((size, i) => i === axis ? n : size) as tf.Tensor4D["shape"];
  const left = x.shape[axis] - cut;
  const rest = cut === 0 ? x : tf.slice(x, [0, 0, 0, 0], resized(left));
  const zeros = tf.zeros(resized(count)) as tf.Tensor4D;
  return left === 0 ? zeros : tf.concat([zeros, rest], axis);
}

/** A convolution over the last rows or columns, as many as its kernel has: [B, H, W, out]. */
export function causalConv(
  p: Conv,
  x_BHWC: tf.Tensor4D,
  { stack, mask }: Causality,
): tf.Tensor4D {
  const [height, width] = p.weight.shape;
  const cut = mask === "A" ? 1 : 0;
  if (stack === "right") return valid(p, shifted(x_BHWC, 2, { count: width - 1 + cut, cut }));
  return valid(p, padSides(p, shifted(x_BHWC, 1, { count: height - 1 + cut, cut })));
}
