/**
 * Mann–Whitney's rank test and the shift interval that belongs to it. Small samples are exact,
 * ties included: the distribution of the rank sum over all splits of the midranks found.
 * @module
 */
import { normalQuantile, normalUpperTail } from "../distribution.ts";
import type { Interval } from "../interval/estimate.ts";
import { doubledMidranks } from "./midranks.ts";
import { median } from "../summary.ts";

/** Up to this many values in all the test is exact: C(56, 28) is the last below 2⁵³. */
export const EXACT_UP_TO = 56;

/** Result of `mannWhitney`. */
export interface RankTest {
  /** Pairs with after > before, ties counted half. */
  readonly u: number;
  /** Two-sided. */
  readonly p: number;
  readonly method: "exact" | "normal";
}

/**
 * How many of the C(N, size) subsets of `items` (whole numbers ≥ 0) have each sum, by dynamic
 * programming over the items. Whole numbers below 2⁵³, so exact.
 */
function subsetSums(items: readonly number[], size: number): Float64Array {
  const largest = [...items].sort((a, b) => b - a).slice(0, size).reduce((a, b) => a + b, 0);
  const counts = Array.from({ length: size + 1 }, () => new Float64Array(largest + 1));
  counts[0][0] = 1;
  let seen = 0;
  for (const item of items) {
    seen++;
    for (let k = Math.min(size, seen); k >= 1; k--) {
      const [to, from] = [counts[k], counts[k - 1]];
      for (let sum = largest; sum >= item; sum--) to[sum] += from[sum - item];
    }
  }
  return counts[size];
}

/**
 * Two-sided Mann–Whitney test of `after` against `before` (Mann & Whitney 1947; ties by midranks,
 * Lehmann 1975). Exact up to 56 values in all, the normal approximation with tie and continuity
 * corrections above. p is the share of splits at least as far from the expected rank sum.
 * @throws RangeError where a sample is empty or holds a value that is not finite
 */
export function mannWhitney(before: readonly number[], after: readonly number[]): RankTest {
  const [k, n] = [before.length, after.length];
  if (k === 0 || n === 0) throw new RangeError(`rank test of ${n} values against ${k}: none empty`);
  const all = [...after, ...before];
  if (!all.every(Number.isFinite)) throw new RangeError("rank test: a value is not finite");
  const ranks = doubledMidranks(all);
  const total = n + k;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += ranks[i];
  const u = (sum - n * (n + 1)) / 2;
  const expected = n * (total + 1);
  const distance = Math.abs(sum - expected);
  if (total <= EXACT_UP_TO) {
    let far = 0;
    let splits = 0;
    subsetSums(ranks, n).forEach((count, at) => {
      splits += count;
      if (Math.abs(at - expected) >= distance) far += count;
    });
    return { u, p: far / splits, method: "exact" };
  }
  // Variance of the (undoubled) rank sum under ties: nk/12 · ((N + 1) − Σ(t³ − t)/(N(N − 1))).
  const ties = new Map<number, number>();
  for (const rank of ranks) ties.set(rank, (ties.get(rank) ?? 0) + 1);
  let tied = 0;
  for (const t of ties.values()) tied += t * t * t - t;
  const variance = n * k / 12 * (total + 1 - tied / (total * (total - 1)));
  if (variance <= 0) return { u, p: 1, method: "normal" };
  const z = Math.max(0, distance / 2 - 0.5) / Math.sqrt(variance);
  return { u, p: Math.min(1, 2 * normalUpperTail(z)), method: "normal" };
}

/**
 * Hodges–Lehmann shift `after` − `before`, the median of all pairwise differences, with the interval
 * of the rank test (Hodges & Lehmann 1963). Where no interval of that level exists, because there
 * are too few values, it is unbounded.
 */
export function shiftInterval(
  { before, after }: { before: readonly number[]; after: readonly number[] },
  level = 0.95,
): Interval {
  const [k, n] = [before.length, after.length];
  if (k === 0 || n === 0) throw new RangeError(`shift of ${n} values against ${k}: none empty`);
  const differences: number[] = [];
  for (const a of after) for (const b of before) differences.push(a - b);
  differences.sort((a, b) => a - b);
  const outside = outsidePairs({ k, n }, (1 - level) / 2);
  return {
    estimate: median(differences),
    low: outside === 0 ? -Infinity : differences[outside - 1],
    high: outside === 0 ? Infinity : differences[n * k - outside],
    level,
    n: n + k,
    method: "rank",
  };
}

/** Largest c with P(U ≤ c − 1) ≤ tail under the null law without ties: differences left out a side. */
function outsidePairs({ k, n }: { k: number; n: number }, tail: number): number {
  const total = n + k;
  if (total > EXACT_UP_TO) {
    const spread = Math.sqrt(n * k * (total + 1) / 12);
    return Math.max(0, Math.floor(n * k / 2 + 0.5 + normalQuantile(tail) * spread));
  }
  const counts = subsetSums(Array.from({ length: total }, (_, i) => i + 1), n);
  const splits = choose(total, n);
  const smallest = n * (n + 1) / 2;
  let c = 0;
  let below = counts[smallest];
  while (below <= tail * splits && c < n * k / 2) {
    c++;
    below += counts[smallest + c];
  }
  return c;
}

/** Number of ways to choose `k` of `n`. */
export function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = ways * (n - k + i) / i;
  return Math.round(ways);
}

/** The smallest two-sided p that n values against k can give: 2 / C(n + k, n). */
export function bestPossibleP(n: number, k = n): number {
  return Math.min(1, 2 / choose(n + k, n));
}

/** The fewest values a side for which the rank test can reach `alpha` among `tests` tests (Holm). */
export function valuesNeeded(alpha: number, tests: number): number {
  let n = 1;
  while (bestPossibleP(n) > alpha / tests) n++;
  return n;
}
