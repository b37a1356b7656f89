/**
 * tfjs-backend-webgpu as our kernels see it: the boundary to a package whose types are internal.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";

/** What a kernel gets and returns instead of a tensor. */
export type TensorInfo = tf.TensorInfo;

/** Where a tensor's numbers are: on the host until a program needs them, then in a buffer. */
export interface TensorData {
  readonly dtype: tf.DataType;
  readonly values: Float32Array | Int32Array | Uint8Array | null | undefined;
  resource?: GPUBuffer | null;
  readonly refCount: number;
}

/** A value of a program's uniform block. */
export interface UniformValue {
  readonly type: "int32" | "uint32" | "float32";
  readonly data: readonly number[];
}

/**
 * A compute shader in tfjs's frame: `main(index)` is called once a thread, `result` is the output's
 * array, each of `variableNames` an input's. The package sets the members that aren't read-only.
 */
export interface Program {
  readonly variableNames: readonly string[];
  /** Declarations of the uniform block, "name : i32, …"; read as `uniforms.name`. */
  readonly uniforms?: string;
  shaderKey: string;
  readonly dispatchLayout: { readonly x: readonly number[] };
  dispatch: [number, number, number];
  readonly workgroupSize: readonly [number, number, number];
  readonly outputShape: readonly number[];
  /** The shader, once it was compiled. */
  readonly pipeline?: GPUComputePipeline;
  /** Whether `result` is an array of atomic<i32>. */
  readonly atomic?: boolean;
  getUserCode(): string;
}

/** The part of tfjs-backend-webgpu's WebGPUBackend that the engine uses. */
export interface WebgpuBackend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(dataId: object): TensorData; has(dataId: object): boolean };
  readonly bufferManager: {
    numBytesUsed: number;
    numBytesAllocated: number;
    acquireBuffer(
      size: number,
      usage: number,
      mappedAtCreation?: boolean,
      reuse?: boolean,
    ): GPUBuffer;
    releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
  };
  commandEncoder: GPUCommandEncoder | null;
  /** Tensors disposed while recorded commands still use them: their buffers are free once sent. */
  readonly tensorDataPendingDisposal: readonly object[];
  /** Blocks to give back once what is recorded has been submitted. */
  readonly uniformPendingDisposal: GPUBuffer[];
  /** Gives a tensor its buffer, with its numbers where they are on the host. */
  uploadToGPU(dataId: object): void;
  /** One more tensor shares the numbers. */
  incRef(dataId: object): void;
  makeUniforms(values: readonly UniformValue[]): GPUBufferBinding;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  makeTensorInfo(
    shape: readonly number[],
    dtype: tf.DataType,
    values?: Float32Array | Int32Array,
  ): TensorInfo;
  disposeData(dataId: object): boolean;
  runWebGPUProgram(
    program: Program,
    inputs: readonly TensorInfo[],
    dtype: tf.DataType,
    uniforms?: readonly UniformValue[],
    output?: TensorInfo,
  ): TensorInfo;
}

/** Sends what was recorded to the device; nothing to send is nothing to do. */
export function submit(backend: WebgpuBackend): void {
  if (backend.commandEncoder === null) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** A program's threads in groups of 64 along one axis, at least `threads` of them. */
export function flat(threads: number): Pick<Program, "dispatchLayout" | "workgroupSize"> & {
  dispatch: [number, number, number];
} {
  return {
    dispatchLayout: { x: [0] },
    workgroupSize: [64, 1, 1],
    dispatch: [Math.ceil(threads / 64), 1, 1],
  };
}
