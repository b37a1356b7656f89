/**
 * `gate --update`: from records to new baselines, with the difference for a reviewer to see first.
 * @module
 */
import { UsageError } from "../errors.ts";
import type { Record as RunRecord } from "../record/record.ts";
import { type Baseline, baselineRows, type BaselineUpdate, storedRow } from "./baseline.ts";
import { type Row, rowKey, rowsOf } from "./rows.ts";

/** A row that an update adds, changes or removes. */
export interface RowChange {
  readonly change: "added" | "changed" | "removed";
  readonly label: string;
  readonly metric: string;
  readonly scope: string;
  /** By seed; empty where the row wasn't, or won't be, there. */
  readonly before: ReadonlyMap<number, number>;
  readonly after: ReadonlyMap<number, number>;
}

/** What an update would write. */
export interface UpdatePlan {
  readonly baselines: readonly Baseline[];
  readonly changes: readonly RowChange[];
}

/** What `planUpdate` needs. */
export interface UpdateInput {
  readonly suite: string;
  readonly suiteVersion: number;
  readonly records: readonly RunRecord[];
  /** What is there now. */
  readonly baselines: readonly Baseline[];
  readonly update: Pick<BaselineUpdate, "reason" | "author" | "date">;
  /** Labels of the whole suite: rows of others are removed. */
  readonly labels: ReadonlySet<string>;
}

/**
 * New baselines from records. Rows of labels that the records don't cover stay as they are; rows of
 * labels that the suite has no more go.
 * @throws UsageError for a set that must not become a baseline: nothing measured, runs that failed,
 *   diverged, aren't finished or are unreliable, code with uncommitted changes, several commits
 */
export function planUpdate(input: UpdateInput): UpdatePlan {
  refuse(input);
  const { rows, unavailable } = rowsOf(input.records);
  const covered = new Set(input.records.map((record) => record.label));
  const commit = input.records[0].provenance.gitSha;
  const baselines: Baseline[] = [];
  const changes: RowChange[] = [];
  for (const scope of [...new Set(rows.map((row) => row.scope))].sort()) {
    const old = input.baselines.find((b) => b.machineClass === scope) ?? null;
    const before = old?.suiteVersion === input.suiteVersion
      ? baselineRows(old)
      : new Map<string, Row>();
    const after = new Map<string, Row>();
    for (const [key, row] of before) {
      if (!covered.has(row.label) && input.labels.has(row.label)) after.set(key, row);
    }
    for (const row of rows) if (row.scope === scope) after.set(rowKey(row), row);
    const changed = difference(old === null ? new Map() : baselineRows(old), after, scope);
    if (changed.length === 0 && old?.suiteVersion === input.suiteVersion) continue;
    changes.push(...changed);
    const record = input.records.find((r) =>
      scope === "any" || r.provenance.machineClass === scope
    )!;
    baselines.push({
      format: 1,
      suite: input.suite,
      suiteVersion: input.suiteVersion,
      machineClass: scope,
      engine: record.provenance.engine,
      updates: [{ ...input.update, commit, rows: changed.length }, ...old?.updates ?? []],
      rows: [...after.values()].sort(byName).map(storedRow),
    });
  }
  if (rows.length === 0) {
    const [why] = unavailable.values();
    throw new UsageError(`nothing to update: no metric has a value${why ? ` (${why})` : ""}`);
  }
  return { baselines, changes };
}

const byName = (a: Row, b: Row) => rowKey(a) < rowKey(b) ? -1 : rowKey(a) > rowKey(b) ? 1 : 0;

function refuse({ records, update }: UpdateInput): void {
  if (update.reason.trim() === "") {
    throw new UsageError('an update needs its reason: --reason "why the numbers change"');
  }
  if (records.length === 0) throw new UsageError("nothing to update: there are no records");
  const bad = records.filter((record) => record.state !== "done");
  if (bad.length > 0) {
    const list = bad.map((r) =>
      `${r.label} seed ${r.spec.seed}: ${r.state}${r.cause ? `, ${r.cause}` : ""}`
    );
    throw new UsageError(
      `${bad.length} of ${records.length} runs must not become a baseline:\n  ${list.join("\n  ")}`,
    );
  }
  const dirty = records.filter((record) => record.provenance.gitDirty === true);
  if (dirty.length > 0) {
    throw new UsageError(
      `${dirty.length} of ${records.length} runs were made with uncommitted changes, so nobody could ` +
        "make them again: commit, run again with --fresh, then update",
    );
  }
  const commits = new Set(records.map((record) => record.provenance.gitSha));
  if (commits.size > 1) {
    throw new UsageError(
      `the runs are of ${commits.size} commits (${[...commits].join(", ")}): run the suite again ` +
        "with --fresh, then update",
    );
  }
}

function difference(
  before: ReadonlyMap<string, Row>,
  after: ReadonlyMap<string, Row>,
  scope: string,
): RowChange[] {
  const changes: RowChange[] = [];
  const none = new Map<number, number>();
  for (const [key, row] of [...before, ...after]) {
    const [old, now] = [before.get(key), after.get(key)];
    if (old !== undefined && now !== undefined && row !== now) continue;
    if (old !== undefined && now !== undefined && same(old, now)) continue;
    changes.push({
      change: old === undefined ? "added" : now === undefined ? "removed" : "changed",
      label: row.label,
      metric: row.name,
      scope,
      before: old?.values ?? none,
      after: now?.values ?? none,
    });
  }
  return changes;
}

const same = (a: Row, b: Row) => JSON.stringify(storedRow(a)) === JSON.stringify(storedRow(b));
