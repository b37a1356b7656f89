/**
 * The module of hash grids: its functions on a memory that the caller has.
 * @module
 */

/** One level of a grid, by addresses in bytes: see assembly/hash_grid.ts. */
export interface HashLevelKernel {
  (
    table: number,
    points: number,
    features: number,
    count: number,
    stride: number,
    resolution: number,
    rowMask: number,
    width: number,
  ): void;
}

/** Its functions; `Own`: of levels with a row for each vertex, `Shared`: of those whose vertices share rows. */
export interface HashGridKernels {
  readonly lookUpOwn: HashLevelKernel;
  readonly lookUpShared: HashLevelKernel;
  readonly spreadOwn: HashLevelKernel;
  readonly spreadShared: HashLevelKernel;
}

let compiled: WebAssembly.Module | undefined;

/**
 * The functions on a memory. The module has neither data nor a stack in it, so that nothing there is
 * written but what a call names.
 * @param memory of one thread
 */
export function hashGridOn(memory: WebAssembly.Memory): HashGridKernels {
  compiled ??= new WebAssembly.Module(
    Deno.readFileSync(new URL("../hash_grid.wasm", import.meta.url)),
  );
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return exports as unknown as HashGridKernels;
}
