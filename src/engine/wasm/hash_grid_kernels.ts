/**
 * Kernels of hash grids (`nn/hash_grid/`) on the wasm heap, by a module that works on it where it is.
 * @module
 */
import { type HashGridKernels, hashGridOn } from "../../kernels/mod.ts";
import { HASH_GRID, HASH_GRID_GRADIENT } from "../tfjs/kernel_names.ts";
import { floats, type TensorInfo, type WasmBackend } from "./heap.ts";
import { type KernelCall, replaceKernel } from "./registry.ts";

interface HashAttributes {
  /** Cells along a side, level by level. */
  readonly resolutions: readonly number[];
  readonly rowBits: number;
  /** Of the whole table. */
  readonly rows: number;
}

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

/** Runs levels one after the other, each on its rows of the table and its features. */
function levels(
  { table, points, features, count, width }: {
    readonly table: number;
    readonly points: number;
    readonly features: number;
    readonly count: number;
    readonly width: number;
  },
  { resolutions, rowBits }: HashAttributes,
  { own, shared }: {
    readonly own: HashGridKernels["lookUpOwn"];
    readonly shared: HashGridKernels["lookUpOwn"];
  },
): void {
  const most = 1 << rowBits, stride = 4 * width * resolutions.length;
  let first = 0;
  resolutions.forEach((resolution, l) => {
    const vertices = (resolution + 1) ** 3, hashed = vertices > most;
    (hashed ? shared : own)(
      table + 4 * width * first,
      points,
      features + 4 * width * l,
      count,
      stride,
      resolution,
      most - 1,
      width,
    );
    first += hashed ? most : vertices;
  });
}

function lookUp(
  { inputs: { table, x }, attrs, backend }: KernelCall<
    { table: TensorInfo; x: TensorInfo },
    HashAttributes
  >,
): TensorInfo {
  const [count] = x.shape, width = table.shape[1];
  const out = backend.makeOutput([count, width * attrs.resolutions.length], "float32");
  const { lookUpOwn: own, lookUpShared: shared } = kernelsOf(backend);
  const at = (t: TensorInfo) => backend.getMemoryOffset(t.dataId);
  levels({ table: at(table), points: at(x), features: at(out), count, width }, attrs, {
    own,
    shared,
  });
  return out;
}

function spread(
  { inputs: { dy, x }, attrs, backend }: KernelCall<
    { dy: TensorInfo; x: TensorInfo },
    HashAttributes
  >,
): TensorInfo {
  const [count] = x.shape, width = dy.shape[1] / attrs.resolutions.length;
  const out = backend.makeOutput([attrs.rows, width], "float32");
  floats(backend, out).fill(0);
  const { spreadOwn: own, spreadShared: shared } = kernelsOf(backend);
  const at = (t: TensorInfo) => backend.getMemoryOffset(t.dataId);
  levels({ table: at(out), points: at(x), features: at(dy), count, width }, attrs, {
    own,
    shared,
  });
  return out;
}

/** Registers both. */
export function registerHashGridKernels(): void {
  replaceKernel(HASH_GRID, () => lookUp);
  replaceKernel(HASH_GRID_GRADIENT, () => spread);
}
