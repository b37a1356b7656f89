/**
 * Operations computed on the host (`../host_kernel.ts`) on the wasm heap: inputs are views of it, outputs
 * are copied into it.
 * @module
 */
import { HOST_KERNEL, type HostCall, hostInputs, hostType } from "../host_kernel.ts";
import type { TensorInfo } from "./heap.ts";
import { type KernelCall, replaceKernel } from "./registry.ts";

function hostKernel(
  { inputs, attrs: { kernel, attributes }, backend }: KernelCall<
    { readonly [name: string]: TensorInfo },
    HostCall
  >,
): TensorInfo[] {
  const views = hostInputs(inputs, {
    kernel,
    values: (tensor) => backend.typedArrayFromHeap(tensor),
  });
  const found = kernel.run(views, attributes);
  // A kernel may give an input back, and making outputs may detach its view: heap to heap then.
  const from = found.map((array) =>
    Object.keys(views).find((name) => views[name].values === array.values)
  );
  const outputs = found.map((array) => backend.makeOutput([...array.shape], hostType(array)));
  outputs.forEach((output, i) => {
    const name = from[i];
    const values = name === undefined ? found[i].values : backend.typedArrayFromHeap(inputs[name]);
    backend.typedArrayFromHeap(output).set(values);
  });
  return outputs;
}

/** Registers the kernel. */
export function registerHostKernels(): void {
  replaceKernel(HOST_KERNEL, () => hostKernel);
}
