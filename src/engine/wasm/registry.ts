/**
 * Replacing and wrapping the wasm backend's kernels.
 * @module
 */
import { type KernelCall as AnyKernelCall, kernelsOf } from "../tfjs/registry.ts";
import type { TensorInfo, WasmBackend } from "./heap.ts";

/** What tfjs hands a wasm kernel. */
export type KernelCall<Inputs, Attributes = Record<string, never>> = AnyKernelCall<
  Inputs,
  Attributes,
  WasmBackend
>;

/** See `kernelsOf`. */
export const replaceKernel = kernelsOf("wasm");

/**
 * Copies share their bytes: tensors never change, and the backend's own copy moves every saved
 * activation once more.
 */
export function registerSharedCopies(): void {
  replaceKernel("Identity", () => ({ inputs, backend }: KernelCall<{ x: TensorInfo }>) => {
    backend.incRef(inputs.x.dataId);
    return { dataId: inputs.x.dataId, shape: inputs.x.shape, dtype: inputs.x.dtype };
  });
}
