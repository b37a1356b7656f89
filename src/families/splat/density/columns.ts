/**
 * Splats on the host as columns: picked, copied, joined. What is copied has no history: its moments and
 * statistics begin at 0.
 * @module
 */
import { splatRows, type SplatState } from "../../../kernels/mod.ts";

/** Where a splat of the next state comes from. */
export interface Columns {
  /** For each of them the splat that it is a copy of. */
  readonly from: Uint32Array;
  /** 1: it goes on with the moments of that splat. */
  readonly goesOn: Uint8Array;
}

/** A matrix by rows of `before` columns, with the columns picked. */
function pick(
  values: Float32Array,
  { rows, before, columns: { from, goesOn }, history }: {
    readonly rows: number;
    readonly before: number;
    readonly columns: Columns;
    readonly history: boolean;
  },
): Float32Array<ArrayBuffer> {
  const count = from.length, picked = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    const source = row * before, to = row * count;
    for (let i = 0; i < count; i++) {
      if (!history || goesOn[i] === 1) picked[to + i] = values[source + from[i]];
    }
  }
  return picked;
}

/** The state of these columns. Statistics begin anew. */
export function takeColumns(state: SplatState, columns: Columns): SplatState {
  const { form: { count: before, degree }, parameters, first, second, updates } = state;
  const rows = splatRows(degree), count = columns.from.length;
  const of = (values: Float32Array, history: boolean) =>
    pick(values, { rows, before, columns, history });
  return {
    form: { count, degree },
    parameters: of(parameters, false),
    first: of(first, true),
    second: of(second, true),
    statistics: new Float32Array(3 * count),
    updates,
  };
}

/** All splats as they are, and after them copies of those at `more`. */
export function withCopies(count: number, more: ArrayLike<number>): Columns {
  const from = new Uint32Array(count + more.length), goesOn = new Uint8Array(from.length);
  for (let i = 0; i < count; i++) {
    from[i] = i;
    goesOn[i] = 1;
  }
  from.set(more, count);
  return { from, goesOn };
}

/** Row `row` of the parameters, as a view. */
export function rowOf(
  { form: { count }, parameters }: SplatState,
  row: number,
): Float32Array<ArrayBuffer> {
  return parameters.subarray(row * count, (row + 1) * count);
}

/** Rows by what they hold: see `kernels`. */
export const ROWS = { scale: 3, rotation: 6, opacity: 10 } as const;
