/**
 * Operations computed on the host (`../../host_kernel.ts`), which a device's values can't reach.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { HOST_KERNEL, type HostCall } from "../../host_kernel.ts";
import type { KernelCall, ReplaceKernel } from "../../tfjs/registry.ts";

function refuse({ attrs: { kernel } }: KernelCall<unknown, HostCall>): tf.TensorInfo {
  throw new Error(
    `engine webgpu has no kernel for ${kernel.about} yet (${kernel.name}); use wasm or tensorflow`,
  );
}

/** Registers the refusal. */
export function registerHostKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel(HOST_KERNEL, () => refuse);
}
