/**
 * How parameters lie in other programs' files: a linear map's weight may be turned there, be one of
 * several in one tensor, or have its rows in another order. One loop copies either way.
 * @module
 */

/** Where a parameter is in a file. */
export interface Place {
  /** The file's tensor. */
  readonly name: string;
  /** Whether the file has [out, in] where parameters are [in, out]. */
  readonly turned?: true;
  /** Which of several maps that lie side by side in one tensor along their outputs. */
  readonly part?: { readonly index: number; readonly of: number };
  /**
   * Heads whose outputs stand in pairs that are turned together, as llama.cpp has Llama's queries and
   * keys: (0, D/2), (1, D/2 + 1), … Parameters have the first halves of the pairs first.
   */
  readonly pairedHeads?: number;
}

/** A parameter's shape as a matrix [in, out]: a vector has one input. */
function matrix(shape: readonly number[]): readonly [number, number] {
  return shape.length === 1 ? [1, shape[0]] : [shape[0], shape[1]];
}

/** Shape of the file's tensor that holds a parameter. */
export function shapeInFile(shape: readonly number[], { turned, part }: Place): number[] {
  const out = shape[shape.length - 1] * (part?.of ?? 1);
  if (shape.length === 1) return [out];
  return turned ? [out, shape[0]] : [shape[0], out];
}

/** For each output of a parameter, which one of the file's tensor it is. */
function outputs(count: number, { part, pairedHeads }: Place): Int32Array {
  const first = (part?.index ?? 0) * count;
  if (pairedHeads === undefined) return Int32Array.from({ length: count }, (_, o) => first + o);
  const width = count / pairedHeads, half = width / 2;
  return Int32Array.from({ length: count }, (_, o) => {
    const head = Math.floor(o / width), within = o % width;
    return first + head * width + 2 * (within % half) + Math.floor(within / half);
  });
}

/** Outputs copied together: about a line of the processor's cache. */
const TOGETHER = 16;

/** Calls back with each value's place in the parameter and in the file's tensor. */
function copy(
  shape: readonly number[],
  place: Place,
  { from, to, outwards }: {
    readonly from: Float32Array;
    readonly to: Float32Array;
    /** From the parameter to the file. */
    readonly outwards: boolean;
  },
): void {
  const [inner, count] = matrix(shape);
  const turned = place.turned === true && shape.length > 1;
  const columns = count * (place.part?.of ?? 1), stride = turned ? 1 : columns;
  const bases = outputs(count, place).map((o) => turned ? o * inner : o);
  for (let first = 0; first < count; first += TOGETHER) {
    const end = Math.min(count, first + TOGETHER);
    for (let i = 0; i < inner; i++) {
      for (let o = first; o < end; o++) {
        const own = i * count + o, file = bases[o] + i * stride;
        if (outwards) to[file] = from[own];
        else to[own] = from[file];
      }
    }
  }
}

/** A parameter's values out of those of the file's tensor; shared where they lie alike. */
export function fromFile(
  values: Float32Array,
  { shape, place }: { readonly shape: readonly number[]; readonly place: Place },
): Float32Array {
  const { turned, part, pairedHeads } = place;
  if (!turned && part === undefined && pairedHeads === undefined) return values;
  const out = new Float32Array(shape.reduce((n, d) => n * d, 1));
  copy(shape, place, { from: values, to: out, outwards: false });
  return out;
}

/** Puts a parameter's values where the file's tensor has them. */
export function intoFile(
  values: Float32Array,
  { shape, place, into }: {
    readonly shape: readonly number[];
    readonly place: Place;
    readonly into: Float32Array;
  },
): void {
  copy(shape, place, { from: values, to: into, outwards: true });
}
