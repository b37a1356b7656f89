/**
 * Verdicts on speed that was measured in turns with the baseline's commit.
 * @module
 */
import { holm, median, signedRank } from "../../stats/mod.ts";
import type { Comparison } from "../verdict/compare.ts";
import type { Turns } from "./interleave.ts";
import { type PolicyOf, type ResolvedPolicy, resolvePolicy } from "../policy.ts";
import { rowKey } from "../verdict/rows.ts";
import { judge } from "../verdict/evaluate.ts";
import type { Verdict } from "../verdict/verdict.ts";

/**
 * One timing by its pairs: Wilcoxon's signed-rank test on the change of each pair. What a machine
 * does over minutes cancels within a pair, so no floor is needed: the minimum effect is the policy's.
 */
export function compareTurns(
  pairs: readonly { readonly baseline: number; readonly value: number }[],
  policy: ResolvedPolicy,
): Comparison {
  const absolute = policy.effect.kind === "absolute";
  const common = {
    minimum: policy.effect.size,
    minimumFrom: "policy",
    baseline: median(pairs.map(({ baseline }) => baseline)),
    value: median(pairs.map(({ value }) => value)),
  } as const;
  if (!absolute && pairs.some(({ baseline }) => baseline === 0)) {
    return {
      ...common,
      test: "none",
      difference: null,
      low: null,
      high: null,
      p: null,
      notes: ["the baseline is 0: give the gate an absolute effect, not a percentage"],
    };
  }
  const changes = pairs.map(({ baseline, value }) =>
    (value - baseline) / (absolute ? 1 : Math.abs(baseline))
  );
  const { estimate, low, high, p, n } = signedRank(changes, 1 - policy.alpha);
  return {
    ...common,
    test: "signed rank",
    difference: estimate,
    low,
    high,
    p,
    notes: [`${n} pairs`],
  };
}

/**
 * Puts what the turns say in the place of these verdicts, Holm-corrected over them; a verdict whose
 * row the turns don't have stays.
 */
export function turnVerdicts(
  verdicts: readonly Verdict[],
  { turns, policies }: { readonly turns: Turns; readonly policies?: PolicyOf },
): Verdict[] {
  const made = verdicts.flatMap((verdict) => {
    const measured = turns.rows.get(rowKey({ label: verdict.label, name: verdict.metric }));
    if (measured === undefined) return [];
    const policy = resolvePolicy(measured.row, policies?.(measured.row));
    const seeds = new Set(measured.pairs.map(({ seed }) => seed)).size;
    return [{ verdict, policy, comparison: compareTurns(measured.pairs, policy), seeds }];
  });
  const tested = made.filter(({ comparison }) => comparison.p !== null);
  const adjusted = holm(tested.map(({ comparison }) => comparison.p!));
  const replaced = new Map(made.map(({ verdict, policy, comparison, seeds }) => {
    const place = tested.findIndex((one) => one.verdict === verdict);
    const p = place < 0 ? null : adjusted[place];
    const { direction, alpha } = policy;
    const outcome = judge(comparison, { direction, significant: p !== null && p <= alpha });
    const bounded = Number.isFinite(comparison.low ?? NaN) &&
      Number.isFinite(comparison.high ?? NaN);
    const next: Verdict = {
      ...verdict,
      verdict: outcome,
      effect: comparison.difference,
      effectUnit: policy.effect.kind === "relative" ? "share" : "absolute",
      minimumEffect: comparison.minimum,
      minimumFrom: comparison.minimumFrom,
      interval: bounded ? { low: comparison.low!, high: comparison.high!, level: 1 - alpha } : null,
      test: comparison.test,
      p: comparison.p,
      adjustedP: p,
      baseline: comparison.baseline,
      value: comparison.value,
      seeds: { baseline: seeds, value: seeds },
      why: [
        `in turns with ${turns.commit.slice(0, 10)}`,
        ...comparison.notes,
        ...(tested.length > 1 ? [`Holm over ${tested.length} tests`] : []),
      ].join("; "),
    };
    return [verdict, next] as const;
  }));
  return verdicts.map((verdict) => replaced.get(verdict) ?? verdict);
}
