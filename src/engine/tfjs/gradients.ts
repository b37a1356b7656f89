/**
 * Gradients that tfjs lacks or gets wrong, for every engine built on it.
 *
 * tfjs saves a kernel's output for the backward pass before it writes the kernel itself on the
 * tape. A second derivative that runs through that saved output is therefore lost without a
 * warning: d²(eˣ)/dx² comes out as 0. The gradients here use the saved output where nothing
 * differentiates them again, and compute it again from the inputs where something does.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { HOST_KERNEL, type HostCall } from "../host_kernel.ts";
import { PHILOX_CATEGORICAL } from "../../random/host/mod.ts";
import type { ConvAttributes } from "./conv_gradients.ts";
import { registerWindowGradients } from "./window_gradients.ts";

type Attributes = tf.NamedAttrMap;

/** Whether a gradient of the gradient now computed is being recorded. */
function differentiatedAgain(): boolean {
  return (tf.engine() as unknown as { state: { gradientDepth: number } }).state.gradientDepth > 0;
}

/** Gradient of a kernel of one input from dy and the output. */
function fromOutput(
  name: { kernel: string; input: string },
  run: (x: tf.Tensor, attributes: Attributes) => tf.Tensor,
  gradient: (dy: tf.Tensor, y: tf.Tensor, attributes: Attributes) => tf.Tensor,
): void {
  tf.registerGradient({
    kernelName: name.kernel,
    inputsToSave: [name.input],
    outputsToSave: [true],
    gradFunc: (dy, [x, y], attributes) => ({
      [name.input]: () =>
        gradient(dy as tf.Tensor, differentiatedAgain() ? run(x, attributes) : y, attributes),
    }),
  });
}

/** Sums dy over what broadcasting repeated. */
function toShapeOf(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(x.shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, x.shape);
}

/** d aᵇ = b·aᵇ⁻¹ da + aᵇ·ln a db, the last 0 where a ≤ 0. */
function registerPow(): void {
  tf.registerGradient({
    kernelName: "Pow",
    inputsToSave: ["a", "b"],
    gradFunc: (dy, [a, b]) => {
      const d = dy as tf.Tensor;
      return {
        a: () => toShapeOf(tf.mul(d, tf.mul(b, tf.pow(a, tf.sub(b, 1)))), a),
        b: () => {
          const positive = tf.cast(tf.greater(a, 0), "float32");
          const log = tf.mul(
            positive,
            tf.log(tf.add(a, tf.mul(tf.sub(1, positive), tf.sub(1, a)))),
          );
          return toShapeOf(tf.mul(d, tf.mul(tf.pow(a, b), log)), b);
        },
      };
    },
  });
}

/** Piecewise constant: their gradient is 0 and not, as in tfjs, an error. */
const CONSTANT: readonly (readonly [kernel: string, inputs: readonly string[]])[] = [
  ["Equal", ["a", "b"]],
  ["NotEqual", ["a", "b"]],
  ["Greater", ["a", "b"]],
  ["GreaterEqual", ["a", "b"]],
  ["Less", ["a", "b"]],
  ["LessEqual", ["a", "b"]],
  ["LogicalAnd", ["a", "b"]],
  ["LogicalOr", ["a", "b"]],
  ["LogicalNot", ["x"]],
];

interface PoolAttributes {
  readonly filterSize: [number, number];
  readonly strides: [number, number];
  readonly pad: "same" | "valid";
}

/** Gradients of gradients that are linear in dy: the forward operation again. */
function registerLinear(): void {
  tf.registerGradient({
    kernelName: "AvgPoolGrad",
    inputsToSave: ["input"],
    gradFunc: (ddx, [input], attributes) => {
      const { filterSize, strides, pad } = attributes as unknown as PoolAttributes;
      return {
        dy: () => tf.avgPool(ddx as tf.Tensor4D, filterSize, strides, pad),
        input: () => tf.zeros(input.shape),
      };
    },
  });
  tf.registerGradient({
    kernelName: "ResizeNearestNeighborGrad",
    inputsToSave: ["images", "dy"],
    gradFunc: (ddx, [images, dy]) => ({
      images: () => tf.zeros(images.shape),
      dy: () =>
        tf.image.resizeNearestNeighbor(
          ddx as tf.Tensor4D,
          [dy.shape[1]!, dy.shape[2]!],
        ),
    }),
  });
}

/** y is bilinear in x and w, so the filter gradient's gradients are convolutions again. */
function registerFilterGradient(): void {
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

/** No gradient flows from a draw into logits. */
function registerDraws(): void {
  tf.registerGradient({
    kernelName: PHILOX_CATEGORICAL,
    inputsToSave: ["logits"],
    gradFunc: (_dy, saved) => ({ logits: () => tf.zerosLike(saved[0]) }),
  });
}

/** Operations on the host have the gradients that `customGrad` gives them, and no second ones. */
function refuseHostGradients(): void {
  tf.registerGradient({
    kernelName: HOST_KERNEL,
    gradFunc: (_, __, attributes) => {
      const { name } = (attributes as unknown as HostCall).kernel;
      throw new Error(`${name} is computed on the host: no gradient leads through it`);
    },
  });
}

/** Registers them all; once a worker. */
export function registerGradients(): void {
  registerDraws();
  refuseHostGradients();
  registerFilterGradient();
  fromOutput({ kernel: "Exp", input: "x" }, (x) => tf.exp(x), (dy, y) => tf.mul(dy, y));
  fromOutput(
    { kernel: "Sigmoid", input: "x" },
    (x) => tf.sigmoid(x),
    (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
  );
  fromOutput(
    { kernel: "Tanh", input: "x" },
    (x) => tf.tanh(x),
    (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))),
  );
  fromOutput(
    { kernel: "Softmax", input: "logits" },
    (x, { dim }) => tf.softmax(x, dim as number),
    (dy, y, { dim }) => {
      const weighted = tf.mul(dy, y);
      return tf.sub(weighted, tf.mul(tf.sum(weighted, dim as number, true), y));
    },
  );
  fromOutput(
    { kernel: "LogSoftmax", input: "logits" },
    (x, { axis }) => tf.logSoftmax(x, axis as number),
    (dy, y, { axis }) => tf.sub(dy, tf.mul(tf.sum(dy, axis as number, true), tf.exp(y))),
  );
  registerPow();
  registerLinear();
  registerWindowGradients();
  for (const [kernelName, inputs] of CONSTANT) {
    tf.registerGradient({
      kernelName,
      inputsToSave: [...inputs],
      gradFunc: (_dy, saved) =>
        Object.fromEntries(inputs.map((name, i) => [name, () => tf.zeros(saved[i].shape)])),
    });
  }
}
