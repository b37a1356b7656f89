/**
 * Gradients of conv2d on the wasm backend, which has no filter gradient and whose input gradient
 * takes many times a forward's time: forward convolutions, or our own sums where the channels fit
 * them (filter_gradient.ts).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type ConvAttributes,
  filterGradient,
  geometry,
  inputGradient,
} from "../tfjs/conv_gradients.ts";
import { countOwn } from "../tfjs/flops.ts";
import { composed } from "../tfjs/registry.ts";
import {
  directFilterGradient,
  filterGradientFlops,
  hasDirectFilterGradient,
} from "./filter_gradient.ts";
import type { TensorInfo } from "./heap.ts";
import { type KernelCall, replaceKernel } from "./registry.ts";

type InputGradientCall = KernelCall<
  { dy: TensorInfo; filter: TensorInfo },
  ConvAttributes & { inputShape: number[] }
>;
type FilterGradientCall = KernelCall<
  { x: TensorInfo; dy: TensorInfo },
  ConvAttributes & { filterShape: number[] }
>;

/** Replaces the two gradient kernels. */
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
    () => ({ inputs, attrs, backend }: FilterGradientCall): TensorInfo => {
      const { x, dy } = inputs;
      const g = geometry(x.shape, attrs.filterShape, attrs);
      if (!hasDirectFilterGradient(g)) {
        return composed(
          [x, dy],
          (x, dy) =>
            filterGradient(x as tf.Tensor4D, dy as tf.Tensor4D, {
              filterShape: attrs.filterShape,
              attrs,
            }),
        );
      }
      countOwn(filterGradientFlops(g));
      const { dw, swapped } = directFilterGradient(backend, inputs, g);
      return composed([dw], (dw) => swapped ? tf.transpose(dw, [0, 1, 3, 2]) : tf.clone(dw));
    },
  );
}
