/**
 * Gradients of conv2d as forward convolutions: the wasm backend has no filter gradient, and its
 * input gradient takes many times a forward's time.
 *
 * With y = x ∗ w (cross-correlation, stride s, dilation 1, x padded by p at the top left):
 * - input:  dx = (dy spread to stride 1) ∗ (w reversed in space, in and out exchanged);
 * - filter: dw = (padded x, batch and channel exchanged) ∗ (dy spread to stride 1, as a filter).
 * 1×1 kernels are matrix products. y is bilinear in x and w, so each gradient's gradients are again
 * these three: any order of derivative works.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { KernelCall, TensorInfo } from "./heap.ts";
import { composed, replaceKernel } from "./registry.ts";

interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number | number[][];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly dataFormat?: string;
}

type Shape4 = [number, number, number, number];

/** Sizes of a convolution: everything the gradients need. */
function geometry(inputShape: number[], filterShape: number[], attrs: ConvAttributes) {
  if (attrs.dataFormat !== undefined && attrs.dataFormat !== "NHWC") {
    throw new Error(`conv2d gradients need NHWC, not ${attrs.dataFormat}`);
  }
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    attrs.strides,
    1,
    attrs.pad as "same",
    attrs.dimRoundingMode,
    false,
    "channelsLast",
  );
}

/** Puts s − 1 zeros after every row and column but the last. */
function spread(dy_BHWC: tf.Tensor4D, sh: number, sw: number): tf.Tensor4D {
  let y = dy_BHWC;
  if (sw > 1) {
    const [b, h, w, c] = y.shape;
    const wide = tf.pad(tf.reshape(y, [b * h, w, c]), [[0, 0], [0, 0], [0, (sw - 1) * c]]);
    y = tf.slice4d(tf.reshape(wide, [b, h, w * sw, c]), [0, 0, 0, 0], [
      b,
      h,
      (w - 1) * sw + 1,
      c,
    ]);
  }
  if (sh > 1) {
    const [b, h, w, c] = y.shape;
    const tall = tf.pad(tf.reshape(y, [b, h, w * c]), [[0, 0], [0, 0], [0, (sh - 1) * w * c]]);
    y = tf.slice4d(tf.reshape(tall, [b, h * sh, w, c]), [0, 0, 0, 0], [
      b,
      (h - 1) * sh + 1,
      w,
      c,
    ]);
  }
  return y;
}

/** Pads (or, where negative, crops) rows and columns. */
function frame(
  x: tf.Tensor4D,
  rows: readonly [number, number],
  columns: readonly [number, number],
): tf.Tensor4D {
  const [b, h, w, c] = x.shape;
  const crop = (n: number) => Math.max(0, -n);
  const fill = (n: number) => Math.max(0, n);
  let y = x;
  if (rows.some((n) => n < 0) || columns.some((n) => n < 0)) {
    y = tf.slice(y, [0, crop(rows[0]), crop(columns[0]), 0], [
      b,
      h - crop(rows[0]) - crop(rows[1]),
      w - crop(columns[0]) - crop(columns[1]),
      c,
    ]);
  }
  if (rows.some((n) => n > 0) || columns.some((n) => n > 0)) {
    y = tf.pad(y, [
      [0, 0],
      rows.map(fill) as [number, number],
      columns.map(fill) as [
        number,
        number,
      ],
      [0, 0],
    ]);
  }
  return y;
}

/** dx of conv2d(x, filter), from dy. */
function inputGradient(
  dy_BHWC: tf.Tensor4D,
  filter: tf.Tensor4D,
  { inputShape, attrs }: { inputShape: number[]; attrs: ConvAttributes },
): tf.Tensor4D {
  const g = geometry(inputShape, filter.shape, attrs);
  const [kh, kw] = filter.shape;
  if (kh === 1 && kw === 1 && g.strideHeight === 1 && g.strideWidth === 1) {
    const dx = tf.matMul(
      tf.reshape(dy_BHWC, [-1, g.outChannels]),
      tf.reshape(filter, [g.inChannels, g.outChannels]),
      false,
      true,
    );
    return tf.reshape(dx, g.inShape);
  }
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  const top = kh - 1 - g.padInfo.top;
  const left = kw - 1 - g.padInfo.left;
  const bottom = g.inHeight + kh - 1 - ((g.outHeight - 1) * g.strideHeight + 1) - top;
  const right = g.inWidth + kw - 1 - ((g.outWidth - 1) * g.strideWidth + 1) - left;
  const dy = spread(dy_BHWC, g.strideHeight, g.strideWidth);
  // The convolution's own "same" padding costs nothing; any other is put on first.
  const same = kh % 2 === 1 && kw % 2 === 1 && top === bottom && left === right &&
    top === (kh - 1) / 2 && left === (kw - 1) / 2;
  return same
    ? tf.conv2d(dy, turned as tf.Tensor4D, 1, "same")
    : tf.conv2d(frame(dy, [top, bottom], [left, right]), turned as tf.Tensor4D, 1, "valid");
}

/** dw of conv2d(x, w), from dy. */
function filterGradient(
  x_BHWC: tf.Tensor4D,
  dy_BHWC: tf.Tensor4D,
  { filterShape, attrs }: { filterShape: number[]; attrs: ConvAttributes },
): tf.Tensor4D {
  const g = geometry(x_BHWC.shape, filterShape, attrs);
  const [kh, kw] = filterShape;
  if (kh === 1 && kw === 1 && g.strideHeight === 1 && g.strideWidth === 1) {
    const dw = tf.matMul(
      tf.reshape(x_BHWC, [-1, g.inChannels]),
      tf.reshape(dy_BHWC, [-1, g.outChannels]),
      true,
      false,
    );
    return tf.reshape(dw, filterShape as Shape4);
  }
  const reachedRows = (g.outHeight - 1) * g.strideHeight + kh;
  const reachedColumns = (g.outWidth - 1) * g.strideWidth + kw;
  const { top, left } = g.padInfo;
  const x_CHWB = tf.transpose(x_BHWC, [3, 1, 2, 0]) as tf.Tensor4D;
  const framed = frame(
    x_CHWB,
    [top, reachedRows - g.inHeight - top],
    [left, reachedColumns - g.inWidth - left],
  );
  const dy_HWBO = tf.transpose(spread(dy_BHWC, g.strideHeight, g.strideWidth), [1, 2, 0, 3]);
  const dw_CHWO = tf.conv2d(framed, dy_HWBO as tf.Tensor4D, 1, "valid");
  return tf.transpose(dw_CHWO, [1, 2, 0, 3]) as tf.Tensor4D;
}

type InputGradientCall = KernelCall<
  { dy: TensorInfo; filter: TensorInfo },
  ConvAttributes & { inputShape: number[] }
>;
type FilterGradientCall = KernelCall<
  { x: TensorInfo; dy: TensorInfo },
  ConvAttributes & { filterShape: number[] }
>;

/** Replaces the two gradient kernels and registers the gradient that tfjs lacks. */
export function registerConvKernels(): void {
  replaceKernel(
    "Conv2DBackpropInput",
    () => ({ inputs, attrs }: InputGradientCall) =>
      composed(
        [inputs.dy, inputs.filter],
        (dy, filter) =>
          inputGradient(dy as tf.Tensor4D, filter as tf.Tensor4D, {
            inputShape: attrs.inputShape,
            attrs,
          }),
      ),
  );
  replaceKernel(
    "Conv2DBackpropFilter",
    () => ({ inputs, attrs }: FilterGradientCall) =>
      composed(
        [inputs.x, inputs.dy],
        (x, dy) =>
          filterGradient(x as tf.Tensor4D, dy as tf.Tensor4D, {
            filterShape: attrs.filterShape,
            attrs,
          }),
      ),
  );
  tf.registerGradient({
    kernelName: "Conv2DBackpropFilter",
    inputsToSave: ["x", "dy"],
    gradFunc: (ddw, saved, attributes) => {
      const [x, dy] = saved as [tf.Tensor4D, tf.Tensor4D];
      const { strides, pad, dimRoundingMode } = attributes as unknown as ConvAttributes;
      const filter = ddw as tf.Tensor4D;
      return {
        x: () =>
          tf.engine().runKernel("Conv2DBackpropInput", { dy, filter }, {
            strides,
            pad,
            dataFormat: "NHWC",
            dimRoundingMode,
            inputShape: x.shape,
          } as unknown as tf.NamedAttrMap) as tf.Tensor,
        dy: () => tf.conv2d(x, filter, strides, pad as "same", "NHWC", 1, dimRoundingMode),
      };
    },
  });
}
