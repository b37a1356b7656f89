/**
 * Replacing and wrapping tfjs kernels: the boundary where their types end.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { KernelCall } from "./heap.ts";

// tfjs types every kernel's attributes as one open record; kernels state their own.
// deno-lint-ignore no-explicit-any
type Kernel = (call: any) => tf.TensorInfo | tf.TensorInfo[];

/**
 * Registers the wasm kernel `name`, in the place of one that may exist. `make` gets that one, or a
 * function that says it is missing. The package's own set-up of the kernel is kept.
 */
export function replaceKernel(name: string, make: (base: Kernel) => Kernel): void {
  const base = tf.getKernel(name, "wasm");
  const missing: Kernel = () => {
    throw new Error(`tfjs-backend-wasm has no kernel ${name}`);
  };
  if (base) tf.unregisterKernel(name, "wasm");
  tf.registerKernel({
    kernelName: name,
    backendName: "wasm",
    setupFunc: base?.setupFunc,
    disposeFunc: base?.disposeFunc,
    kernelFunc: make(base ? base.kernelFunc as Kernel : missing) as tf.KernelFunc,
  });
}

let runs = 0;

/** How many composed kernels have run: the conformance table tells them from the package's own. */
export function composedRuns(): number {
  return runs;
}

/**
 * Runs tfjs ops inside a kernel: what they make is disposed, but for the result. Inside a kernel no
 * tape is recorded, so the kernel's own gradient is the one used.
 */
export function composed(inputs: tf.TensorInfo[], body: (...x: tf.Tensor[]) => tf.Tensor) {
  runs++;
  return tf.tidy(() =>
    body(...inputs.map((x) => x instanceof tf.Tensor ? x : tf.engine().makeTensorFromTensorInfo(x)))
  );
}

/**
 * Copies share their bytes: tensors never change, and the backend's own copy moves every saved
 * activation once more.
 */
export function registerSharedCopies(): void {
  replaceKernel("Identity", () => ({ inputs, backend }: KernelCall<{ x: tf.TensorInfo }>) => {
    backend.incRef(inputs.x.dataId);
    return { dataId: inputs.x.dataId, shape: inputs.x.shape, dtype: inputs.x.dtype };
  });
}
