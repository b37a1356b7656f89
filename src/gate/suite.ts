/**
 * The gate of a suite: its policies, checked, and the rows that it should have.
 * @module
 */
import { planSuite, settingsFrom } from "../plan/mod.ts";
import { UsageError } from "../base/mod.ts";
import { type PlannedRun, type RunRecord, UnreadableRecord } from "../record/mod.ts";
import { protocolOf } from "../protocols/mod.ts";
import { fromTable, metrics } from "../registry.ts";
import type { GatePolicy, Suite } from "../suite/schema/mod.ts";
import { type GateOptions, type GateOutcome, gateRecords } from "./gate.ts";
import { checkPolicies, type PolicyOf, type PolicyUse, resolvePolicy } from "./policy.ts";

interface Declared {
  readonly metric: string;
  readonly name: string;
  readonly kind: "deterministic" | "quality" | "speed";
  readonly direction: "lower" | "higher" | "none";
  readonly policy: GatePolicy | undefined;
  /** Timed repeats, where its config says. */
  readonly repeats: number;
}

async function declaredBy(suite: Suite): Promise<Declared[]> {
  const found: Declared[] = [];
  for (const entry of suite.metrics) {
    const metric = await fromTable(metrics, entry.metric, "metric");
    const { repeats } = entry.config as { repeats?: unknown };
    for (const value of metric.declares(entry.config)) {
      found.push({
        metric: entry.metric,
        name: value.name,
        kind: value.kind,
        direction: value.direction,
        policy: entry.gate,
        repeats: typeof repeats === "number" ? repeats : 1,
      });
    }
  }
  return found;
}

/**
 * The policies of a suite's metrics, by the full name of the value: one metric may stand in a suite
 * twice with other configs and another gate.
 * @param plan the suite's own runs, not narrowed by options: a policy is refused for how it is
 * written, not for a quick look at one seed; without it every policy is taken as it is
 * @throws UsageError for a policy that could never fail (see `checkPolicies`)
 */
export async function suitePolicies(
  suite: Suite,
  plan: readonly PlannedRun[] = [],
): Promise<PolicyOf> {
  const declared = await declaredBy(suite);
  const written = declared.filter(({ policy }) => policy !== undefined);
  const seeds = new Map<string, Set<number>>();
  for (const { label, spec } of plan) {
    seeds.set(label, (seeds.get(label) ?? new Set()).add(spec.seed));
  }
  const scored = new Set(
    plan.filter(({ spec }) => ["model", "elsewhere"].includes(protocolOf(spec).row))
      .map(({ label }) => label),
  );
  const uses = written.flatMap((value): PolicyUse[] => {
    const policy = resolvePolicy(value, value.policy);
    return [...scored].map((label) => ({
      metric: value.metric,
      policy,
      values: seeds.get(label)!.size * (policy.kind === "speed" ? value.repeats : 1),
    }));
  });
  checkPolicies(uses);
  const byName = new Map(written.map((value) => [`${value.metric}\u0000${value.name}`, value]));
  const byMetric = new Map<string, GatePolicy | undefined>();
  for (const { metric, gate } of suite.metrics) {
    // A name that isn't among those declared: the metric's only policy, if it has only one.
    byMetric.set(metric, byMetric.has(metric) ? undefined : gate);
  }
  return ({ metric, name }) => byName.get(`${metric}\u0000${name}`)?.policy ?? byMetric.get(metric);
}

/**
 * Whether the suite asks for the metric of a baseline's row. Where a metric gives more than it
 * declares, the records tell.
 */
export async function asksOf(
  suite: Suite,
  records: readonly RunRecord[],
): Promise<(row: { readonly metric: string; readonly name: string }) => boolean> {
  const key = ({ metric, name }: { metric: string; name: string }) => `${metric}\u0000${name}`;
  const asked = new Set(
    [...await declaredBy(suite), ...records.flatMap(({ metrics }) => metrics)].map(key),
  );
  return (row) => asked.has(key(row));
}

/** What `gateSuite` compares. */
export interface SuiteRecords {
  readonly suite: Suite;
  /**
   * What was asked for: a run of it without a record is missing, what the suite has beside it is not
   * judged.
   */
  readonly plan: readonly PlannedRun[];
  readonly records: readonly RunRecord[];
  /** Why the record of a run of the plan can't be read, by its id. */
  readonly unreadable?: ReadonlyMap<string, string>;
}

/**
 * Gates the records of a plan. A suite changed by `--set` is another experiment under the same name:
 * the verdicts would be about that, so it is not gated.
 * @throws UsageError for policies that could never fail, and for broken baseline files
 */
export async function gateSuite(
  { suite, plan, records, unreadable }: SuiteRecords,
  options: Omit<
    GateOptions,
    "suite" | "suiteVersion" | "path" | "policies" | "labels" | "asked" | "unreadable"
  > = {},
): Promise<GateOutcome> {
  if (suite.overrides.length > 0) {
    return {
      verdicts: [],
      counts: {
        pass: 0,
        regressed: 0,
        improved: 0,
        inconclusive: 0,
        new: 0,
        missing: 0,
        shown: 0,
        total: 0,
        identical: 0,
      },
      line: `NOT COMPARED: --set ${
        suite.overrides.join(" --set ")
      } makes it a different experiment`,
      exitCode: records.some((r) => r.state === "failed" || r.state === "diverged") ? 3 : 0,
    };
  }
  const whole = plan.length === 0
    ? []
    : planSuite(suite, { engine: plan[0].spec.engine, settings: settingsFrom(plan) });
  const ids = new Set(plan.map(({ id }) => id));
  const labels = new Set(plan.map(({ label }) => label));
  const left = whole.filter(({ id }) => !ids.has(id));
  const outcome = await gateRecords(records, {
    ...options,
    suite: suite.name,
    suiteVersion: suite.version,
    path: suite.path,
    policies: await suitePolicies(suite, whole),
    asked: plan,
    unreadable,
    ...(left.some(({ label }) => !labels.has(label)) ? { labels } : {}),
  });
  if (left.length === 0) return outcome;
  const restricted = `${left.length} of the suite's ${whole.length} runs were not asked for`;
  return { ...outcome, line: `${outcome.line}; ${restricted}` };
}

/**
 * Records of a plan, in its order.
 * @param onUnreadable called with a record that can't be read; without it that is thrown
 * @throws UsageError where a record is of another suite
 */
export async function planRecords(
  plan: readonly PlannedRun[],
  read: (id: string) => Promise<RunRecord | null>,
  onUnreadable?: (planned: PlannedRun, why: string) => void,
): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const planned of plan) {
    const { id, spec } = planned;
    let record: RunRecord | null;
    try {
      record = await read(id);
    } catch (error) {
      if (!(error instanceof UnreadableRecord) || onUnreadable === undefined) throw error;
      onUnreadable(planned, error.message);
      continue;
    }
    if (record === null) continue;
    if (record.spec.suite !== spec.suite) {
      throw new UsageError(`record ${id} is of suite ${record.spec.suite}, not of ${spec.suite}`);
    }
    records.push(record);
  }
  return records;
}
