/**
 * Kernels of the package that can't be captured, replaced by ones that can.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { KernelCall as AnyKernelCall, ReplaceKernel } from "../registry.ts";
import type { TensorflowBackend } from "./backend.ts";
import { compose } from "./ops.ts";
import { attribute, DTYPE, type Dtype } from "./types.ts";

interface GatherCall {
  readonly x: tf.TensorInfo;
  readonly indices: tf.TensorInfo;
}

/**
 * The package's gather reads its indices back to check them, in every step. TensorFlow checks them
 * itself, on the CPU; on a GPU a wrong index gives zeros.
 */
function gather(
  { inputs, attrs, backend }: AnyKernelCall<
    GatherCall,
    { axis: number; batchDims: number },
    TensorflowBackend
  >,
): tf.TensorInfo {
  const { x, indices } = inputs;
  const { axis, batchDims = 0 } = attrs;
  // Says what is wrong with shapes, as for every backend.
  tf.backend_util.segment_util.collectGatherOpShapeInfo(
    x as tf.Tensor,
    indices as tf.Tensor,
    axis,
    batchDims,
  );
  const dtypeOf = (t: tf.TensorInfo): Dtype => backend.tensorMap.get(t.dataId).dtype;
  const [made] = compose(backend.binding, (ops) => [
    ops.run("GatherV2", [backend.idOf(x), backend.idOf(indices), ops.int(axis)], [
      attribute.int("batch_dims", batchDims),
      attribute.type("Tparams", dtypeOf(x)),
      attribute.type("Tindices", dtypeOf(indices)),
      attribute.type("Taxis", DTYPE.INT32),
    ]),
  ]);
  return backend.createOutputTensor(made);
}

/** Replaces them. */
export function registerReplacedKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel("GatherV2", () => gather);
}
