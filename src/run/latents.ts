/**
 * Codes along which pictures are decoded: traversals of single dimensions, and straight lines
 * between the codes of two pictures.
 * @module
 */
import type { Features } from "../metrics/metric.ts";

/** Mean and standard deviation of each dimension over the rows of `codes`. */
export function moments(codes: Features): { mean: Float64Array; deviation: Float64Array } {
  const { count, dimension, data } = codes;
  const mean = new Float64Array(dimension);
  const deviation = new Float64Array(dimension);
  for (let d = 0; d < dimension; d++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += data[i * dimension + d];
    mean[d] = sum / count;
    let squares = 0;
    for (let i = 0; i < count; i++) squares += (data[i * dimension + d] - mean[d]) ** 2;
    deviation[d] = Math.sqrt(squares / count);
  }
  return { mean, deviation };
}

/** The `count` dimensions in which codes vary most, falling; ties by number. */
export function liveliest(deviation: ArrayLike<number>, count: number): number[] {
  return Array.from(deviation, (_, d) => d)
    .sort((a, b) => deviation[b] - deviation[a] || a - b).slice(0, count);
}

/**
 * From code `base`: each dimension of `dimensions` set to mean + k · deviation for k evenly spaced
 * in [−reach, reach], the others kept. Row-major: one row of `columns` codes a dimension.
 */
export function traversal(
  base: ArrayLike<number>,
  over: { mean: ArrayLike<number>; deviation: ArrayLike<number>; dimensions: readonly number[] },
  options: { columns: number; reach: number },
): Features {
  const { columns, reach } = options;
  const dimension = base.length;
  const data = new Float64Array(over.dimensions.length * columns * dimension);
  over.dimensions.forEach((d, row) => {
    for (let c = 0; c < columns; c++) {
      const at = (row * columns + c) * dimension;
      for (let i = 0; i < dimension; i++) data[at + i] = base[i];
      const k = -reach + 2 * reach * c / (columns - 1);
      data[at + d] = over.mean[d] + k * over.deviation[d];
    }
  });
  return { count: over.dimensions.length * columns, dimension, data };
}

/** (1 − t) a + t b for t evenly spaced in [0, 1]: one row of `columns` codes a pair of rows. */
export function interpolation(
  codes: Features,
  pairs: readonly (readonly [number, number])[],
  columns: number,
): Features {
  const { dimension } = codes;
  const data = new Float64Array(pairs.length * columns * dimension);
  pairs.forEach(([a, b], row) => {
    for (let c = 0; c < columns; c++) {
      const t = c / (columns - 1);
      for (let i = 0; i < dimension; i++) {
        data[(row * columns + c) * dimension + i] = (1 - t) * codes.data[a * dimension + i] +
          t * codes.data[b * dimension + i];
      }
    }
  });
  return { count: pairs.length * columns, dimension, data };
}
