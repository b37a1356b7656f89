/** Means, spreads and medians of small samples. @module */

/**
 * Arithmetic mean.
 * @throws RangeError for an empty sample
 */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("mean of no values");
  let sum = 0;
  for (const value of values) sum += value;
  const first = sum / values.length;
  // One correction step: exact for constant samples, whose sum may round.
  let rest = 0;
  for (const value of values) rest += value - first;
  return first + rest / values.length;
}

/** Σ (x − x̄)². */
export function squaredDeviations(values: readonly number[]): number {
  const centre = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - centre) * (value - centre);
  return sum;
}

/**
 * Sample standard deviation, divisor n − 1.
 * @throws RangeError below two values
 */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) throw new RangeError(`deviation of ${values.length} values: 2 or more`);
  return Math.sqrt(squaredDeviations(values) / (values.length - 1));
}

/**
 * Median; of an even number of values, the mean of the middle two.
 * @throws RangeError for an empty sample
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("median of no values");
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
