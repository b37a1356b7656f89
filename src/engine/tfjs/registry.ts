/**
 * Replaces and wraps tfjs kernels. The types of tfjs end here.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

// tfjs types every kernel's attributes as one open record; kernels state their own.
// deno-lint-ignore no-explicit-any
type Kernel = (call: any) => tf.TensorInfo | tf.TensorInfo[];

/** What tfjs hands a kernel, on a backend of type `Backend`. */
export interface KernelCall<Inputs, Attributes = Record<string, never>, Backend = unknown> {
  readonly inputs: Inputs;
  readonly attrs: Attributes;
  readonly backend: Backend;
}

/** Registers a backend's kernel of this name in the place of one that may exist. */
export type ReplaceKernel = (name: string, make: (base: Kernel) => Kernel) => void;

/**
 * Replaces kernels of the backend `backend`. `make` gets the kernel there is, or a function that
 * says it is missing. The package's own set-up of the kernel is kept.
 */
export function kernelsOf(backend: string): ReplaceKernel {
  return (name, make) => {
    const base = tf.getKernel(name, backend);
    const missing: Kernel = () => {
      throw new Error(`engine ${backend} has no kernel ${name}`);
    };
    if (base) tf.unregisterKernel(name, backend);
    tf.registerKernel({
      kernelName: name,
      backendName: backend,
      setupFunc: base?.setupFunc,
      disposeFunc: base?.disposeFunc,
      kernelFunc: make(base ? base.kernelFunc as Kernel : missing) as tf.KernelFunc,
    });
  };
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
