/**
 * Permutation tests: labels exchanged within strata, and signs of paired differences flipped. Exact
 * where the arrangements can be counted, else seeded Monte Carlo with p = (b + 1)/(m + 1), which never
 * says 0 and keeps the level (Phipson & Smyth 2010).
 * @module
 */
import {
  hostFold,
  hostIntegers,
  type HostKey,
  hostKey,
  hostPermutation,
} from "../../random/host/mod.ts";
import { powerOfTwo } from "../../numeric/mod.ts";
import { choose } from "./rank.ts";
import { mean } from "../summary.ts";

/** Values of two groups; in a stratum they are exchangeable if nothing differs. */
export interface TwoGroups {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Which tail counts. Two-sided: statistics at least as far from 0. */
export type Alternative = "two-sided" | "greater" | "less";

/** Options of the permutation tests. */
export interface PermutationOptions {
  /** Default two-sided. */
  readonly alternative?: Alternative;
  /** Up to so many arrangements all are gone through. Default 20,000. */
  readonly exactUpTo?: number;
  /** Random arrangements above that. Default 9,999. */
  readonly resamples?: number;
  /** Draws are a function of this key. */
  readonly key?: HostKey;
}

/** What a permutation test found. */
export interface PermutationTest {
  readonly statistic: number;
  readonly p: number;
  readonly method: "exact" | "monte carlo";
  /** How many arrangements p rests on, the one found included. */
  readonly arrangements: number;
}

/**
 * Difference of means, `after` − `before`, over strata by the weight nk/(n + k) that is best where the
 * spread is one in all (van Elteren's and Mantel–Haenszel's).
 */
export function differenceOfMeans(strata: readonly TwoGroups[]): number {
  let sum = 0;
  let weights = 0;
  for (const { before, after } of strata) {
    const weight = before.length * after.length / (before.length + after.length);
    sum += weight * (mean(after) - mean(before));
    weights += weight;
  }
  return sum / weights;
}

/**
 * Tests that `before` and `after` are of one law within each stratum, by exchanging their labels
 * there.
 * @param strata one for a plain two-sample test
 * @param statistic 0 in the middle of its null law, as a difference is
 * @throws RangeError where a group is empty or a value is not finite
 */
export function permutationTest(
  strata: readonly TwoGroups[],
  { statistic = differenceOfMeans, ...options }:
    & PermutationOptions
    & { readonly statistic?: (strata: readonly TwoGroups[]) => number } = {},
): PermutationTest {
  if (strata.length === 0 || strata.some(({ before, after }) => !before.length || !after.length)) {
    throw new RangeError("permutation test: every stratum needs values on both sides");
  }
  const pools = strata.map(({ before, after }) => [...after, ...before]);
  finite(pools.flat());
  const sizes = strata.map(({ after }) => after.length);
  const count = pools.reduce((all, pool, s) => all * choose(pool.length, sizes[s]), 1);
  const arranged = (chosen: readonly ArrayLike<number>[]) =>
    statistic(pools.map((pool, s) => {
      const places = new Set(Array.from(chosen[s]).slice(0, sizes[s]));
      return {
        after: pool.filter((_, i) => places.has(i)),
        before: pool.filter((_, i) => !places.has(i)),
      };
    }));
  return tail(statistic(strata), {
    ...options,
    count,
    *exact() {
      for (const chosen of product(pools.map((pool, s) => subsets(pool.length, sizes[s])))) {
        yield arranged(chosen);
      }
    },
    draw: (key) => arranged(pools.map((pool, s) => hostPermutation(hostFold(key, s), pool.length))),
  });
}

/**
 * Tests that differences of pairs are symmetric about 0, by flipping their signs (Fisher 1935).
 * @param statistic 0 in the middle of its null law; default the mean
 * @throws RangeError for no differences, or one that is not finite
 */
export function signFlipTest(
  differences: readonly number[],
  { statistic = mean, ...options }:
    & PermutationOptions
    & { readonly statistic?: (differences: readonly number[]) => number } = {},
): PermutationTest {
  if (differences.length === 0) throw new RangeError("sign-flip test of no differences");
  finite(differences);
  const n = differences.length;
  return tail(statistic(differences), {
    ...options,
    count: n < 1024 ? powerOfTwo(n) : Infinity,
    *exact() {
      for (let flips = 0; flips < powerOfTwo(n); flips++) {
        yield statistic(differences.map((d, i) => Math.floor(flips / powerOfTwo(i)) % 2 ? -d : d));
      }
    },
    draw: (key) => {
      const signs = hostIntegers(key, n, 2);
      return statistic(differences.map((d, i) => signs[i] ? -d : d));
    },
  });
}

function finite(values: readonly number[]): void {
  if (!values.every(Number.isFinite)) {
    throw new RangeError("permutation test: a value is not finite");
  }
}

/** Arrangements that differ in rounding alone count as equal: relative to the largest statistic. */
const ROUNDING = 1e-12;

/** Share of arrangements at least as extreme as the one found. */
function tail(
  found: number,
  { alternative = "two-sided", exactUpTo = 20_000, resamples = 9999, count, exact, draw, key }:
    & PermutationOptions
    & {
      readonly count: number;
      exact(): Iterable<number>;
      draw(key: HostKey): number;
    },
): PermutationTest {
  const isExact = count <= exactUpTo;
  const base = key ?? hostKey(0, "permutation");
  const all = isExact
    ? [...exact()]
    : Array.from({ length: resamples }, (_, r) => draw(hostFold(base, r)));
  const slack = ROUNDING * all.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const extreme = {
    "two-sided": (value: number) => Math.abs(value) >= Math.abs(found) - slack,
    greater: (value: number) => value >= found - slack,
    less: (value: number) => value <= found + slack,
  }[alternative];
  const far = all.filter(extreme).length;
  return {
    statistic: found,
    p: isExact ? far / all.length : (far + 1) / (resamples + 1),
    method: isExact ? "exact" : "monte carlo",
    arrangements: isExact ? all.length : resamples + 1,
  };
}

/** Every set of `size` places of `n`, in rising order. */
function* subsets(n: number, size: number): Generator<number[]> {
  const places = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    yield [...places];
    let at = size - 1;
    while (at >= 0 && places[at] === n - size + at) at--;
    if (at < 0) return;
    places[at]++;
    for (let i = at + 1; i < size; i++) places[i] = places[i - 1] + 1;
  }
}

/** One of each, in every way. */
function* product<T>(lists: readonly Iterable<T>[]): Generator<T[]> {
  if (lists.length === 0) {
    yield [];
    return;
  }
  const [first, ...rest] = lists.map((list) => [...list]);
  for (const item of first) for (const others of product(rest)) yield [item, ...others];
}
