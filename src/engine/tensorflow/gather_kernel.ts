/**
 * GatherV2 without the package's own check of the indices, which reads them back: inside a traced
 * program there is nothing to read, and on a GPU it would wait for the device. TensorFlow checks them
 * itself on a processor; on a GPU a row outside is zeros.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { KernelCall as AnyKernelCall, ReplaceKernel } from "../registry.ts";
import type { TensorflowBackend } from "./backend.ts";
import { compose } from "./ops.ts";
import { attribute, DTYPE, type Dtype } from "./types.ts";

type GatherCall = AnyKernelCall<
  { readonly x: tf.TensorInfo; readonly indices: tf.TensorInfo },
  { readonly axis: number; readonly batchDims: number },
  TensorflowBackend
>;

const DTYPES: Readonly<Record<string, Dtype>> = {
  float32: DTYPE.FLOAT,
  int32: DTYPE.INT32,
  bool: DTYPE.BOOL,
};

function typeOf({ dtype }: tf.TensorInfo): Dtype {
  const type = DTYPES[dtype];
  if (type === undefined) throw new Error(`gather: no tensors of ${dtype}`);
  return type;
}

function gather({ inputs: { x, indices }, attrs, backend }: GatherCall): tf.TensorInfo {
  const [made] = compose(backend.binding, (ops) => [
    ops.run("GatherV2", [backend.idOf(x), backend.idOf(indices), ops.int(attrs.axis)], [
      attribute.int("batch_dims", attrs.batchDims),
      attribute.type("Tparams", typeOf(x)),
      attribute.type("Tindices", typeOf(indices)),
      attribute.type("Taxis", DTYPE.INT32),
    ]),
  ]);
  return backend.createOutputTensor(made);
}

/** Registers the kernel in the place of the package's. */
export function registerGather(replaceKernel: ReplaceKernel): void {
  replaceKernel("GatherV2", () => gather);
}
