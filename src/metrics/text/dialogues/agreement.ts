/**
 * How two lists of numbers of the same things agree.
 * @module
 */
import { mean, squaredDeviations } from "../../../stats/mod.ts";

/** Numbers of the same things. */
export interface Two {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

function requireSame({ first, second }: Two): void {
  if (first.length > 0 && first.length === second.length) return;
  throw new RangeError(
    `agreement of ${first.length} and ${second.length} numbers: as many of each`,
  );
}

/** Pearson's correlation; null where one of them doesn't vary. */
export function correlation({ first, second }: Two): number | null {
  requireSame({ first, second });
  const spread = Math.sqrt(squaredDeviations(first)) * Math.sqrt(squaredDeviations(second));
  if (spread === 0) return null;
  const [a, b] = [mean(first), mean(second)];
  const shared = first.reduce((sum, value, i) => sum + (value - a) * (second[i] - b), 0);
  return Math.min(1, Math.max(-1, shared / spread));
}

/** Mean of |first − second|. */
export function meanError({ first, second }: Two): number {
  requireSame({ first, second });
  return mean(first.map((value, i) => Math.abs(value - second[i])));
}

/**
 * The expected calibration error (Naeini, Cooper & Hauskrecht 2015): predictions are parted into bins of
 * equal width; Σ share of the bin · |mean prediction − mean outcome|. Of probabilities and hits, or of
 * predicted numbers and true ones alike, in their unit.
 * @param two `first`: predictions, `second`: outcomes
 * @param options predictions outside [low, high] are counted in the bin at that end
 */
export function calibrationError(
  { first, second }: Two,
  { low, high, bins = 10 }: { readonly low: number; readonly high: number; readonly bins?: number },
): number {
  requireSame({ first, second });
  const binOf = (value: number) =>
    Math.min(bins - 1, Math.max(0, Math.floor((value - low) / (high - low) * bins)));
  const groups = Map.groupBy(first.keys(), (i) => binOf(first[i]));
  let error = 0;
  for (const own of groups.values()) {
    const gap = own.reduce((sum, i) => sum + first[i] - second[i], 0);
    error += Math.abs(gap) / first.length;
  }
  return error;
}
