/**
 * Operations computed on the host (`../../host_kernel.ts`), eagerly: a traced program has no values yet.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { HOST_KERNEL, type HostCall, hostInputs, hostType } from "../../host_kernel.ts";
import type { KernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import type { TensorflowBackend } from "../backend.ts";
import { DTYPE } from "../capi/types.ts";

function hostKernel(
  { inputs, attrs: { kernel, attributes }, backend }: KernelCall<
    { readonly [name: string]: tf.TensorInfo },
    HostCall,
    TensorflowBackend
  >,
): tf.TensorInfo[] {
  const { binding } = backend;
  if (binding.trace !== undefined) {
    throw new Error(
      `${kernel.name} (${kernel.about}) is computed on the host, from values that a compiled program ` +
        "doesn't have: mark the program `reshape`",
    );
  }
  const copies = hostInputs(inputs, {
    kernel,
    values: (tensor) => binding.tensorDataSync(backend.idOf(tensor)),
  });
  return kernel.run(copies, attributes).map((array) => {
    const shape = [...array.shape];
    const dtype = hostType(array) === "float32" ? DTYPE.FLOAT : DTYPE.INT32;
    const id = binding.upload(shape, dtype, array.values);
    return backend.createOutputTensor({ id, shape, dtype });
  });
}

/** Registers the kernel. */
export function registerHostKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel(HOST_KERNEL, () => hostKernel);
}
