/**
 * The wasm backend's memory as kernels see it: the boundary to a package whose types are internal.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";

/** What a kernel gets and returns instead of a tensor. */
export type TensorInfo = tf.TensorInfo;

/** The part of tfjs-backend-wasm's BackendWasm that our kernels use. */
export interface WasmBackend {
  makeOutput(shape: number[], dtype: "float32" | "int32"): TensorInfo;
  /** A view; any allocation may detach it, so take views after all outputs are made. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
  /** One more holder of a tensor's bytes. */
  incRef(dataId: object): void;
  /** Address of a tensor's first byte in the heap. */
  getMemoryOffset(dataId: object): number;
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    /** Exports of the package's binary. */
    readonly asm: { readonly memory: WebAssembly.Memory };
  };
}

/** float32 contents of a tensor, as a view. */
export function floats(backend: WasmBackend, tensor: TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(tensor) as Float32Array;
}

/** int32 contents of a tensor, as a view. */
export function integers(backend: WasmBackend, tensor: TensorInfo): Int32Array {
  return backend.typedArrayFromHeap(tensor) as Int32Array;
}
