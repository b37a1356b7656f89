/**
 * The gate of a suite: its policies, checked, and the rows that it should have.
 * @module
 */
import { planSuite, rowsByLabel, settingsFrom } from "../plan/mod.ts";
import { UsageError } from "../base/mod.ts";
import { type PlannedRun, type RunRecord, UnreadableRecord } from "../record/mod.ts";
import { protocolOf } from "../protocols/mod.ts";
import { fromTable, metrics as table } from "../registry.ts";
import type { GatePolicy, Suite, SuiteMetric } from "../suite/schema/mod.ts";
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

/** What metrics of a suite declare, by the list that they stand in. */
async function declaredBy(metrics: readonly SuiteMetric[]): Promise<Declared[]> {
  const found: Declared[] = [];
  for (const entry of metrics) {
    const metric = await fromTable(table, entry.metric, "metric");
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
  const rows = rowsByLabel(suite);
  const lists = new Map<readonly SuiteMetric[], Policies>();
  for (const metrics of [suite.metrics, ...[...rows.values()].map((row) => row.metrics)]) {
    if (!lists.has(metrics)) lists.set(metrics, await policiesOf(metrics));
  }
  const of = (label: string) => lists.get(rows.get(label)?.metrics ?? suite.metrics)!;
  const seeds = new Map<string, Set<number>>();
  for (const { label, spec } of plan) {
    seeds.set(label, (seeds.get(label) ?? new Set()).add(spec.seed));
  }
  const scored = new Set(
    plan.filter(({ spec }) => ["model", "elsewhere"].includes(protocolOf(spec).row))
      .map(({ label }) => label),
  );
  const uses = [...scored].flatMap((label) =>
    of(label).written.map((value): PolicyUse => {
      const policy = resolvePolicy(value, value.policy);
      const repeats = policy.kind === "speed" ? value.repeats : 1;
      return { metric: value.metric, policy, values: seeds.get(label)!.size * repeats };
    })
  );
  checkPolicies(uses);
  return ({ label, metric, name }) => {
    const { byName, byMetric } = of(label);
    return byName.get(`${metric}\u0000${name}`)?.policy ?? byMetric.get(metric);
  };
}

/** The policies that a list of metrics has. */
interface Policies {
  readonly written: readonly Declared[];
  readonly byName: ReadonlyMap<string, Declared>;
  readonly byMetric: ReadonlyMap<string, GatePolicy | undefined>;
}

async function policiesOf(metrics: readonly SuiteMetric[]): Promise<Policies> {
  const written = (await declaredBy(metrics)).filter(({ policy }) => policy !== undefined);
  const byName = new Map(written.map((value) => [`${value.metric}\u0000${value.name}`, value]));
  const byMetric = new Map<string, GatePolicy | undefined>();
  for (const { metric, gate } of metrics) {
    // A name that isn't among those declared: the metric's only policy, if it has only one.
    byMetric.set(metric, byMetric.has(metric) ? undefined : gate);
  }
  return { written, byName, byMetric };
}

/**
 * Whether the suite asks for the metric of a baseline's row. Where a metric gives more than it
 * declares, the records tell.
 */
export async function asksOf(
  suite: Suite,
  records: readonly RunRecord[],
): Promise<
  (row: { readonly label: string; readonly metric: string; readonly name: string }) => boolean
> {
  const key = ({ metric, name }: { metric: string; name: string }) => `${metric}\u0000${name}`;
  const rows = rowsByLabel(suite);
  // Rows of one list of metrics tell of one another: a record may be missing of any.
  const listOf = (label: string) => rows.get(label)?.metrics ?? suite.metrics;
  const asked = new Map<readonly SuiteMetric[], Set<string>>();
  for (const metrics of new Set([suite.metrics, ...rows.keys().map(listOf)])) {
    asked.set(metrics, new Set((await declaredBy(metrics)).map(key)));
  }
  for (const { label, metrics } of records) {
    for (const value of metrics) asked.get(listOf(label))!.add(key(value));
  }
  return (row) => asked.get(listOf(row.label))!.has(key(row));
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
    "suite" | "suiteVersion" | "path" | "policies" | "on" | "labels" | "asked" | "unreadable"
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
    on: dataOfRows(suite),
    asked: plan,
    unreadable,
    ...(left.some(({ label }) => !labels.has(label)) ? { labels } : {}),
  });
  if (left.length === 0) return outcome;
  const restricted = `${left.length} of the suite's ${whole.length} runs were not asked for`;
  return { ...outcome, line: `${outcome.line}; ${restricted}` };
}

/** What the data of a row are called, where a suite has several. */
function dataOfRows(suite: Suite): GateOptions["on"] {
  const rows = rowsByLabel(suite);
  if (new Set([...rows.values()].map(({ data }) => data)).size < 2) return undefined;
  return (label) => rows.get(label)?.data;
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
