/**
 * Wilcoxon's signed-rank test of paired differences, with the shift interval that belongs to it.
 * Small samples are exact, ties included: the distribution of the sum of midranks over all signs.
 * @module
 */
import { powerOfTwo } from "../../numeric/mod.ts";
import { normalQuantile, normalUpperTail } from "../distribution.ts";
import { doubledMidranks } from "./midranks.ts";
import { median } from "../summary.ts";

/** Up to this many differences the test is exact: 2⁵⁰ signs are counted without rounding. */
export const EXACT_SIGNS = 50;

/** Result of `signedRank`. */
export interface SignedRank {
  /** Median of the Walsh averages (Hodges & Lehmann 1963). */
  readonly estimate: number;
  /** Interval of the untied null law; unbounded where too few differences allow none. */
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** Sum of the ranks of positive differences. */
  readonly w: number;
  /** Two-sided; differences of 0 are left out (Wilcoxon 1945). */
  readonly p: number;
  /** Differences given. */
  readonly n: number;
  readonly method: "exact" | "normal";
}

/** How many of the 2ⁿ signs give each sum of `ranks` (whole numbers) with a plus. */
function signSums(ranks: readonly number[]): Float64Array {
  const counts = new Float64Array(ranks.reduce((a, b) => a + b, 0) + 1);
  counts[0] = 1;
  let reach = 0;
  for (const rank of ranks) {
    reach += rank;
    for (let sum = reach; sum >= rank; sum--) counts[sum] += counts[sum - rank];
  }
  return counts;
}

/**
 * Tests whether paired differences lie around 0. p is the share of signs at least as far from the
 * expected rank sum; the normal approximation with tie and continuity corrections above 50.
 * @throws RangeError where there are no differences or one is not finite
 */
export function signedRank(differences: readonly number[], level = 0.95): SignedRank {
  const n = differences.length;
  if (n === 0 || !differences.every(Number.isFinite)) {
    throw new RangeError(`signed-rank test of ${n} differences: one or more, all finite`);
  }
  const walsh: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) walsh.push((differences[i] + differences[j]) / 2);
  }
  walsh.sort((a, b) => a - b);
  const outside = outsideAverages(n, (1 - level) / 2);
  const tested = test(differences.filter((d) => d !== 0));
  return {
    estimate: median(walsh),
    low: outside === 0 ? -Infinity : walsh[outside - 1],
    high: outside === 0 ? Infinity : walsh[walsh.length - outside],
    level,
    n,
    ...tested,
  };
}

function test(differences: readonly number[]): Pick<SignedRank, "w" | "p" | "method"> {
  const n = differences.length;
  const ranks = doubledMidranks(differences.map(Math.abs));
  let doubled = 0;
  differences.forEach((d, i) => doubled += d > 0 ? ranks[i] : 0);
  const expected = n * (n + 1) / 2;
  const distance = Math.abs(doubled - expected);
  if (n <= EXACT_SIGNS) {
    let far = 0;
    let signs = 0;
    signSums(ranks).forEach((count, sum) => {
      signs += count;
      if (Math.abs(sum - expected) >= distance) far += count;
    });
    return { w: doubled / 2, p: far / signs, method: "exact" };
  }
  // Var W = Σ r²/4 over the midranks found.
  const variance = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 16;
  const z = Math.max(0, distance / 2 - 0.5) / Math.sqrt(variance);
  return { w: doubled / 2, p: Math.min(1, 2 * normalUpperTail(z)), method: "normal" };
}

/** Largest c with P(W ≤ c − 1) ≤ tail under the untied null law: averages left out a side. */
function outsideAverages(n: number, tail: number): number {
  if (n > EXACT_SIGNS) {
    const spread = Math.sqrt(n * (n + 1) * (2 * n + 1) / 24);
    return Math.max(0, Math.floor(n * (n + 1) / 4 + 0.5 + normalQuantile(tail) * spread));
  }
  const counts = signSums(Array.from({ length: n }, (_, i) => i + 1));
  const signs = powerOfTwo(n);
  let c = 0;
  let below = counts[0];
  while (below <= tail * signs && c < n * (n + 1) / 4) {
    c++;
    below += counts[c];
  }
  return c;
}

/** The fewest pairs for which the test can reach `alpha` among `tests` tests (Holm): 2/2ⁿ ≤ α/m. */
export function pairsNeeded(alpha: number, tests: number): number {
  let n = 1;
  while (2 / powerOfTwo(n) > alpha / tests) n++;
  return n;
}
