/**
 * Mean and covariance of features that don't fit in memory, in float64 with + − × ÷ alone.
 *
 * There are two passes: the mean first, then sums of products of the differences from it, so that
 * nothing cancels. Sums run over blocks of 64 rows counted from the first row, so they don't depend
 * on how rows were batched or where they are stored.
 * @module
 */
import type { FeatureRows } from "./rows.ts";

/** Moments of a set of features: what the files of pytorch-fid and clean-fid hold. */
export interface Moments {
  /** Rows they were taken over; null where a file doesn't say. */
  readonly count: number | null;
  readonly dimension: number;
  /** [dimension] */
  readonly mean: Float64Array;
  /** [dimension, dimension], divisor N − 1. */
  readonly covariance: Float64Array;
}

/** Rows whose products are summed before they are added to the others'. */
const BLOCK = 64;
/** Bytes read at a time, about. */
const READ = 1 << 23;

/** How long passes over rows are reported. */
export interface MomentOptions {
  /** Rows done of 2 × count: each is seen twice. */
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Moments of the first `count` rows.
 * @throws RangeError on fewer than 2 rows, or where a feature is not finite, with its row
 */
export async function momentsOf(
  rows: FeatureRows,
  count: number,
  { progress }: MomentOptions = {},
): Promise<Moments> {
  const { dimension } = rows;
  if (count < 2) throw new RangeError(`a covariance needs at least 2 rows, got ${count}`);
  const step = BLOCK * Math.max(1, Math.floor(READ / 8 / dimension / BLOCK));
  const block = new Float64Array(Math.min(count, step) * dimension);
  const mean = new Float64Array(dimension), covariance = new Float64Array(dimension * dimension);
  async function pass(first: number, take: (values: Float64Array, from: number) => void) {
    for (let from = 0; from < count; from += step) {
      const to = Math.min(count, from + step);
      take(rows.read(from, to, block), from);
      progress?.(first + to, 2 * count);
      await new Promise((resume) => setTimeout(resume)); // signals and progress are heard
    }
  }
  await pass(0, (values, from) => {
    for (let at = 0, j = 0; at < values.length; at++) {
      if (!Number.isFinite(values[at])) {
        throw new RangeError(
          `feature ${j} of row ${from + Math.floor(at / dimension)} is ${values[at]}; every ` +
            "feature must be finite",
        );
      }
      mean[j] += values[at];
      if (++j === dimension) j = 0;
    }
  });
  for (let j = 0; j < dimension; j++) mean[j] /= count;
  const columns = new Float64Array(dimension * BLOCK);
  await pass(count, (values) => {
    const held = values.length / dimension;
    for (let from = 0; from < held; from += BLOCK) {
      centredColumns(values.subarray(from * dimension), mean, columns);
      addProducts(columns, covariance, dimension);
    }
  });
  for (let i = 0; i < dimension; i++) {
    for (let j = i; j < dimension; j++) {
      covariance[j * dimension + i] = covariance[i * dimension + j] /= count - 1;
    }
  }
  return { count, dimension, mean, covariance };
}

/** The first block of rows minus the mean, transposed to [dimension, BLOCK]; zeros where rows end. */
function centredColumns(values: Float64Array, mean: Float64Array, columns: Float64Array): void {
  const dimension = mean.length, rows = Math.min(BLOCK, values.length / dimension);
  if (rows < BLOCK) columns.fill(0);
  for (let t = 0, at = 0; t < rows; t++) {
    for (let j = 0; j < dimension; j++) columns[j * BLOCK + t] = values[at++] - mean[j];
  }
}

/**
 * Adds the products of columns to the upper triangle of `sums`. Two by four at a time, so that each
 * number loaded is used in several products; every sum runs over t in order, wherever its tile lies.
 */
function addProducts(columns: Float64Array, sums: Float64Array, dimension: number): void {
  const even = dimension & ~1;
  for (let i = 0; i < even; i += 2) {
    const a = i * BLOCK, b = a + BLOCK;
    let j = i;
    for (; j + 3 < dimension; j += 4) {
      let p = j * BLOCK, q = p + BLOCK, r = q + BLOCK, s = r + BLOCK;
      let ap = 0, aq = 0, ar = 0, as = 0, bp = 0, bq = 0, br = 0, bs = 0;
      for (let t = 0; t < BLOCK; t++, p++, q++, r++, s++) {
        const u = columns[a + t], v = columns[b + t];
        const w = columns[p], x = columns[q], y = columns[r], z = columns[s];
        ap += u * w;
        aq += u * x;
        ar += u * y;
        as += u * z;
        bp += v * w;
        bq += v * x;
        br += v * y;
        bs += v * z;
      }
      const upper = i * dimension + j, lower = upper + dimension;
      sums[upper] += ap;
      sums[upper + 1] += aq;
      sums[upper + 2] += ar;
      sums[upper + 3] += as;
      sums[lower] += bp;
      sums[lower + 1] += bq;
      sums[lower + 2] += br;
      sums[lower + 3] += bs;
    }
    for (; j < dimension; j++) {
      sums[i * dimension + j] += along(columns, a, j * BLOCK);
      sums[(i + 1) * dimension + j] += along(columns, b, j * BLOCK);
    }
  }
  if (even < dimension) {
    const last = dimension * dimension - 1, a = even * BLOCK;
    sums[last] += along(columns, a, a);
  }
}

function along(columns: Float64Array, a: number, b: number): number {
  let sum = 0;
  for (let t = 0; t < BLOCK; t++) sum += columns[a + t] * columns[b + t];
  return sum;
}
