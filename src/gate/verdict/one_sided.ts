/**
 * Rows that can't be judged: new ones, those in the baseline but not in the records, runs that were
 * asked for and are in neither, and timings of a machine whose noise was not calibrated.
 * @module
 */
import type { RunRecord } from "../../record/mod.ts";
import { type Gaps, gapsText, type Lacking } from "./absent.ts";
import { type Baseline, baselineRows } from "../baseline/baseline.ts";
import { sessionValue } from "../speed/floors.ts";
import { defaultPolicies, type ResolvedPolicy, resolvePolicy } from "../policy.ts";
import { type Row, rowKey } from "./rows.ts";
import type { GateInput } from "./input.ts";
import type { Verdict } from "./verdict.ts";

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

/** Baselines that records can be compared with: of all machines where any of them promises that. */
export function comparable<B extends { readonly machineClass: string }>(
  baselines: readonly B[],
  records: readonly RunRecord[],
): B[] {
  const classes = new Set(records.map((r) => r.provenance.machineClass));
  const anywhere = records.length === 0 ||
    records.some((r) => /^any\b/.test(r.provenance.determinism));
  return baselines.filter(({ machineClass }) =>
    machineClass === "any" ? anywhere : classes.has(machineClass)
  );
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
export function missingRows(
  input: GateInput,
  { usable, rows, lacking, calibrated }: {
    readonly usable: readonly Baseline[];
    readonly rows: readonly Row[];
    readonly lacking: Lacking;
    /** Whether speed is judged on machines of a class. */
    readonly calibrated: (scope: string) => boolean;
  },
): Verdict[] {
  const place = (row: Row) => `${rowKey(row)}\u0000${row.scope}`;
  const present = new Set(rows.map(place));
  const missing: Verdict[] = [];
  for (const baseline of comparable(usable, input.records)) {
    for (const row of baselineRows(baseline).values()) {
      if (present.has(place(row)) || (input.labels !== undefined && !input.labels.has(row.label))) {
        continue;
      }
      const policy = resolvePolicy(row, input.policies?.(row));
      if (policy.off || (policy.kind === "speed" && !calibrated(row.scope))) continue;
      const gaps = lacking.of({ ...row, values: new Map() }, row);
      missing.push({
        verdict: "missing",
        ...common(row, policy),
        ...untested,
        baseline: center(row),
        value: null,
        seeds: {
          baseline: row.values.size,
          value: 0,
          missing: [...new Set([...row.values.keys(), ...gaps.keys()])].sort((a, b) => a - b),
        },
        why: gaps.size > 0 ? gapsText(gaps).join("; ") : "in the baseline, not in the records",
      });
    }
  }
  return missing;
}

/** The verdict on runs that were asked for, where there is no row of their label on either side. */
export function missingRuns(label: string, { gaps, group }: {
  readonly gaps: Gaps;
  readonly group: string;
}): Verdict {
  return {
    verdict: "missing",
    label,
    group,
    metric: "every metric",
    kind: "quality",
    direction: "none",
    unit: "",
    effectUnit: "share",
    alpha: defaultPolicies.quality.alpha,
    scope: "any",
    ...untested,
    baseline: null,
    value: null,
    seeds: { baseline: 0, value: 0, missing: [...gaps.keys()].sort((a, b) => a - b) },
    why: gapsText(gaps).join("; "),
  };
}
