/**
 * One row against its baseline: the change, its interval and its p value, before any correction for
 * many tests and before a verdict.
 * @module
 */
import {
  bestPossibleP,
  deviation,
  differenceInterval,
  mannWhitney,
  mean,
  median,
  shiftInterval,
  tInterval,
  tUpperTail,
} from "../../stats/mod.ts";
import { type Floor, runValue } from "../speed/floors.ts";
import type { ResolvedPolicy } from "../policy.ts";
import type { Row } from "./rows.ts";

/** How a comparison was made. */
export type TestName =
  | "bits"
  | "tolerance"
  | "paired t"
  | "two-sample t"
  | "rank"
  | "range"
  | "signed rank"
  | "none";

/** The evidence on one row. Differences are new − baseline. */
export interface Comparison {
  readonly test: TestName;
  /** In the effect's scale: shares of the baseline for a relative effect, units for an absolute one. */
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** null: no test was made. */
  readonly p: number | null;
  /** The smallest change that counts, in the same scale. */
  readonly minimum: number;
  /** What set it: the policy, the calibrated floor, or the baseline's own spread between runs. */
  readonly minimumFrom: MinimumFrom;
  readonly baseline: number;
  readonly value: number;
  /** Why no test could be made, or what a reader should know. */
  readonly notes: readonly string[];
}

/** See `Comparison.minimumFrom`. */
export type MinimumFrom = "policy" | "floor" | "spread";

/** Values by seed of both sides. */
interface Sides {
  readonly before: Row;
  readonly after: Row;
  /** What A/A runs of this row differ by here, where that was calibrated. */
  readonly floor?: Floor;
  /** Tests that Holm's correction will be over; default 1. */
  readonly tests?: number;
}

const inSeedOrder = <T>(values: ReadonlyMap<number, T>) =>
  [...values].sort(([a], [b]) => a - b).map(([, value]) => value);

/** Compares `after` with its baseline `before` as `policy` says. */
export function compareRow(sides: Sides, policy: ResolvedPolicy): Comparison {
  if (policy.kind === "speed") return compareSpeed(sides, policy);
  const { before, after, floor } = sides;
  const common = [...after.values.keys()].filter((seed) => before.values.has(seed))
    .sort((a, b) => a - b);
  const extra = [...after.values.keys()].filter((seed) => !before.values.has(seed));
  const pairs = common.map((seed) => [before.values.get(seed)!, after.values.get(seed)!]);
  const different = pairs.filter(([old, now]) => !Object.is(old, now)).length;
  const [baseline, value] = [mean(inSeedOrder(before.values)), mean(inSeedOrder(after.values))];
  const minimum = policy.effect.size;
  const minimumFrom: MinimumFrom = "policy";
  if (common.length > 0 && different === 0) {
    const notes = extra.length > 0 ? [`not in the baseline: seed ${extra.join(", ")}`] : [];
    return {
      test: "bits",
      difference: 0,
      low: 0,
      high: 0,
      p: null,
      minimum,
      minimumFrom,
      baseline,
      value,
      notes,
    };
  }
  const notes = common.length === 0
    ? ["no seed in common"]
    : [`bits differ in ${different} of ${common.length} seeds`];
  const scale = policy.effect.kind === "absolute" ? 1 : Math.abs(baseline);
  const none = (reason: string, difference: number | null): Comparison => ({
    test: "none",
    difference,
    low: null,
    high: null,
    p: null,
    minimum,
    minimumFrom,
    baseline,
    value,
    notes: [...notes, reason],
  });
  if (scale === 0) {
    return none("the baseline is 0: give the gate an absolute effect, not a percentage", null);
  }
  if (policy.kind === "deterministic") {
    if (pairs.length === 0) {
      return none("nothing to compare bit for bit", (value - baseline) / scale);
    }
    const change = mean(pairs.map(([old, now]) => now - old)) / scale;
    return {
      test: "tolerance",
      difference: change,
      low: change,
      high: change,
      p: null,
      minimum,
      minimumFrom,
      baseline,
      value,
      notes,
    };
  }
  const level = 1 - policy.alpha;
  const raw = policy.test === "rank"
    ? rankTest({ before: inSeedOrder(before.values), after: inSeedOrder(after.values) }, policy)
    : common.length >= policy.seeds
    ? pairedTest(pairs, level)
    : studentTest({ before: inSeedOrder(before.values), after: inSeedOrder(after.values) }, policy);
  if (typeof raw === "string") return none(raw, (value - baseline) / scale);
  return {
    ...raw,
    difference: raw.difference / scale,
    low: raw.low / scale,
    high: raw.high / scale,
    // A pair of runs of one seed shares what a floor of independent seeds measures: there the test
    // alone knows the noise.
    ...raised(policy, { floor: raw.test === "paired t" ? undefined : floor, scale, baseline }),
    baseline,
    value,
    notes: raw.p === 0 && raw.low === raw.high
      ? [...notes, "no spread between seeds: the minimum effect alone decides"]
      : notes,
  };
}

/** The minimum effect in the effect's scale, and what set it. */
function raised(
  policy: ResolvedPolicy,
  { floor, scale, baseline, tests = 1 }: {
    floor?: Floor;
    scale: number;
    baseline: number;
    tests?: number;
  },
): Pick<Comparison, "minimum" | "minimumFrom"> {
  const share = floor?.share({ alpha: policy.alpha, tests }) ?? 0;
  const noise = share * Math.abs(baseline) / scale;
  return noise > policy.effect.size
    ? { minimum: noise, minimumFrom: "floor" }
    : { minimum: policy.effect.size, minimumFrom: "policy" };
}

interface Tested {
  readonly test: TestName;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
}

/**
 * Student's test on the differences by seed. As a change of the code goes to nothing the differences
 * do too, so this joins on to equality of bits; runs of one seed that share nothing any more cost it
 * degrees of freedom, no validity.
 */
function pairedTest(pairs: readonly (readonly number[])[], level: number): Tested {
  const differences = pairs.map(([old, now]) => now - old);
  const { estimate, low, high } = tInterval(differences, level);
  const error = deviation(differences) / Math.sqrt(differences.length);
  const p = error === 0
    ? (estimate === 0 ? 1 : 0)
    : Math.min(1, 2 * tUpperTail(Math.abs(estimate) / error, differences.length - 1));
  return { test: "paired t", difference: estimate, low, high, p };
}

/** Student's test of new seeds against old ones: the prediction interval s√(1/n + 1/k). */
function studentTest(
  sides: { before: readonly number[]; after: readonly number[] },
  policy: ResolvedPolicy,
): Tested | string {
  const short = tooFew(sides.before.length, policy, "the baseline");
  if (short !== null) return short;
  const { estimate, low, high, standardError, df } = differenceInterval(sides, 1 - policy.alpha);
  const p = standardError === 0
    ? (estimate === 0 ? 1 : 0)
    : Math.min(1, 2 * tUpperTail(Math.abs(estimate) / standardError, df));
  return { test: "two-sample t", difference: estimate, low, high, p };
}

function rankTest(
  sides: { before: readonly number[]; after: readonly number[] },
  policy: ResolvedPolicy,
): Tested | string {
  const short = tooFew(sides.before.length, policy, "the baseline") ??
    tooFew(sides.after.length, policy, "this run");
  if (short !== null) return short;
  const { estimate, low, high } = shiftInterval(sides, 1 - policy.alpha);
  return {
    test: "rank",
    difference: estimate,
    low,
    high,
    p: mannWhitney(sides.before, sides.after).p,
  };
}

function tooFew(found: number, policy: ResolvedPolicy, side: string): string | null {
  if (found >= policy.seeds) return null;
  const unit = policy.kind === "speed" ? "repeat" : "seed";
  return `${side} has ${found} ${unit}${found === 1 ? "" : "s"}, the gate needs ${policy.seeds}`;
}

/**
 * Timings by the rank test. The run is the unit where each side has runs enough for a test to
 * decide; below that the raw repeats are, which share their run's luck. So the minimum effect
 * is raised to the calibrated floor. Without a floor it is raised to the largest ratio between two
 * runs of the baseline itself, which is all that is known of the noise then. A failure needs a
 * confirming rerun.
 */
function compareSpeed(
  { before, after, floor, tests = 1 }: Sides,
  policy: ResolvedPolicy,
): Comparison {
  const runs = (row: Row) =>
    [...row.values.keys()].sort((a, b) => a - b).map((seed) => runValue(row, seed));
  const repeats = (row: Row) =>
    [...row.values].sort(([a], [b]) => a - b)
      .flatMap(([seed, value]) => row.raw.get(seed) ?? [value]);
  const [oldRuns, newRuns] = [runs(before), runs(after)];
  const byRun = Math.min(oldRuns.length, newRuns.length) >= policy.seeds &&
    bestPossibleP(oldRuns.length, newRuns.length) <= policy.alpha / tests;
  const sides = byRun
    ? { before: oldRuns, after: newRuns }
    : { before: repeats(before), after: repeats(after) };
  const [baseline, value] = [median(oldRuns), median(newRuns)];
  const scale = policy.effect.kind === "absolute" ? 1 : Math.abs(baseline);
  const notes = [byRun ? "unit: runs" : "unit: repeats"];
  const { minimum, minimumFrom } = floor !== undefined
    ? raised(policy, { floor, scale, baseline, tests })
    : spreadMinimum(oldRuns, { policy, scale });
  if (minimumFrom === "floor") notes.push(`the floor of ${floor!.n} A/A sessions`);
  if (minimumFrom === "spread") notes.push("minimum effect raised to the baseline's own spread");
  const tested = scale === 0 ? "the baseline is 0" : rankTest(sides, policy);
  if (typeof tested === "string") {
    // Too few values for a test. Where every new value lies within the minimum effect of every old
    // one, nothing hints at a change; beyond that nothing is known.
    const pairs = scale === 0
      ? [Infinity]
      : sides.after.flatMap((now) => sides.before.map((old) => (now - old) / scale));
    const [low, high] = [Math.min(...pairs), Math.max(...pairs)];
    const near = low > -minimum && high < minimum;
    return {
      test: near ? "range" : "none",
      difference: scale === 0 ? null : (value - baseline) / scale,
      low: near ? low : null,
      high: near ? high : null,
      p: null,
      minimum,
      minimumFrom,
      baseline,
      value,
      notes: near
        ? [...notes, `${tested}; every pair of values is within the minimum effect`]
        : [...notes, tested],
    };
  }
  return {
    ...tested,
    difference: tested.difference / scale,
    low: tested.low / scale,
    high: tested.high / scale,
    minimum,
    minimumFrom,
    baseline,
    value,
    notes,
  };
}

/** Where nothing was calibrated: the policy, or the largest difference of two runs of the baseline. */
function spreadMinimum(
  runs: readonly number[],
  { policy, scale }: { policy: ResolvedPolicy; scale: number },
): Pick<Comparison, "minimum" | "minimumFrom"> {
  const noise = scale > 0 ? (Math.max(...runs) - Math.min(...runs)) / scale : 0;
  const minimum = Math.max(policy.effect.size, noise);
  return { minimum, minimumFrom: noise > policy.effect.size ? "spread" : "policy" };
}
