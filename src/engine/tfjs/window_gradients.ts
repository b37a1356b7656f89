/**
 * Gradients that tfjs lacks of operations that move numbers or take windows of them: composed of
 * operations with gradients of their own, so that any order of derivative works.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../values.ts";

/** For blocks of 2 y[2h + i, 2w + j, c] = x[h, w, (2i + j)·C + c]; here the way back. */
function registerDepthToSpace(): void {
  tf.registerGradient({
    kernelName: "DepthToSpace",
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attributes) => {
      const { blockSize: block, dataFormat } = attributes as unknown as {
        blockSize: number;
        dataFormat: string;
      };
      if (dataFormat !== "NHWC") throw new Error(`depthToSpace's gradient needs NHWC`);
      const [b, h, w, c] = x.shape as [number, number, number, number];
      return {
        x: () => {
          const apart = tf.reshape(dy as tf.Tensor, [b, h, block, w, c / block]);
          return tf.reshape(tf.transpose(apart, [0, 1, 3, 2, 4]), x.shape);
        },
      };
    },
  });
}

interface SliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** Numbers [outer, n, inner] at places begin, begin + stride, … of `size`, zeros elsewhere. */
function spread(
  x: tf.Tensor3D,
  { begin, stride, size }: { begin: number; stride: number; size: number },
): tf.Tensor3D {
  const [outer, n, inner] = x.shape;
  if (stride < 0) {
    const last = begin + (n - 1) * stride;
    return spread(tf.reverse(x, 1), { begin: last, stride: -stride, size });
  }
  const gaps = tf.pad(tf.reshape(x, [outer, n, 1, inner]), [[0, 0], [0, 0], [0, stride - 1], [
    0,
    0,
  ]]);
  const length = (n - 1) * stride + 1;
  const apart = tf.slice3d(tf.reshape(gaps, [outer, n * stride, inner]), [0, 0, 0], [
    outer,
    length,
    inner,
  ]);
  return tf.pad(apart, [[0, 0], [begin, size - begin - length], [0, 0]]);
}

function registerStridedSlice(): void {
  tf.registerGradient({
    kernelName: "StridedSlice",
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attributes) => {
      const a = attributes as unknown as SliceAttributes;
      // Begin, end and stride of every axis of x, masks and ellipsis resolved.
      const { begin, end, strides } = tf.slice_util.sliceInfo(
        x.shape,
        a.begin,
        a.end,
        a.strides,
        a.beginMask,
        a.endMask,
        a.ellipsisMask,
        a.newAxisMask,
        a.shrinkAxisMask,
      );
      return {
        x: () => {
          const taken = x.shape.map((_, i) => Math.ceil((end[i] - begin[i]) / strides[i]));
          if (taken.some((n) => n <= 0)) return tf.zeros(x.shape);
          // One axis after the other.
          return tf.reshape(
            x.shape.reduce((g, size, axis) => {
              const outer = sizeOf(x.shape.slice(0, axis));
              const inner = sizeOf(taken.slice(axis + 1));
              const rows = tf.reshape(g, [outer, taken[axis], inner]) as tf.Tensor3D;
              return spread(rows, { begin: begin[axis], stride: strides[axis], size });
            }, dy as tf.Tensor),
            x.shape,
          );
        },
      };
    },
  });
}

interface DepthwiseAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number;
  readonly dilations: number | [number, number];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** y is bilinear in x and w, so the gradients of both gradients are these three again. */
function registerDepthwise(): void {
  const kernel = (name: string, inputs: tf.NamedTensorMap, attributes: object) =>
    tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as tf.Tensor;
  const forward = (x: tf.Tensor, w: tf.Tensor, a: DepthwiseAttributes) =>
    tf.depthwiseConv2d(
      x as tf.Tensor4D,
      w as tf.Tensor4D,
      a.strides,
      a.pad,
      "NHWC",
      a.dilations,
      a.dimRoundingMode,
    );
  const settings = (attributes: tf.NamedAttrMap) => {
    const { strides, pad, dilations, dimRoundingMode } =
      attributes as unknown as DepthwiseAttributes;
    return { strides, pad, dilations, dimRoundingMode };
  };
  tf.registerGradient({
    kernelName: "DepthwiseConv2dNativeBackpropFilter",
    inputsToSave: ["x", "dy"],
    gradFunc: (ddw, [x, dy], attributes) => {
      const filter = ddw as tf.Tensor;
      const a = settings(attributes);
      return {
        x: () =>
          kernel("DepthwiseConv2dNativeBackpropInput", { dy, filter }, {
            ...a,
            inputShape: x.shape,
          }),
        dy: () => forward(x, filter, a),
      };
    },
  });
  tf.registerGradient({
    kernelName: "DepthwiseConv2dNativeBackpropInput",
    inputsToSave: ["dy", "filter"],
    gradFunc: (ddx, [dy, filter], attributes) => {
      const x = ddx as tf.Tensor;
      const a = settings(attributes);
      return {
        dy: () => forward(x, filter, a),
        filter: () =>
          kernel("DepthwiseConv2dNativeBackpropFilter", { x, dy }, {
            ...a,
            filterShape: filter.shape,
          }),
      };
    },
  });
}

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** Below every number that a network gives: what pads a window whose largest is sought. */
const LEAST = -3.4e38;

/** Of every window of `taken`, the number where `x` first has its window's largest. */
function atLargest(x: tf.Tensor4D, taken: tf.Tensor4D, a: PoolAttributes): tf.Tensor {
  const g = tf.backend_util.computePool2DInfo(
    x.shape,
    a.filterSize,
    a.strides,
    1,
    a.pad,
    a.dimRoundingMode,
  );
  const edge = (size: number, out: number, stride: number, window: number, before: number) =>
    [before, Math.max(0, (out - 1) * stride + window - before - size)] as [number, number];
  const frame: [number, number][] = [
    [0, 0],
    edge(g.inHeight, g.outHeight, g.strideHeight, g.filterHeight, g.padInfo.top),
    edge(g.inWidth, g.outWidth, g.strideWidth, g.filterWidth, g.padInfo.left),
    [0, 0],
  ];
  /** The numbers at one place of every window. */
  const places = (t: tf.Tensor4D, fill: number) => {
    const padded = tf.pad(t, frame, fill);
    return Array.from({ length: g.filterHeight * g.filterWidth }, (_, k) => {
      const [u, v] = [Math.floor(k / g.filterWidth), k % g.filterWidth];
      const end = [
        g.batchSize,
        u + (g.outHeight - 1) * g.strideHeight + 1,
        v + (g.outWidth - 1) * g.strideWidth + 1,
        g.inChannels,
      ];
      return tf.stridedSlice(padded, [0, u, v, 0], end, [1, g.strideHeight, g.strideWidth, 1]);
    });
  };
  const first = tf.argMax(tf.stack(places(x, LEAST)), 0);
  return tf.addN(
    places(taken, 0).map((t, k) => tf.mul(t, tf.cast(tf.equal(first, k), "float32"))),
  );
}

/** maxPool's gradient is linear in dy, and piecewise constant in the input. */
function registerMaxPool(): void {
  tf.registerGradient({
    kernelName: "MaxPoolGrad",
    inputsToSave: ["input", "output"],
    gradFunc: (ddx, [input, output], attributes) => ({
      dy: () =>
        atLargest(
          input as tf.Tensor4D,
          ddx as tf.Tensor4D,
          attributes as unknown as PoolAttributes,
        ),
      input: () => tf.zeros(input.shape),
      output: () => tf.zeros(output.shape),
    }),
  });
}

/** Registers them all; once a worker. */
export function registerWindowGradients(): void {
  registerDepthToSpace();
  registerStridedSlice();
  registerDepthwise();
  registerMaxPool();
}
