/**
 * Packed matrices made whole on the wasm heap.
 * @module
 */
import { type PackedLayout, unpackInto } from "../packed.ts";
import { UNPACK } from "../tfjs/kernel_names.ts";
import { floats, integers, type TensorInfo } from "./heap.ts";
import { type KernelCall, replaceKernel } from "./registry.ts";

function unpack(
  { inputs: { words, scales }, attrs, backend }: KernelCall<
    { words: TensorInfo; scales: TensorInfo },
    PackedLayout
  >,
): TensorInfo {
  const out = backend.makeOutput([attrs.rows, attrs.width], "float32");
  unpackInto(floats(backend, out), {
    words: integers(backend, words),
    scales: floats(backend, scales),
  }, attrs);
  return out;
}

/** Registers the kernel. */
export function registerPackedKernels(): void {
  replaceKernel(UNPACK, () => unpack);
}
