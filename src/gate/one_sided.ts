/**
 * Rows that nothing judges: new ones, those that the baseline has and the records don't, and timings
 * of a machine whose noise nobody has calibrated.
 * @module
 */
import { type Baseline, baselineRows } from "./baseline.ts";
import { sessionValue } from "./floors.ts";
import { type ResolvedPolicy, resolvePolicy } from "./policy.ts";
import { type Row, rowKey, type Rows } from "./rows.ts";
import type { GateInput, Verdict } from "./verdict.ts";

/** Why a row can be compared with nothing. */
export function whyNew(row: Row, input: GateInput, before: Row | undefined): string {
  const other = input.baselines.find((b) => b.machineClass === row.scope);
  if (before !== undefined) {
    return `metric version ${row.version}, the baseline has version ${before.version}`;
  }
  if (other === undefined) {
    return row.scope === "any"
      ? "no baseline of this suite"
      : `no baseline of machine class ${row.scope}`;
  }
  return other.suiteVersion === input.suiteVersion
    ? "not in the baseline"
    : `suite version ${input.suiteVersion}, the baseline is of version ${other.suiteVersion}`;
}

/** What every verdict says of its row. */
export function common(row: Row, policy: ResolvedPolicy) {
  return {
    label: row.label,
    group: row.group,
    metric: row.name,
    kind: policy.kind,
    direction: policy.direction,
    unit: row.unit,
    effectUnit: policy.effect.kind === "relative" ? "share" : "absolute",
    alpha: policy.alpha,
    scope: row.scope,
  } as const;
}

const center = (row: Row) => {
  let sum = 0;
  for (const value of row.values.values()) sum += value;
  return sum / row.values.size;
};

const untested = {
  effect: null,
  minimumEffect: null,
  interval: null,
  test: "none",
  p: null,
  adjustedP: null,
} as const;

/** The verdict on a row without a baseline. */
export function newVerdict(row: Row, policy: ResolvedPolicy, why: string): Verdict {
  return {
    verdict: "new",
    ...common(row, policy),
    ...untested,
    baseline: null,
    value: center(row),
    seeds: { baseline: 0, value: row.values.size },
    why,
  };
}

/**
 * The verdict on a timing where this machine's noise wasn't calibrated: both numbers and what they
 * differ by, without a judgement.
 * @param before the same row of this class's baseline, where there is one
 */
export function shownVerdict(row: Row, policy: ResolvedPolicy, before: Row | null): Verdict {
  const value = sessionValue(row);
  const baseline = before === null ? null : sessionValue(before);
  const scale = policy.effect.kind === "absolute" ? 1 : Math.abs(baseline ?? 0);
  return {
    verdict: "shown",
    ...common(row, policy),
    ...untested,
    effect: baseline === null || scale === 0 ? null : (value - baseline) / scale,
    baseline,
    value,
    seeds: { baseline: before?.values.size ?? 0, value: row.values.size },
    why: "not judged: this machine's noise isn't calibrated",
  };
}

/** Baseline rows that the records should have and don't. */
export function missingRows(input: GateInput, usable: readonly Baseline[], rows: Rows): Verdict[] {
  const present = new Set(rows.rows.map(rowKey));
  const scopes = new Set(["any", ...input.records.map((r) => r.provenance.machineClass)]);
  const anywhere = input.records.some((r) => /^any\b/.test(r.provenance.determinism));
  const missing: Verdict[] = [];
  for (const baseline of usable) {
    if (!scopes.has(baseline.machineClass)) continue;
    if (baseline.machineClass === "any" && !anywhere && input.records.length > 0) continue;
    for (const [key, row] of baselineRows(baseline)) {
      if (present.has(key) || (input.labels !== undefined && !input.labels.has(row.label))) {
        continue;
      }
      const policy = resolvePolicy(row, input.policies?.(row));
      if (policy.off) continue;
      missing.push({
        verdict: "missing",
        ...common(row, policy),
        ...untested,
        baseline: center(row),
        value: null,
        seeds: { baseline: row.values.size, value: 0 },
        why: rows.unavailable.get(key) ?? rows.absent.get(row.label)?.join("; ") ??
          "in the baseline, not in the records",
      });
    }
  }
  return missing;
}
