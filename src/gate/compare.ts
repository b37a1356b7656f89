/**
 * One row against its baseline: the change, its interval and its p, before any correction for many
 * tests and before any verdict.
 * @module
 */
import {
  bestPossibleP,
  differenceInterval,
  mannWhitney,
  mean,
  median,
  shiftInterval,
  tInterval,
  tUpperTail,
} from "../stats/mod.ts";
import { deviation } from "../stats/summary.ts";
import type { ResolvedPolicy } from "./policy.ts";
import type { Row } from "./rows.ts";

/** How a comparison was made. */
export type TestName =
  | "bits"
  | "tolerance"
  | "paired t"
  | "two-sample t"
  | "rank"
  | "range"
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
  /** The smallest change that counts, in the same scale; A/A noise of timings included. */
  readonly minimum: number;
  readonly baseline: number;
  readonly value: number;
  /** Why no test could be made, or what a reader should know. */
  readonly notes: readonly string[];
}

/** Values by seed of both sides. */
interface Sides {
  readonly before: Row;
  readonly after: Row;
}

const inSeedOrder = <T>(values: ReadonlyMap<number, T>) =>
  [...values].sort(([a], [b]) => a - b).map(([, value]) => value);

/** Compares `after` with its baseline `before` as `policy` says. */
export function compareRow(sides: Sides, policy: ResolvedPolicy): Comparison {
  if (policy.kind === "speed") return compareSpeed(sides, policy);
  const { before, after } = sides;
  const common = [...after.values.keys()].filter((seed) => before.values.has(seed))
    .sort((a, b) => a - b);
  const extra = [...after.values.keys()].filter((seed) => !before.values.has(seed));
  const pairs = common.map((seed) => [before.values.get(seed)!, after.values.get(seed)!]);
  const different = pairs.filter(([old, now]) => !Object.is(old, now)).length;
  const [baseline, value] = [mean(inSeedOrder(before.values)), mean(inSeedOrder(after.values))];
  const minimum = policy.effect.size;
  if (common.length > 0 && different === 0) {
    const notes = extra.length > 0 ? [`not in the baseline: seed ${extra.join(", ")}`] : [];
    return {
      test: "bits",
      difference: 0,
      low: 0,
      high: 0,
      p: null,
      minimum,
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
    minimum,
    baseline,
    value,
    notes,
  };
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
  const unit = policy.kind === "speed" ? "repeats" : "seeds";
  return `${side} has ${found} ${unit}, the gate asks ${policy.seeds}`;
}

/**
 * Timings by the rank test. The run is the unit where each side has runs enough for a test to
 * decide; below that the raw repeats are, which share their run's luck, so that the minimum effect is
 * raised to the largest ratio between two runs of the baseline itself (A/A), and a failure needs a
 * confirming rerun.
 */
function compareSpeed({ before, after }: Sides, policy: ResolvedPolicy): Comparison {
  const runs = (row: Row) =>
    [...row.values].sort(([a], [b]) => a - b)
      .map(([seed, value]) => row.raw.has(seed) ? median(row.raw.get(seed)!) : value);
  const repeats = (row: Row) =>
    [...row.values].sort(([a], [b]) => a - b)
      .flatMap(([seed, value]) => row.raw.get(seed) ?? [value]);
  const [oldRuns, newRuns] = [runs(before), runs(after)];
  const byRun = Math.min(oldRuns.length, newRuns.length) >= policy.seeds &&
    bestPossibleP(oldRuns.length, newRuns.length) <= policy.alpha;
  const sides = byRun
    ? { before: oldRuns, after: newRuns }
    : { before: repeats(before), after: repeats(after) };
  const [baseline, value] = [median(oldRuns), median(newRuns)];
  const scale = policy.effect.kind === "absolute" ? 1 : Math.abs(baseline);
  const spread = Math.max(...oldRuns) - Math.min(...oldRuns);
  const noise = scale > 0 ? spread / scale : 0;
  const minimum = Math.max(policy.effect.size, noise);
  const notes = [byRun ? "unit: runs" : "unit: repeats"];
  if (noise > policy.effect.size) notes.push("minimum effect raised to the baseline's own spread");
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
    baseline,
    value,
    notes,
  };
}
