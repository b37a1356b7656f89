/**
 * The module of hash grids: its functions on a memory that the caller has, level after level.
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

/** What a grid is, beside its table. */
export interface HashGridForm {
  /** Cells along a side, level by level. */
  readonly resolutions: readonly number[];
  /** log₂ of a level's rows at most. */
  readonly rowBits: number;
  /** Of the whole table. */
  readonly rows: number;
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

/** Runs levels one after the other, each on its rows of the table and its features; all addresses in bytes. */
export function runLevels(
  { own, shared }: { readonly own: HashLevelKernel; readonly shared: HashLevelKernel },
  { table, points, features, count, width }: {
    readonly table: number;
    readonly points: number;
    readonly features: number;
    readonly count: number;
    readonly width: number;
  },
  { resolutions, rowBits }: HashGridForm,
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
