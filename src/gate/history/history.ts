/**
 * History: the gate's numbers, run by run, in a file that only grows
 * (`<out>/history/<suite>.jsonl`). A gate compares two states. Changes too small for any single
 * gate show over many runs, as steps of a piecewise-constant fit.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { sha256 } from "../../base/digest/mod.ts";
import type { RunRecord } from "../../record/mod.ts";
import { type Level, levelsOf, mean } from "../../stats/mod.ts";
import { sessionValue } from "../speed/floors.ts";
import type { PolicyOf } from "../policy.ts";
import { resolvePolicy } from "../policy.ts";
import { rowsOf } from "../verdict/rows.ts";
import { appendLines, readLines } from "../speed/sessions.ts";

const historySchema = z.strictObject({
  format: z.literal(1),
  /** Of all that follows, so that a run is told once. */
  id: z.string(),
  suite: z.string(),
  suiteVersion: z.int(),
  commit: z.string().nullable(),
  /** Whether there were uncommitted changes. */
  dirty: z.boolean().nullable(),
  machineClass: z.string(),
  /** ISO 8601, UTC: when the last of its runs was finished. */
  date: z.string(),
  rows: z.array(z.strictObject({
    label: z.string(),
    group: z.string(),
    metric: z.string(),
    of: z.string(),
    kind: z.enum(["deterministic", "quality", "speed"]),
    direction: z.enum(["lower", "higher", "none"]),
    unit: z.string(),
    scope: z.string(),
    /** Seeds. */
    n: z.int(),
    /** Mean over seeds; of timings the median. */
    value: z.number(),
  })),
});

/** One run of a suite: what one code gave on one class of machines. */
export type HistoryEntry = z.infer<typeof historySchema>;
type HistoryRow = HistoryEntry["rows"][number];

/** Where a suite's history lies. */
export function historyPath(out: string, suite: string): string {
  return join(out, "history", `${suite}.jsonl`);
}

/** What records say, an entry for each code and class of machines among them. */
export async function historyOf(records: readonly RunRecord[]): Promise<HistoryEntry[]> {
  const groups = new Map<string, RunRecord[]>();
  for (const record of records) {
    const { gitSha, gitDirty, machineClass } = record.provenance;
    const key = JSON.stringify([gitSha, gitDirty, machineClass, record.spec.suiteVersion]);
    groups.set(key, [...groups.get(key) ?? [], record]);
  }
  const entries: HistoryEntry[] = [];
  for (const group of groups.values()) {
    const rows = rowsOf(group).rows.map((row): HistoryRow => ({
      label: row.label,
      group: row.group,
      metric: row.name,
      of: row.metric,
      kind: row.kind,
      direction: row.direction,
      unit: row.unit,
      scope: row.scope,
      n: row.values.size,
      value: row.kind === "speed" ? sessionValue(row) : mean(
        [...row.values].sort(([a], [b]) => a - b).map(([, value]) => value),
      ),
    }));
    if (rows.length === 0) continue;
    const [{ spec, provenance }] = group;
    const entry = {
      format: 1,
      suite: spec.suite,
      suiteVersion: spec.suiteVersion,
      commit: provenance.gitSha,
      dirty: provenance.gitDirty,
      machineClass: provenance.machineClass,
      date: group.map((r) => r.provenance.finishedAt ?? r.provenance.startedAt).sort().at(-1)!,
      rows,
    } as const;
    entries.push({ ...entry, id: (await sha256(JSON.stringify(entry))).slice(0, 16) });
  }
  return entries.sort((a, b) => a.date < b.date ? -1 : a.date > b.date ? 1 : 0);
}

/** The history of a suite, oldest first; what is no entry of it is told. */
export async function readHistory(
  path: string,
  onProblem: (message: string) => void,
): Promise<HistoryEntry[]> {
  const entries = await readLines(path, { schema: historySchema, onProblem });
  const once = new Map(entries.map((entry) => [entry.id, entry]));
  return [...once.values()].sort((a, b) => a.date < b.date ? -1 : a.date > b.date ? 1 : 0);
}

/** Adds what records say and the file doesn't have yet; returns the whole history. */
export async function appendHistory(
  path: string,
  { records, onProblem }: {
    readonly records: readonly RunRecord[];
    readonly onProblem: (message: string) => void;
  },
): Promise<HistoryEntry[]> {
  const known = await readHistory(path, onProblem);
  const ids = new Set(known.map(({ id }) => id));
  const fresh = (await historyOf(records)).filter(({ id }) => !ids.has(id));
  if (fresh.length === 0) return known;
  await appendLines(path, fresh);
  return await readHistory(path, onProblem);
}

/** A value of a series, and whose it is. */
export interface Point {
  readonly commit: string | null;
  readonly dirty: boolean | null;
  readonly date: string;
  readonly value: number;
}

/** One metric over the runs, of one experiment. */
export interface History {
  readonly label: string;
  readonly metric: string;
  readonly kind: HistoryRow["kind"];
  readonly direction: "lower" | "higher" | "both" | "none";
  readonly unit: string;
  readonly scope: string;
  readonly points: readonly Point[];
  /** Runs before the experiment's spec changed, which are left out. */
  readonly earlier: number;
  readonly levels: readonly Level[];
  readonly drift: Drift | null;
}

/** A harm that came in steps. */
export interface Drift {
  /** Last level − best earlier level: a share of it, or in the metric's unit. */
  readonly change: number;
  readonly unit: "share" | "absolute";
  readonly best: Level;
  readonly last: Level;
  /** First run of the last level. */
  readonly since: Point;
}

/** What `histories` needs to know. */
export interface HistoryOptions {
  readonly policies?: PolicyOf;
  /** Only runs from this commit (its first run) or this date on. */
  readonly since?: string;
  /** Only what machines of these classes, or any, gave. Default: all. */
  readonly scopes?: ReadonlySet<string>;
}

/** Cuts a history where `since` says; everything where nothing is of that commit. */
export function entriesSince(
  entries: readonly HistoryEntry[],
  since: string | undefined,
): readonly HistoryEntry[] {
  if (since === undefined) return entries;
  if (/^\d{4}-\d{2}-\d{2}/.test(since)) return entries.filter(({ date }) => date >= since);
  const first = entries.findIndex(({ commit }) => commit?.startsWith(since));
  return first < 0 ? [] : entries.slice(first);
}

/** The series of every metric, with their levels and what drifted. */
export function histories(
  entries: readonly HistoryEntry[],
  { policies, since, scopes }: HistoryOptions = {},
): History[] {
  const series = new Map<string, { row: HistoryRow; group: string; point: Point }[]>();
  for (const entry of entriesSince(entries, since)) {
    for (const row of entry.rows) {
      if (scopes !== undefined && !scopes.has(row.scope)) continue;
      const key = JSON.stringify([row.label, row.metric, row.scope]);
      const { commit, dirty, date } = entry;
      const point = { commit, dirty, date, value: row.value };
      series.set(key, [...series.get(key) ?? [], { row, group: row.group, point }]);
    }
  }
  return [...series.values()].flatMap((all): History[] => {
    const { row, group } = all[all.length - 1];
    const same = all.filter((one) => one.group === group);
    const policy = resolvePolicy(
      row,
      policies?.({ label: row.label, metric: row.of, name: row.metric }),
    );
    if (policy.off) return [];
    const points = same.map(({ point }) => point);
    const levels = levelsOf(points.map(({ value }) => value));
    return [{
      label: row.label,
      metric: row.metric,
      kind: row.kind,
      direction: policy.direction,
      unit: row.unit,
      scope: row.scope,
      points,
      earlier: all.length - same.length,
      levels,
      drift: driftOf(levels, { policy, points }),
    }];
  });
}

/** The last level against the best one before it, where that is harm of the minimum effect. */
function driftOf(
  levels: readonly Level[],
  { policy, points }: {
    readonly policy: ReturnType<typeof resolvePolicy>;
    readonly points: readonly Point[];
  },
): Drift | null {
  const { direction, effect } = policy;
  if (levels.length < 2 || direction === "none") return null;
  const last = levels[levels.length - 1];
  const sign = direction === "higher" ? -1 : 1;
  const harm = (from: Level) => {
    const change = (last.level - from.level) /
      (effect.kind === "absolute" ? 1 : Math.abs(from.level));
    return direction === "both" ? Math.abs(change) : sign * change;
  };
  const best = levels.slice(0, -1).reduce((a, b) => harm(b) > harm(a) ? b : a);
  const size = harm(best);
  if (!Number.isFinite(size) || size < effect.size || size <= 0) return null;
  return {
    change: (last.level - best.level) / (effect.kind === "absolute" ? 1 : Math.abs(best.level)),
    unit: effect.kind === "relative" ? "share" : "absolute",
    best,
    last,
    since: points[last.from],
  };
}
