/**
 * Counting floating-point operations of the kernels that really run: 2 a multiply-add of matrix
 * products and convolutions. Composed kernels count through the base kernels they call.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { ReplaceKernel } from "./registry.ts";
import { sizeOf } from "../values.ts";

let counted = 0;

/** Operations counted while `body` ran. */
export function flopsOf(body: () => void): number {
  const before = counted;
  body();
  return counted - before;
}

/** Runs `body` and takes its operations off the count again; returns how many they were. */
export function flopsApart(body: () => void): number {
  const before = counted;
  body();
  const flops = counted - before;
  counted = before;
  return flops;
}

/** Adds operations of what calls no base kernel: kernels of ours, compiled programs. */
export function countOwn(flops: number): void {
  counted += flops;
}

type Inputs = Readonly<Record<string, tf.TensorInfo>>;
type Count = (inputs: Inputs, output: tf.TensorInfo, transposeA: boolean) => number;

function matMulFlops({ a }: Inputs, output: tf.TensorInfo, transposeA: boolean): number {
  return 2 * sizeOf(output.shape) * a.shape[a.shape.length - (transposeA ? 2 : 1)];
}

/** Every output number sums over the kernel's window and the input channels. */
function convFlops({ filter }: Inputs, output: tf.TensorInfo): number {
  return 2 * sizeOf(output.shape) * sizeOf(filter.shape.slice(0, -1));
}

function depthwiseFlops({ filter }: Inputs, output: tf.TensorInfo): number {
  return 2 * sizeOf(output.shape) * filter.shape[0] * filter.shape[1];
}

/** The two gradients of a convolution visit what its forward does: every dy, window and channel. */
function convInputFlops({ dy, filter }: Inputs): number {
  return 2 * sizeOf(dy.shape) * sizeOf(filter.shape.slice(0, -1));
}

function convFilterFlops({ dy }: Inputs, output: tf.TensorInfo): number {
  return 2 * sizeOf(dy.shape) * sizeOf(output.shape.slice(0, -1));
}

const COUNTS: Readonly<Record<string, Count>> = {
  BatchMatMul: matMulFlops,
  _FusedMatMul: matMulFlops,
  Conv2D: convFlops,
  Conv2DBackpropInput: convInputFlops,
  Conv2DBackpropFilter: convFilterFlops,
  FusedConv2D: convFlops,
  DepthwiseConv2dNative: depthwiseFlops,
  FusedDepthwiseConv2D: depthwiseFlops,
};

/** Wraps the base kernels with the count. Before composed kernels are registered on top. */
export function registerFlopCounts(replaceKernel: ReplaceKernel): void {
  for (const [name, count] of Object.entries(COUNTS)) {
    replaceKernel(name, (base) => (call) => {
      const output = base(call) as tf.TensorInfo;
      counted += count(call.inputs, output, call.attrs?.transposeA === true);
      return output;
    });
  }
}
