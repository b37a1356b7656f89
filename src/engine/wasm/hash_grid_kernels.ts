/**
 * Kernels of hash grids (`nn/hash_grid/`) on the wasm heap, by a module that works on it where it is.
 * @module
 */
import {
  type HashGridForm,
  type HashGridKernels,
  hashGridOn,
  runLevels,
} from "../../kernels/mod.ts";
import { HASH_GRID, HASH_GRID_GRADIENT } from "../tfjs/kernel_names.ts";
import { floats, type TensorInfo, type WasmBackend } from "./heap.ts";
import { type KernelCall, replaceKernel } from "./registry.ts";

/** One backend's functions. */
const instances = new WeakMap<WasmBackend, HashGridKernels>();

function kernelsOf(backend: WasmBackend): HashGridKernels {
  let kernels = instances.get(backend);
  if (kernels === undefined) {
    kernels = hashGridOn(backend.wasm.asm.memory);
    instances.set(backend, kernels);
  }
  return kernels;
}

function lookUp(
  { inputs: { table, x }, attrs, backend }: KernelCall<
    { table: TensorInfo; x: TensorInfo },
    HashGridForm
  >,
): TensorInfo {
  const [count] = x.shape, width = table.shape[1];
  const out = backend.makeOutput([count, width * attrs.resolutions.length], "float32");
  const { lookUpOwn: own, lookUpShared: shared } = kernelsOf(backend);
  const at = (t: TensorInfo) => backend.getMemoryOffset(t.dataId);
  runLevels(
    { own, shared },
    { table: at(table), points: at(x), features: at(out), count, width },
    attrs,
  );
  return out;
}

function spread(
  { inputs: { dy, x }, attrs, backend }: KernelCall<
    { dy: TensorInfo; x: TensorInfo },
    HashGridForm
  >,
): TensorInfo {
  const [count] = x.shape, width = dy.shape[1] / attrs.resolutions.length;
  const out = backend.makeOutput([attrs.rows, width], "float32");
  floats(backend, out).fill(0);
  const { spreadOwn: own, spreadShared: shared } = kernelsOf(backend);
  const at = (t: TensorInfo) => backend.getMemoryOffset(t.dataId);
  runLevels(
    { own, shared },
    { table: at(out), points: at(x), features: at(dy), count, width },
    attrs,
  );
  return out;
}

/** Registers both. */
export function registerHashGridKernels(): void {
  replaceKernel(HASH_GRID, () => lookUp);
  replaceKernel(HASH_GRID_GRADIENT, () => spread);
}
