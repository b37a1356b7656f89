/**
 * Calls of compiled programs, flat, and tensors over buffers that the package didn't give them.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { TensorTree, Tree } from "../../tree.ts";
import type { TensorInfo, WebgpuBackend } from "../backend.ts";

/** Arguments of one call, flat: the state's tensors first. */
export interface Call {
  readonly tensors: readonly tf.Tensor[];
  /** How many of them are the state. */
  readonly states: number;
}

/** The program on arguments laid out as in `Call`. */
export type Body = (tensors: readonly tf.Tensor[]) => [TensorTree, TensorTree];

/** A result: next state and outputs. */
export type Result = [Tree<tf.Tensor>, Tree<tf.Tensor>];

/** What a tensor is but for its numbers. */
export interface Kind {
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

/** Where a leaf of the result is found after a run. */
export type Source =
  /** An argument, handed on. */
  | { readonly kind: "argument"; readonly at: number }
  /** The state's other buffer. */
  | { readonly kind: "state"; readonly at: number }
  /** A buffer that the program leaves to the next that runs: to be copied. */
  | { readonly kind: "left"; readonly buffer: GPUBuffer }
  /** Numbers that the host made. */
  | { readonly kind: "host"; readonly values: Float32Array | Int32Array };

/** A leaf of a result. */
export interface Leaf extends Kind {
  readonly source: Source;
}

/** A tensor over a buffer. */
export function tensorOver(
  backend: WebgpuBackend,
  buffer: GPUBuffer,
  { shape, dtype }: Kind,
): tf.Tensor {
  const info = backend.makeTensorInfo(shape, dtype);
  backend.tensorMap.get(info.dataId).resource = buffer;
  return tf.engine().makeTensorFromTensorInfo({ ...info, dtype });
}

/** Another tensor of the same numbers. */
export function shared(
  backend: WebgpuBackend,
  { dataId }: TensorInfo,
  { shape, dtype }: Kind,
): tf.Tensor {
  backend.incRef(dataId);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}

/** Whether a tensor holds numbers, and any. */
export function isNumeric({ size, dtype }: tf.Tensor): boolean {
  return size > 0 && dtype !== "string" && dtype !== "complex64";
}

/** Whether a recording can take such arguments: numbers, some of each, stored as what they are. */
export function recordable({ tensorMap }: WebgpuBackend, { tensors }: Call): boolean {
  return tensors.every((t) => isNumeric(t) && tensorMap.get(t.dataId).dtype === t.dtype);
}
