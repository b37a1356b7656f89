/**
 * Lookups in hash grids for engines whose memory the module can't work on: values are copied in and out.
 * @module
 */
import { type HashGridForm, type HashGridKernels, hashGridOn, runLevels } from "./hash_grid.ts";

const PAGE = 65536;

/** A module with a memory of its own, of one thread. */
class HashGridHost {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #kernels: HashGridKernels = hashGridOn(this.#memory);

  /** The start of the memory, at least as many floats. */
  #floats(count: number): Float32Array<ArrayBuffer> {
    const missing = Math.ceil(4 * count / PAGE) - this.#memory.buffer.byteLength / PAGE;
    // Half as much again, so that a little more at a time isn't asked for a little more.
    if (missing > 0) this.#memory.grow(missing + Math.ceil(missing / 2));
    return new Float32Array(this.#memory.buffer as ArrayBuffer);
  }

  /** See `hashLookUp`. */
  lookUp(
    table: Float32Array,
    points: Float32Array,
    form: HashGridForm,
  ): Float32Array<ArrayBuffer> {
    const count = points.length / 3, width = table.length / form.rows;
    const size = count * width * form.resolutions.length;
    const at = table.length, out = at + points.length, memory = this.#floats(out + size);
    memory.set(table, 0);
    memory.set(points, at);
    const { lookUpOwn: own, lookUpShared: shared } = this.#kernels;
    runLevels(
      { own, shared },
      { table: 0, points: 4 * at, features: 4 * out, count, width },
      form,
    );
    return memory.slice(out, out + size);
  }

  /** See `hashSpread`. */
  spread(dy: Float32Array, points: Float32Array, form: HashGridForm): Float32Array<ArrayBuffer> {
    const count = points.length / 3, width = dy.length / (count * form.resolutions.length);
    const size = form.rows * width;
    const at = size, from = at + points.length, memory = this.#floats(from + dy.length);
    memory.fill(0, 0, size);
    memory.set(points, at);
    memory.set(dy, from);
    const { spreadOwn: own, spreadShared: shared } = this.#kernels;
    runLevels(
      { own, shared },
      { table: 0, points: 4 * at, features: 4 * from, count, width },
      form,
    );
    return memory.slice(0, size);
  }
}

let opened: HashGridHost | undefined;

/**
 * Features of points by a table of `rows` rows: what `nn/hash_grid` looks up, with the bits of the `wasm`
 * engine.
 * @param table row-major [rows, F]
 * @param points row-major [N, 3], in [0, 1]
 * @returns row-major [N, L·F]
 */
export function hashLookUp(
  table: Float32Array,
  points: Float32Array,
  form: HashGridForm,
): Float32Array<ArrayBuffer> {
  return (opened ??= new HashGridHost()).lookUp(table, points, form);
}

/**
 * The gradient of the table by that of the features.
 * @param dy row-major [N, L·F], N above 0
 * @returns row-major [rows, F]
 */
export function hashSpread(
  dy: Float32Array,
  points: Float32Array,
  form: HashGridForm,
): Float32Array<ArrayBuffer> {
  return (opened ??= new HashGridHost()).spread(dy, points, form);
}
