/**
 * tfjs-node-gpu's kernels over our binding: the boundary to the package, whose own entry would load
 * its native addon.
 * @module
 */
import util from "node:util";
import * as tf from "@tensorflow/tfjs";
import type { HostBackend } from "../host_kernel.ts";
import { dropOtherBackends } from "../tfjs/start.ts";
import type { Binding, Metadata } from "./trace/binding.ts";
import type { TensorValues } from "./capi/tensors.ts";
import type { Trace } from "./trace/trace.ts";

// tfjs-node 4.22 calls two functions that Node 23 has dropped.
const legacy = util as unknown as Record<string, unknown>;
legacy.isNullOrUndefined ??= (x: unknown) => x === null || x === undefined;
legacy.isArray ??= Array.isArray;

/** How the package's backend keeps a tensor. */
export interface Stored {
  readonly shape: number[];
  readonly dtype: number;
  /** Values not yet uploaded; null once they are. */
  values: TensorValues | null;
  /** The binding's number, once uploaded. */
  id: number;
  refCount: number;
  /** The trace during which it was written, if any. */
  trace?: Trace;
}

/** The package's backend class, as far as it is used here. */
interface NodeBackend extends tf.KernelBackend {
  readonly binding: Binding;
  readonly tensorMap: { get(dataId: object): Stored };
  createOutputTensor(metadata: Metadata): tf.Tensor;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  executeSingleOutput(name: string, attributes: unknown[], inputs: tf.TensorInfo[]): tf.Tensor;
  move(
    dataId: object,
    values: TensorValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void;
}

const { NodeJSKernelBackend } = await import(
  "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js"
) as unknown as {
  NodeJSKernelBackend: new (binding: Binding, packageName: string) => NodeBackend;
};

/** The package's backend, able to be traced. */
export class TensorflowBackend extends NodeJSKernelBackend implements HostBackend {
  constructor(binding: Binding) {
    super(binding, "@tensorflow/tfjs-node-gpu");
  }

  /** Eagerly: a traced program has no values yet. */
  get computesOnHost(): boolean {
    return this.binding.trace === undefined;
  }

  override move(
    dataId: object,
    values: TensorValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    super.move(dataId, values, shape, dtype, refCount);
    this.tensorMap.get(dataId).trace = this.binding.trace;
  }

  /** The binding's number of a tensor, uploaded where it wasn't yet. */
  idOf(tensor: tf.TensorInfo): number {
    const stored = this.tensorMap.get(tensor.dataId);
    if (stored.values !== null) {
      const { shape, dtype, values, trace } = stored;
      // What a traced program writes is a constant of its graph; what was there before is not.
      stored.id = trace === this.binding.trace
        ? this.binding.createTensor(shape, dtype, values)
        : this.binding.upload(shape, dtype, values);
      stored.values = null;
    }
    return stored.id;
  }

  override getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[] {
    return tensors.map((tensor) =>
      "dataId" in tensor ? this.idOf(tensor) : super.getInputTensorIds([tensor])[0]
    );
  }
}

/** Makes the backend and registers it with the package's kernels. */
export async function startBackend(binding: Binding): Promise<TensorflowBackend> {
  dropOtherBackends();
  await import("@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js");
  const backend = new TensorflowBackend(binding);
  tf.registerBackend("tensorflow", () => backend);
  return backend;
}
