/**
 * The door through which features and covariances come in: they are looked at once, where they are
 * read or made, for every metric that rests on them. A NaN that slips through is a metric without a
 * value, and a covariance that is none is a distance of 0; both are told here with where they came
 * from.
 * @module
 */
import { type Dense, dot, type Features } from "../algebra/mod.ts";
import type { Extractor } from "../extractors/mod.ts";

/** A row with a number that isn't finite: the first of it. */
export interface OddRow {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/** Rows of row-major numbers that are not all finite. @param from number of the first row */
export function oddRows(data: ArrayLike<number>, dimension: number, from = 0): OddRow[] {
  const found: OddRow[] = [];
  for (let at = 0; at < data.length; at++) {
    if (Number.isFinite(data[at])) continue;
    const row = Math.floor(at / dimension);
    found.push({ row: from + row, column: at - row * dimension, value: data[at] });
    at = (row + 1) * dimension - 1;
  }
  return found;
}

/** Rows that are reported one by one. */
const SHOWN = 5;

/** Odd rows as a text: the first few with their numbers. */
export function oddText(
  odd: readonly OddRow[],
  { count = odd.length, name = (row: number) => `row ${row}` }: {
    /** Of all of them, where only the first are given. */
    count?: number;
    name?: (row: number) => string;
  } = {},
): string {
  const told = odd.slice(0, SHOWN)
    .map(({ row, column, value }) => `${name(row)} (number ${column} is ${value})`);
  return told.join(", ") + (count > told.length ? ` and ${count - told.length} more` : "");
}

/**
 * Features that an extractor made of so many pictures.
 * @throws RangeError where they are of another number or dimension, or not all finite
 */
export function admitFeatures(
  features: Features,
  { name, dimension, count }: { name: string; dimension?: number; count: number },
): Features {
  const { data } = features, wanted = dimension ?? features.dimension;
  if (
    features.count !== count || features.dimension !== wanted || data.length !== count * wanted
  ) {
    throw new RangeError(
      `${name} gave ${features.count} × ${features.dimension} features (${data.length} numbers) ` +
        `of ${count} pictures; ${count} × ${wanted} were expected`,
    );
  }
  const odd = oddRows(data, wanted);
  if (odd.length === 0) return features;
  throw new RangeError(
    `${name}: features of ${odd.length} of ${count} pictures are not finite: ${
      oddText(odd, { name: (row) => `picture ${row}` })
    }; its weights are damaged, or not its own`,
  );
}

/** An extractor whose features are looked at before anybody else sees them. */
export function watched(extractor: Extractor): Extractor {
  const { name, dimension } = extractor;
  return Object.create(extractor, {
    extract: {
      enumerable: true,
      value: async (images: Parameters<Extractor["extract"]>[0]) =>
        admitFeatures(await extractor.extract(images), { name, dimension, count: images.count }),
    },
    ...(extractor.spatial && {
      spatial: {
        enumerable: true,
        value: async (images: Parameters<Extractor["extract"]>[0]) =>
          admitFeatures(await extractor.spatial!(images), {
            name: `${name} (spatial)`,
            count: images.count,
          }),
      },
    }),
  });
}

/**
 * Rounding of a covariance, of its trace: networks compute in float32, and some keep statistics in
 * it. What differs by more is no rounding.
 */
export const COVARIANCE_ROUNDING = 2 ** -20;

/** A direction along which a matrix that should be a covariance has a variance below zero. */
export interface NegativeVariance {
  /** uᵀΣu of a unit vector u: the least eigenvalue is no larger. */
  readonly variance: number;
}

/**
 * Looks for a direction with less than −t variance, t = `COVARIANCE_ROUNDING` of the trace: Σ + tI has
 * a Cholesky factor exactly where there is none (Golub & Van Loan, 4th ed., thm 4.2.7), but for the
 * factor's own rounding, which is far below t.
 * @param covariance symmetric
 * @returns null where it is a covariance
 */
export function negativeVariance({ rows: d, data }: Dense): NegativeVariance | null {
  let trace = 0, size = 0;
  for (let j = 0; j < d; j++) trace += data[j * (d + 1)];
  for (const v of data) size = Math.max(size, Math.abs(v)); // no more than the trace of a covariance
  if (size === 0) return null;
  const shift = COVARIANCE_ROUNDING * Math.max(trace, size);
  const lower = new Float64Array(d * d); // row i of L in its first i + 1 places
  for (let i = 0; i < d; i++) {
    const row = i * d;
    for (let j = 0; j < i; j++) {
      const rest = data[row + j] - dot(lower, lower, row, j * d, j);
      lower[row + j] = rest / lower[j * (d + 1)];
    }
    const pivot = data[row + i] + shift - dot(lower, lower, row, row, i);
    if (!(pivot > 0)) return alongPivot(data, lower, i);
    lower[row + i] = Math.sqrt(pivot);
  }
  return null;
}

/** The variance along the direction that made the factor end at row `i`. */
function alongPivot(data: Float64Array, lower: Float64Array, i: number): NegativeVariance {
  const d = Math.sqrt(data.length);
  // v = (−x, 1, 0 …) with Lᵀx = l, the row of L at which it ended: vᵀ(Σ + tI)v is the pivot.
  const v = new Float64Array(d);
  for (let j = i - 1; j >= 0; j--) {
    let rest = lower[i * d + j];
    for (let k = j + 1; k < i; k++) rest += lower[k * d + j] * v[k];
    v[j] = -rest / lower[j * (d + 1)];
  }
  v[i] = 1;
  let variance = 0;
  for (let j = 0; j <= i; j++) variance += v[j] * dot(data, v, j * d, 0, i + 1);
  return { variance: variance / dot(v, v, 0, 0, i + 1) };
}
