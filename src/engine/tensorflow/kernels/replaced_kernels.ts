/**
 * Kernels of the package that can't be captured, are slow or missing, replaced by others.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { KernelCall as AnyKernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import type { TensorflowBackend } from "../backend.ts";
import { compose } from "./ops.ts";
import { attribute, DTYPE, type Dtype } from "../capi/types.ts";

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

interface FusedConvInputs {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo;
}

interface FusedConvAttributes {
  readonly strides: [number, number] | number;
  readonly pad: "same" | "valid" | number;
  readonly dataFormat: string;
  readonly dilations: [number, number] | number;
  readonly activation: string;
}

/** Activations that TensorFlow's own op fuses, by tfjs's names. */
const fused: Readonly<Record<string, readonly string[]>> = {
  linear: ["BiasAdd"],
  relu: ["BiasAdd", "Relu"],
  relu6: ["BiasAdd", "Relu6"],
};

/**
 * The package's fused convolution is three ops; TensorFlow's own goes over the result once. For
 * processors only: on a GPU it knows few combinations.
 */
function fusedConv(base: (call: FusedConvCall) => tf.TensorInfo) {
  return (call: FusedConvCall): tf.TensorInfo => {
    const { inputs: { x, filter, bias }, attrs, backend } = call;
    const { strides, pad, dataFormat, dilations, activation } = attrs;
    const ops = fused[activation];
    const known = bias?.shape.length === 1 && ops !== undefined && typeof pad === "string" &&
      dataFormat === "NHWC" && !backend.binding.isUsingGpuDevice();
    if (!known) return base(call);
    const info = tf.backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filter.shape as [number, number, number, number],
      strides,
      dilations,
      pad,
    );
    const [made] = compose(backend.binding, (op) => [
      op.run("_FusedConv2D", [x, filter, bias].map((t) => backend.idOf(t)), [
        attribute.type("T", DTYPE.FLOAT),
        attribute.types("TArgs", [DTYPE.FLOAT]),
        attribute.int("num_args", 1),
        attribute.int("num_host_args", 0),
        attribute.ints("strides", [1, info.strideHeight, info.strideWidth, 1]),
        attribute.string("padding", pad.toUpperCase()),
        attribute.ints("dilations", [1, info.dilationHeight, info.dilationWidth, 1]),
        attribute.strings("fused_ops", ops),
      ]),
    ]);
    return backend.createOutputTensor(made);
  };
}

type FusedConvCall = AnyKernelCall<FusedConvInputs, FusedConvAttributes, TensorflowBackend>;

/**
 * The package's step is eight ops, of which one fills a tensor with 1; it is half of a rectifier's gradient.
 * max(sign(x), 0) has the same values, NaN among them.
 */
function step(base: (call: StepCall) => tf.TensorInfo) {
  return (call: StepCall): tf.TensorInfo => {
    const { inputs: { x }, attrs, backend } = call;
    const { dtype } = backend.tensorMap.get(x.dataId);
    if (attrs.alpha !== 0 || dtype !== DTYPE.FLOAT) return base(call);
    const [made] = compose(backend.binding, (ops) => [
      ops.typed(
        "Maximum",
        DTYPE.FLOAT,
        ops.typed("Sign", DTYPE.FLOAT, backend.idOf(x)),
        ops.constant(DTYPE.FLOAT, [], Float32Array.of(0)),
      ),
    ]);
    return backend.createOutputTensor(made);
  };
}

type StepCall = AnyKernelCall<{ x: tf.TensorInfo }, { alpha: number }, TensorflowBackend>;

/** Places of values in rows that rise, which the package lacks. */
function searchSorted(
  { inputs: { sortedSequence, values }, attrs, backend }: AnyKernelCall<
    { sortedSequence: tf.TensorInfo; values: tf.TensorInfo },
    { side: "left" | "right" },
    TensorflowBackend
  >,
): tf.TensorInfo {
  const { dtype } = backend.tensorMap.get(sortedSequence.dataId);
  const [made] = compose(backend.binding, (ops) => [
    ops.run(
      attrs.side === "left" ? "LowerBound" : "UpperBound",
      [sortedSequence, values].map((t) => backend.idOf(t)),
      [attribute.type("T", dtype), attribute.type("out_type", DTYPE.INT32)],
    ),
  ]);
  return backend.createOutputTensor(made);
}

/** Replaces them. */
export function registerReplacedKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel("GatherV2", () => gather);
  replaceKernel("Step", (base) => step(base as (call: StepCall) => tf.TensorInfo));
  replaceKernel("SearchSorted", () => searchSorted);
  replaceKernel("FusedConv2D", (base) => fusedConv(base as (call: FusedConvCall) => tf.TensorInfo));
}
