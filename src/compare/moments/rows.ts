/**
 * Features row by row, from a cache file, a `.npy` file or memory. Only the requested rows are
 * held.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { bytesOf, readNpyHeader } from "../../data/numpy/mod.ts";
import { type OddRow, oddRows, oddText } from "../../metrics/mod.ts";
import type { Features } from "../../algebra/mod.ts";

/** Rows of features. */
export interface FeatureRows {
  readonly count: number;
  readonly dimension: number;
  /**
   * Rows [from, to) as float64, row-major.
   * @param into memory that is used again: where the rows fit, the answer may lie at its start
   * @throws RangeError outside [0, count]
   */
  read(from: number, to: number, into?: Float64Array<ArrayBuffer>): Float64Array;
}

/** Bits a feature: what they are stored in loses none. */
export type FeatureBits = 32 | 64;

/** Rows, one after the other, in a file. */
export interface RowFile {
  readonly file: Deno.FsFile;
  readonly path: string;
  readonly dimension: number;
  readonly bits: FeatureBits;
  /** Where row 0 starts, in bytes. Default 0. */
  readonly offset?: number;
}

/**
 * Rows [from, to) as they lie in a file. Float32 is read into the end of the memory that the float64
 * takes and widened from the front: a number is written where those up to it have been read.
 * @param into memory for them, where they fit
 * @throws DataError where it ends before them
 */
export function readRows(
  { file, path, dimension, bits, offset = 0 }: RowFile,
  [from, to]: readonly [from: number, to: number],
  into?: Float64Array<ArrayBuffer>,
): Float64Array {
  const length = (to - from) * dimension, each = dimension * bits / 8;
  const fits = into !== undefined && into.length >= length;
  const values = fits ? into.subarray(0, length) : new Float64Array(length);
  const start = values.byteOffset + length * (8 - bits / 8);
  const bytes = new Uint8Array(values.buffer, start, length * bits / 8);
  file.seekSync(offset + from * each, Deno.SeekMode.Start);
  for (let read = 0; read < bytes.length;) {
    const n = file.readSync(bytes.subarray(read));
    if (n === null) throw new DataError(`${path} ends before row ${to - 1}; make it again`);
    read += n;
  }
  if (bits === 32) {
    const narrow = new Float32Array(values.buffer, start, length);
    for (let i = 0; i < length; i++) values[i] = narrow[i];
  }
  return values;
}

/** Where row `row` of those kept lies, where ascending positions are left out. */
export function positionOf(row: number, left: readonly number[]): number {
  // Before it lie all positions left out that are ≤ its own.
  let low = 0, high = left.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (left[middle] - middle <= row) low = middle + 1;
    else high = middle;
  }
  return row + low;
}

/**
 * Rows of a file without those at `left`, ascending positions in it.
 * @param count rows there would be with them
 */
export function rowsWithout(
  file: RowFile,
  { count, left }: { count: number; left: readonly number[] },
): FeatureRows {
  const { dimension } = file, kept = count - left.length;
  return {
    count: kept,
    dimension,
    read(from, to, into) {
      requireRange(from, to, kept);
      if (from === to) return new Float64Array(0);
      const first = positionOf(from, left), last = positionOf(to - 1, left);
      const all = readRows(file, [first, last + 1], into);
      const gaps = left.filter((position) => position > first && position < last);
      if (gaps.length === 0) return all;
      const out = new Float64Array((to - from) * dimension);
      let at = 0, start = first;
      for (const gap of [...gaps, last + 1]) {
        const piece = all.subarray((start - first) * dimension, (gap - first) * dimension);
        out.set(piece, at);
        at += piece.length;
        start = gap + 1;
      }
      return out;
    },
  };
}

/** Rows that are in memory. */
export function rowsInMemory({ count, dimension, data }: Features): FeatureRows {
  return {
    count,
    dimension,
    read(from, to) {
      requireRange(from, to, count);
      return data.slice(from * dimension, to * dimension);
    },
  };
}

/**
 * Rows of a `.npy` file, float32 or float64 of two dimensions, read where they lie.
 * @throws DataError on anything else
 */
export function openNpyRows(path: string): FeatureRows & { close(): void } {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    throw new DataError(`${path} can't be opened: ${(error as Error).message}`);
  }
  try {
    const head = new Uint8Array(4096);
    const { kind, shape, fortran, offset } = readNpyHeader(
      head.subarray(0, file.readSync(head) ?? 0),
      path,
    );
    if (shape.length !== 2 || (kind !== "<f4" && kind !== "<f8")) {
      throw new DataError(
        `${path} holds ${kind} of shape (${shape}); features are float32 or float64 of shape ` +
          "(pictures, dimensions)",
      );
    }
    if (fortran) {
      throw new DataError(
        `${path} is in Fortran order; write it again with np.ascontiguousarray(features)`,
      );
    }
    const [count, dimension] = shape;
    const wanted = offset + count * dimension * bytesOf(kind);
    const { size } = file.statSync();
    if (size !== wanted) {
      throw new DataError(`${path}: ${size} bytes where its header promises ${wanted}`);
    }
    const bits = kind === "<f4" ? 32 : 64;
    const rows = { file, path, dimension, offset, bits } as const;
    return {
      count,
      dimension,
      read(from, to, into) {
        requireRange(from, to, count);
        return readRows(rows, [from, to], into);
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The rows at some places of others, in the order of the places. */
export function rowsAt(rows: FeatureRows, places: Uint32Array): FeatureRows {
  const { dimension } = rows, one = new Float64Array(dimension);
  return {
    count: places.length,
    dimension,
    read(from, to) {
      requireRange(from, to, places.length);
      const out = new Float64Array((to - from) * dimension);
      for (let i = from; i < to; i++) {
        out.set(rows.read(places[i], places[i] + 1, one), (i - from) * dimension);
      }
      return out;
    },
  };
}

/** The first rows of others. */
export function firstRows(rows: FeatureRows, count: number): FeatureRows {
  if (count === rows.count) return rows;
  return {
    ...rows,
    count,
    read(from, to, into) {
      requireRange(from, to, count);
      return rows.read(from, to, into);
    },
  };
}

/** Rows brought into memory. */
export function inMemory(rows: FeatureRows): Features {
  return { count: rows.count, dimension: rows.dimension, data: rows.read(0, rows.count) };
}

/** Bytes looked at together, about. */
const LOOKED = 1 << 23;

/**
 * Looks at all rows that somebody gives.
 * @throws DataError where there are fewer than two, or some are not finite, with their numbers
 */
export function requireSoundRows(rows: FeatureRows, where: string): void {
  const { count, dimension } = rows;
  if (count < 2 || dimension < 1) {
    throw new DataError(
      `${where} holds ${count} rows of ${dimension} features; a distance needs 2 rows or more`,
    );
  }
  const step = Math.max(1, Math.floor(LOOKED / 8 / dimension));
  const block = new Float64Array(Math.min(step, count) * dimension);
  const first: OddRow[] = [];
  let odd = 0;
  for (let from = 0; from < count; from += step) {
    const found = oddRows(rows.read(from, Math.min(count, from + step), block), dimension, from);
    if (first.length === 0) first.push(...found.slice(0, 10));
    odd += found.length;
  }
  if (odd === 0) return;
  throw new DataError(
    `${where}: ${odd} of ${count} rows are not finite: ${oddText(first, { count: odd })}, ` +
      "counted from 0; make them again, or leave them out",
  );
}

function requireRange(from: number, to: number, count: number): void {
  if (!(0 <= from && from <= to && to <= count)) {
    throw new RangeError(`rows ${from} to ${to} of ${count}`);
  }
}
