/**
 * A sum over documents divided by another: bits of all by bytes of all.
 * @module
 */

/** A document's part of both sums. */
export interface Pair {
  readonly sum: number;
  readonly weight: number;
}

/** A ratio with its standard error over documents; NaN of one. */
export interface Ratio {
  readonly ratio: number;
  readonly stderr: number;
}

/**
 * r = Σ yᵢ / Σ xᵢ, its standard error to first order (the delta method):
 * √(Σ(yᵢ − r xᵢ)² / (n(n − 1))) / x̄. Cochran 1977, eq. 6.12, of documents drawn from many.
 * @throws RangeError where there is no document, or nothing to divide by
 */
export function ratioError(pairs: readonly Pair[]): Ratio {
  const n = pairs.length;
  let sums = 0, weights = 0;
  for (const { sum, weight } of pairs) {
    sums += sum;
    weights += weight;
  }
  if (!(weights > 0)) throw new RangeError("a ratio of documents that hold nothing");
  const ratio = sums / weights;
  let squares = 0;
  for (const { sum, weight } of pairs) squares += (sum - ratio * weight) ** 2;
  return { ratio, stderr: Math.sqrt(squares / (n * (n - 1))) / (weights / n) };
}
