/**
 * `gate --update`: from records to new baselines, with the difference shown to a reviewer first.
 * @module
 */
import { UsageError } from "../../base/mod.ts";
import { type Asked, gapsText, recordless } from "../verdict/absent.ts";
import { type Baseline, baselineRows, type BaselineUpdate, storedRow } from "./baseline.ts";
import { comparable } from "../verdict/one_sided.ts";
import { type Row, rowKey, rowsOf } from "../verdict/rows.ts";

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
  /** Classes whose baseline would be left without a row. */
  readonly emptied: readonly string[];
  readonly changes: readonly RowChange[];
}

/** What becomes of values of a baseline that no record replaces. */
export type Unreplaced = "keep" | "drop";

/** What `planUpdate` needs. */
export interface UpdateInput extends Asked {
  readonly suite: string;
  readonly suiteVersion: number;
  /** What is there now. */
  readonly baselines: readonly Baseline[];
  readonly update: Pick<BaselineUpdate, "reason" | "author" | "date">;
  /** Labels of the whole suite: rows of others are removed. */
  readonly labels: ReadonlySet<string>;
  /** Whether the suite asks for a row's metric; rows of others are removed. Default: for all. */
  readonly asks?: (row: Row) => boolean;
  /** Without it nothing may be missing. */
  readonly missing?: Unreplaced;
}

/**
 * New baselines from records. Rows of labels and metrics that the suite has no more go. A value of
 * one that it has goes only when that is asked for.
 * @throws UsageError for a set that must not become a baseline: nothing measured, runs that failed,
 *   diverged, aren't finished or are unreliable, code with uncommitted changes, several commits; for
 *   runs without a record and values that nothing replaces, unless it is said what becomes of them;
 *   for values that can't be kept, since they are of another experiment
 */
export function planUpdate(input: UpdateInput): UpdatePlan {
  refuse(input);
  const { records, suiteVersion, missing } = input;
  const { rows, lost } = rowsOf(records);
  if (rows.length === 0) {
    const why = [...lost.values()].flatMap((seeds) => [...seeds.values()])[0];
    throw new UsageError(`nothing to update: no metric has a value${why ? ` (${why})` : ""}`);
  }
  const commit = records[0].provenance.gitSha;
  const olds = comparable(input.baselines, records);
  const unreplaced = unreplacedOf(input, { rows, olds });
  if (missing === undefined) refuseGaps(input, unreplaced);
  const baselines: Baseline[] = [];
  const emptied: string[] = [];
  const changes: RowChange[] = [];
  const scopes = [...rows.map((row) => row.scope), ...olds.map((old) => old.machineClass)];
  for (const scope of [...new Set(scopes)].sort()) {
    const old = olds.find((b) => b.machineClass === scope) ?? null;
    const after = new Map<string, Row>();
    for (const row of rows) if (row.scope === scope) after.set(rowKey(row), row);
    for (const { row, seeds } of missing === "keep" ? unreplaced : []) {
      if (row.scope !== scope) continue;
      if (old?.suiteVersion !== suiteVersion) {
        throw unkept(row, seeds, `version ${old?.suiteVersion} of the suite`);
      }
      after.set(rowKey(row), joined(after.get(rowKey(row)), row, seeds));
    }
    const changed = difference(old === null ? new Map() : baselineRows(old), after, scope);
    if (changed.length === 0 && old?.suiteVersion === suiteVersion) continue;
    changes.push(...changed);
    if (after.size === 0) {
      emptied.push(scope);
      continue;
    }
    const record = records.find((r) => scope === "any" || r.provenance.machineClass === scope)!;
    baselines.push({
      format: 1,
      suite: input.suite,
      suiteVersion,
      machineClass: scope,
      engine: record.provenance.engine,
      updates: [{ ...input.update, commit, rows: changed.length }, ...old?.updates ?? []],
      rows: [...after.values()].sort(byName).map(storedRow),
    });
  }
  return { baselines, emptied, changes };
}

/** Values of a baseline's row that no record replaces. */
interface Unreplacing {
  readonly row: Row;
  readonly seeds: readonly number[];
}

/** What would go though the suite has its label and metric. */
function unreplacedOf(
  { labels, asks }: UpdateInput,
  { rows, olds }: { readonly rows: readonly Row[]; readonly olds: readonly Baseline[] },
): Unreplacing[] {
  const now = new Map(rows.map((row) => [`${row.scope}\u0000${rowKey(row)}`, row.values]));
  return olds.flatMap((old) =>
    [...baselineRows(old).values()].flatMap((row): Unreplacing[] => {
      if (!labels.has(row.label) || asks?.(row) === false) return [];
      const values = now.get(`${row.scope}\u0000${rowKey(row)}`);
      const seeds = [...row.values.keys()].filter((seed) => !values?.has(seed));
      return seeds.length === 0 ? [] : [{ row, seeds }];
    })
  );
}

/** A row of the records with those seeds of the baseline's that it lacks. */
function joined(now: Row | undefined, old: Row, seeds: readonly number[]): Row {
  if (now === undefined) return old;
  if (now.group !== old.group) throw unkept(old, seeds, "another spec");
  if (now.version !== old.version) throw unkept(old, seeds, `version ${old.version} of the metric`);
  const of = <T>(values: ReadonlyMap<number, T>) =>
    [...values].filter(([seed]) => seeds.includes(seed));
  return {
    ...now,
    values: new Map([...now.values, ...of(old.values)]),
    raw: new Map([...now.raw, ...of(old.raw)]),
  };
}

function unkept({ label, name }: Row, seeds: readonly number[], of: string): UsageError {
  return new UsageError(
    `${label} ${name}, seed ${
      seeds.join(", ")
    }: can't be kept beside new values, being of ${of}: ` +
      "measure them, or --missing drop",
  );
}

/** Refuses to write less than there is, or than the suite asks for. */
function refuseGaps(input: UpdateInput, unreplaced: readonly Unreplacing[]): void {
  const labels = new Map<string, Map<number, string>>();
  for (const { run, why } of recordless(input)) {
    labels.set(run.label, (labels.get(run.label) ?? new Map()).set(run.spec.seed, why));
  }
  const lines = [...labels].map(([label, gaps]) => `${label}, ${gapsText(gaps).join("; ")}`);
  for (const { row, seeds } of unreplaced) {
    const left = seeds.filter((seed) => !labels.get(row.label)?.has(seed));
    if (left.length === 0) continue;
    lines.push(`${row.label} ${row.name}, seed ${left.join(", ")}: in the baseline, not measured`);
  }
  if (lines.length === 0) return;
  const most = 20;
  const more = lines.length > most ? `\n  and ${lines.length - most} more` : "";
  throw new UsageError(
    `nothing written: the records don't hold all that the suite and its baseline do:\n  ` +
      `${lines.slice(0, most).join("\n  ")}${more}\n` +
      "run the suite, or decide about them: --missing keep leaves the baseline's values as " +
      "they are, --missing drop removes them",
  );
}

const byName = (a: Row, b: Row) => rowKey(a) < rowKey(b) ? -1 : rowKey(a) > rowKey(b) ? 1 : 0;

function refuse({ records, update }: UpdateInput): void {
  if (update.reason.trim() === "") {
    throw new UsageError('an update needs a reason: --reason "why the numbers change"');
  }
  if (records.length === 0) {
    throw new UsageError("nothing to update: the suite has no records yet; run it first");
  }
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
      `${dirty.length} of ${records.length} runs were made with uncommitted changes and can't be ` +
        "repeated: commit, run again with --fresh, then update",
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
