/**
 * Verdicts: what the evidence on every row says, after Holm's correction over the matrix.
 *
 * With h the change in the harmful direction and [l, u] its interval at level 1 − α:
 *
 * | verdict      | when |
 * | ------------ | ---- |
 * | regressed    | adjusted p ≤ α and h ≥ minimum effect |
 * | improved     | adjusted p ≤ α and −h ≥ minimum effect |
 * | pass         | same bits; or u < minimum effect: a regression of that size is excluded; or, for timings too few to test, every pair of values is within it |
 * | inconclusive | none of these: too few seeds, or too much noise |
 * | new, missing | only on one side; missing also where a seed that was asked for has no record, or one of the baseline no number now |
 * | shown        | a timing where this machine's noise wasn't calibrated: not judged |
 *
 * Two things are regressions whatever their size: seeds that were mixed up (see `seeds.ts`), and,
 * where `exact` is asked, any change of bits that the engine promises to repeat.
 * @module
 */
import { holm } from "../../stats/mod.ts";
import { type Lacking, lackingOf, withGaps } from "./absent.ts";
import { baselineRows } from "../baseline/baseline.ts";
import { compareRow, type Comparison } from "./compare.ts";
import { floorOf, isCalibrated } from "../speed/floors.ts";
import { common, missingRows, missingRuns, newVerdict, shownVerdict, whyNew } from "./one_sided.ts";
import { type ResolvedPolicy, resolvePolicy } from "../policy.ts";
import type { GateInput } from "./input.ts";
import { type Row, rowKey, type Rows, rowsOf } from "./rows.ts";
import { seedFaults } from "./seeds.ts";
import type { Verdict, VerdictName } from "./verdict.ts";

/** A row with its baseline and the evidence on both. */
interface Compared {
  readonly row: Row;
  readonly before: Row;
  readonly policy: ResolvedPolicy;
  readonly comparison: Comparison;
}

/** Compares all rows of the records with the baselines. Pure. */
export function evaluateGate(input: GateInput): Verdict[] {
  const rows = rowsOf(input.records);
  const lacking = lackingOf(input, rows);
  const usable = input.baselines.filter((b) => b.suiteVersion === input.suiteVersion);
  const verdicts: Verdict[] = [];
  const paired: Omit<Compared, "comparison">[] = [];
  const { floors = [], suiteVersion } = input;
  const floorFor = floorOf(floors, suiteVersion);
  const calibrated = (scope: string) => isCalibrated(floors, { scope, suiteVersion });
  for (const row of rows.rows) {
    const policy = resolvePolicy(row, input.policies?.(row));
    if (policy.off) continue;
    const baseline = usable.find((b) => b.machineClass === row.scope);
    const before = baseline && baselineRows(baseline).get(rowKey(row));
    const comparable = before !== undefined && before.version === row.version;
    if (policy.kind === "speed" && !calibrated(row.scope)) {
      verdicts.push(shownVerdict(row, policy, comparable ? before : null));
    } else if (!comparable) {
      verdicts.push(withGaps(newVerdict(row, policy, whyNew(row, input, before)), lacking.of(row)));
    } else {
      paired.push({ row, before, policy });
    }
  }
  const timings = paired.filter(({ policy }) => policy.kind === "speed").length;
  const compared = paired.map((one): Compared => {
    const { before, row, policy } = one;
    const sides = { before, after: row, floor: floorFor(row), tests: timings };
    return { ...one, comparison: compareRow(sides, policy) };
  });
  const context = { rows, lacking, exact: input.exact ?? false, faults: seedFaults(compared) };
  for (const kind of ["deterministic", "quality", "speed"] as const) {
    const family = compared.filter(({ policy }) => policy.kind === kind);
    const tested = family.filter(({ comparison }) => comparison.p !== null);
    const adjusted = holm(tested.map(({ comparison }) => comparison.p!));
    for (const entry of family) {
      const place = tested.indexOf(entry);
      verdicts.push(
        decide(entry, context, place < 0 ? null : { p: adjusted[place], of: tested.length }),
      );
    }
  }
  verdicts.push(...missingRows(input, { usable, rows: rows.rows, lacking, calibrated }));
  const told = new Set(
    verdicts.filter(({ verdict }) => verdict !== "shown").map(({ label }) => label),
  );
  for (const [label, gaps] of lacking.labels) {
    if (told.has(label)) continue;
    const like = [...input.asked ?? [], ...input.records].find((run) => run.label === label)!;
    verdicts.push(missingRuns(label, { gaps, group: like.group }));
  }
  return verdicts;
}

/** Which way is harm: +1 where a rise is, −1 where a fall is, 0 where either or neither. */
function harmSign(direction: ResolvedPolicy["direction"]): -1 | 0 | 1 {
  return direction === "lower" ? 1 : direction === "higher" ? -1 : 0;
}

/** The verdict on evidence alone. `significant`: adjusted p ≤ α, or a deterministic change. */
export function judge(
  comparison: Pick<Comparison, "test" | "difference" | "low" | "high" | "minimum">,
  { direction, significant }: Pick<ResolvedPolicy, "direction"> & { significant: boolean },
): "pass" | "regressed" | "improved" | "inconclusive" {
  const { test, difference, low, high, minimum } = comparison;
  if (test === "bits" || test === "range") return "pass";
  if (test === "none" || difference === null || low === null || high === null) {
    return "inconclusive";
  }
  const sign = harmSign(direction);
  if (sign === 0) {
    if (Math.max(Math.abs(low), Math.abs(high)) < minimum) return "pass";
    const changed = significant && Math.abs(difference) >= minimum;
    return changed && direction === "both" ? "regressed" : "inconclusive";
  }
  const harm = sign * difference;
  const worst = sign > 0 ? high : -low;
  if (significant && harm >= minimum && harm > 0) return "regressed";
  if (significant && harm <= -minimum && harm < 0) return "improved";
  return worst < minimum || worst <= 0 ? "pass" : "inconclusive";
}

interface Context {
  readonly rows: Rows;
  readonly lacking: Lacking;
  readonly exact: boolean;
  /** By label: how its seeds were mixed up. */
  readonly faults: ReadonlyMap<string, string>;
}

function decide(
  entry: Compared,
  { rows, lacking, exact, faults }: Context,
  adjusted: { readonly p: number; readonly of: number } | null,
): Verdict {
  const { row, before, policy, comparison } = entry;
  const significant = comparison.test === "tolerance" ||
    (adjusted !== null && adjusted.p <= policy.alpha);
  let verdict: VerdictName = judge(comparison, { direction: policy.direction, significant });
  const notes = [...comparison.notes];
  if (row.group !== before.group && comparison.test !== "bits") notes.push("the spec has changed");
  if (adjusted !== null && adjusted.of > 1) notes.push(`Holm over ${adjusted.of} tests`);
  notes.push(...rows.repeated.get(row.label) ?? []);
  const doubts = rows.unreliable.get(row.label) ?? [];
  notes.push(...doubts);
  if (doubts.length > 0 && verdict !== "regressed") verdict = "inconclusive";
  const wrong = brokenPromise(entry, { exact, faults });
  if (wrong !== null) {
    verdict = "regressed";
    notes.push(wrong);
  }
  const level = 1 - policy.alpha;
  const bounded = comparison.low !== null && comparison.high !== null &&
    Number.isFinite(comparison.low) && Number.isFinite(comparison.high);
  return withGaps({
    verdict,
    ...common(row, policy),
    effect: comparison.difference,
    minimumEffect: comparison.minimum,
    minimumFrom: comparison.minimumFrom,
    interval: bounded && comparison.p !== null
      ? { low: comparison.low!, high: comparison.high!, level }
      : null,
    test: comparison.test,
    p: comparison.p,
    adjustedP: adjusted?.p ?? null,
    baseline: comparison.baseline,
    value: comparison.value,
    seeds: { baseline: before.values.size, value: row.values.size },
    why: [phrase(verdict, comparison), ...notes].filter((text) => text !== "").join("; "),
  }, lacking.of(row, before));
}

/** What makes a change of bits a regression whatever its size, or null. */
function brokenPromise(
  { row, before, policy, comparison }: Compared,
  { exact, faults }: Pick<Context, "exact" | "faults">,
): string | null {
  if (comparison.test === "bits" || policy.kind === "speed") return null;
  const fault = faults.get(row.label);
  if (fault !== undefined) return fault;
  const shared = [...row.values.keys()].some((seed) => before.values.has(seed));
  return exact && row.repeatable && shared ? "bits changed, which --exact forbids" : null;
}

function phrase(verdict: VerdictName, comparison: Comparison): string {
  if (comparison.test === "bits") return "bit-identical";
  if (verdict === "inconclusive" && comparison.low !== null && comparison.test !== "tolerance") {
    return Number.isFinite(comparison.low) && Number.isFinite(comparison.high!)
      ? "the values show neither a change nor its absence"
      : "too few values for an interval at this level";
  }
  if (comparison.test === "range") return "";
  if (verdict === "pass") return "a harmful change as large as the minimum effect is excluded";
  return "";
}
