/**
 * Steps in a series: the piecewise-constant fit with L1 loss and a price a level (L1 Potts;
 * Friedrich et al. 2008, "Complexity Penalized M-Estimation: Fast Computation"), exact, by dynamic
 * programming in O(n²). asv finds regressions the same way; the price here is set from the noise of
 * neighbouring values rather than by a search.
 * @module
 */
import { log } from "../numeric/mod.ts";
import { median } from "./summary.ts";

/** A stretch of a series on one level. */
export interface Level {
  /** First place. */
  readonly from: number;
  /** One past the last. */
  readonly to: number;
  /** Median of the values. */
  readonly level: number;
  /** Σ |value − level|. */
  readonly cost: number;
}

/** Options of `levelsOf`. */
export interface StepOptions {
  /** What a further level costs; default: `stepPrice` of the series. */
  readonly price?: number;
  /** Fewest values on a level. Default 3: one odd value is no level. */
  readonly shortest?: number;
}

/** Price of a level in mean absolute deviations a ln n: see `stepPrice`. */
const priceFactor = 3;

/**
 * Mean absolute deviation of the noise, from the median size of the changes between neighbours, which
 * a few steps or a slow drift hardly move. For normal noise of deviation σ that median is 0.9539 σ
 * and the mean absolute deviation √(2/π) σ.
 */
export function neighbourNoise(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const changes = values.slice(1).map((value, i) => Math.abs(value - values[i]));
  return median(changes) * 0.7978845608028654 / 0.9538725524;
}

/**
 * What a level must save to be worth having: 3 b ln n, b the mean absolute deviation of the noise
 * (for Laplace noise of scale b a Schwarz criterion asks b ln n for each level's two parameters; the
 * factor keeps false steps in normal noise below one series in twenty, see the tests). Where half of
 * the neighbours agree to the bit the noise is none, and every lasting change is a step.
 */
export function stepPrice(values: readonly number[]): number {
  const scale = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
  const least = 1e-9 * scale;
  return Math.max(least, priceFactor * neighbourNoise(values) * log(Math.max(2, values.length)));
}

/**
 * The levels of a series that minimise Σ|value − level| + price · levels.
 * @throws RangeError for no values or one that is not finite
 */
export function levelsOf(
  values: readonly number[],
  { price = stepPrice(values), shortest = 3 }: StepOptions = {},
): Level[] {
  const n = values.length;
  if (n === 0 || !values.every(Number.isFinite)) {
    throw new RangeError(`steps of ${n} values: one or more, all finite`);
  }
  const least = Math.max(1, Math.min(shortest, n));
  // best[r]: the least total of values 0 … r − 1; start[r]: where its last level begins.
  const best = new Float64Array(n + 1).fill(Infinity);
  const start = new Int32Array(n + 1);
  best[0] = 0;
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
  for (let left = 0; left < n; left++) {
    if (best[left] === Infinity) continue;
    const costs = costsFrom(values, { order, left });
    for (let right = left + least; right <= n; right++) {
      const total = best[left] + price + costs[right - left - 1];
      if (total < best[right]) [best[right], start[right]] = [total, left];
    }
  }
  const levels: Level[] = [];
  for (let to = n; to > 0; to = start[to]) {
    const from = start[to];
    const level = median(values.slice(from, to));
    const cost = values.slice(from, to).reduce((sum, value) => sum + Math.abs(value - level), 0);
    levels.unshift({ from, to, level, cost });
  }
  return levels;
}

/**
 * Σ |value − median| over values left … right, for every right: the values stand in a list in order
 * of size, from which the rightmost one is taken away again and again, so that the median moves by at
 * most one place each time and all of it is O(n).
 */
function costsFrom(
  values: readonly number[],
  { order, left }: { order: readonly number[]; left: number },
): Float64Array {
  const n = values.length;
  const length = n - left;
  const next = new Int32Array(n + 1);
  const previous = new Int32Array(n + 1);
  const end = n;
  let last = end;
  const sorted = order.filter((i) => i >= left);
  for (const i of sorted) {
    [next[last], previous[i]] = [i, last];
    last = i;
  }
  [next[last], previous[end]] = [end, last];
  // `middle` is the lower median: ⌈m/2⌉ values up to and with it, the rest above.
  let middle = sorted[(length - 1) >> 1];
  let [low, high] = [0, 0];
  sorted.forEach((i, place) => {
    if (place <= (length - 1) >> 1) low += values[i];
    else high += values[i];
  });
  const costs = new Float64Array(length);
  // Places in the order of size, to tell on which side of the middle a value stands.
  const place = new Int32Array(n);
  sorted.forEach((i, at) => place[i] = at);
  for (let count = length; count > 0; count--) {
    const below = (count + 1) >> 1;
    // Σ|v − m| = (above − m·#above) + (m·#below − below)
    costs[count - 1] = high - values[middle] * (count - below) + values[middle] * below - low;
    const gone = left + count - 1;
    const isLow = place[gone] <= place[middle];
    if (isLow) low -= values[gone];
    else high -= values[gone];
    // The lower half shall have ⌈(count − 1)/2⌉ values.
    const wanted = count >> 1;
    const has = below - (isLow ? 1 : 0);
    let at = middle;
    if (gone === middle) at = previous[middle];
    if (has > wanted) {
      low -= values[at];
      high += values[at];
      at = previous[at];
    } else if (has < wanted) {
      at = next[at] === gone ? next[gone] : next[at];
      low += values[at];
      high -= values[at];
    }
    [next[previous[gone]], previous[next[gone]]] = [next[gone], previous[gone]];
    middle = at;
  }
  return costs.map((cost) => Math.max(0, cost));
}
