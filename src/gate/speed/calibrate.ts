/**
 * From A/A measurements to noise floors, with the difference shown to a reviewer first.
 * @module
 */
import type { RunRecord } from "../../record/mod.ts";
import { median } from "../../stats/mod.ts";
import { type FloorRow, type Floors, type FloorUpdate, seedFloor, sessionFloor } from "./floors.ts";
import { rowKey, rowsOf } from "../verdict/rows.ts";
import type { SessionEntry } from "./sessions.ts";

/** A floor that a calibration adds or changes, or why a metric has none. */
export interface FloorChange {
  readonly scope: string;
  readonly row: FloorRow;
  /** null: there was none. */
  readonly before: number | null;
}

/** What a calibration would write. */
export interface FloorPlan {
  readonly floors: readonly Floors[];
  readonly changes: readonly FloorChange[];
  /** Metrics without a floor, each with the reason. */
  readonly without: readonly string[];
}

/** What `planFloors` needs. */
export interface CalibrationInput {
  readonly suite: string;
  readonly suiteVersion: number;
  /** Timings, all of one commit and machine class. */
  readonly entries: readonly SessionEntry[];
  /** Runs at further seeds, where quality is asked. */
  readonly records: readonly RunRecord[];
  /** Seeds of a gate of this suite. */
  readonly seeds: number;
  /** What is there now. */
  readonly floors: readonly Floors[];
  readonly update: Omit<FloorUpdate, "n">;
}

interface Found {
  readonly scope: string;
  readonly engine: Floors["engine"];
  readonly row: Omit<FloorRow, "floor">;
  readonly floor: (values: readonly number[]) => number;
}

/** A value a session of each timing: the median over the session's runs. */
function speedRows(entries: readonly SessionEntry[]): Found[] {
  const bySession = new Map<string, Map<number, number[]>>();
  const of = new Map<string, { entry: SessionEntry; metric: string; unit: string }>();
  for (const entry of entries) {
    for (const { metric, unit, value } of entry.values) {
      const key = rowKey({ label: entry.label, name: metric });
      const sessions = bySession.get(key) ?? new Map<number, number[]>();
      sessions.set(entry.session, [...sessions.get(entry.session) ?? [], value]);
      bySession.set(key, sessions);
      of.set(key, { entry, metric, unit });
    }
  }
  return [...bySession].map(([key, sessions]) => {
    const { entry, metric, unit } = of.get(key)!;
    const values = [...sessions].sort(([a], [b]) => a - b).map(([, runs]) => median(runs));
    return {
      scope: entry.machineClass,
      engine: entry.engine,
      row: { label: entry.label, metric, kind: "speed", unit, values },
      floor: sessionFloor,
    };
  });
}

function qualityRows(records: readonly RunRecord[], seeds: number): Found[] {
  const engine = records[0]?.provenance.engine as unknown as Floors["engine"];
  return rowsOf(records).rows.filter(({ kind }) => kind === "quality").map((row) => ({
    scope: row.scope,
    engine,
    row: {
      label: row.label,
      metric: row.name,
      kind: "quality",
      unit: row.unit,
      values: [...row.values].sort(([a], [b]) => a - b).map(([, value]) => value),
    },
    floor: (values) => seedFloor(values, seeds),
  }));
}

/** Floors from measurements. Rows of a file that this calibration doesn't measure stay. */
export function planFloors(input: CalibrationInput): FloorPlan {
  const found = [...speedRows(input.entries), ...qualityRows(input.records, input.seeds)];
  const without: string[] = [];
  const changes: FloorChange[] = [];
  const floors: Floors[] = [];
  for (const scope of [...new Set(found.map((one) => one.scope))].sort()) {
    const old = input.floors.find((file) =>
      file.machineClass === scope && file.suiteVersion === input.suiteVersion
    );
    const rows = new Map(old?.rows.map((row) => [keyOf(row), row]) ?? []);
    let n = 0;
    for (const { row, floor, engine: _, scope: own } of found) {
      if (own !== scope) continue;
      try {
        const made = { ...row, floor: floor(row.values) };
        const before = rows.get(keyOf(made))?.floor ?? null;
        changes.push({ scope, row: made, before });
        rows.set(keyOf(made), made);
        n = Math.max(n, row.values.length);
      } catch (error) {
        without.push(`${row.label} ${row.metric}: ${(error as Error).message}`);
        rows.delete(keyOf(row));
      }
    }
    floors.push({
      format: 2,
      suite: input.suite,
      suiteVersion: input.suiteVersion,
      machineClass: scope,
      engine: found.find((one) => one.scope === scope)!.engine,
      updates: [{ ...input.update, n }, ...old?.updates ?? []],
      rows: [...rows.values()].sort((a, b) => keyOf(a) < keyOf(b) ? -1 : 1),
    });
  }
  return { floors: floors.filter(({ rows }) => rows.length > 0), changes, without };
}

const keyOf = (row: Pick<FloorRow, "label" | "metric">) =>
  rowKey({ label: row.label, name: row.metric });

const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

/** The floors of a plan, a row a line, the widest first. */
export function floorTable(changes: readonly FloorChange[]): string[] {
  const head = ["", "metric", "was", "floor", "by", "values"];
  const cells = [...changes].sort((a, b) => b.row.floor - a.row.floor).map(({ row, before }) => [
    row.label,
    row.metric + (row.unit === "" ? "" : ` (${row.unit})`),
    before === null ? "–" : percent(before),
    percent(row.floor),
    `${row.values.length} ${row.kind === "speed" ? "sessions" : "seeds"}`,
    row.values.map((value) => String(Number(value.toPrecision(4)))).join(" "),
  ]);
  if (cells.length === 0) return [];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i].length))
  );
  return [head, ...cells].map((row) =>
    row.map((cell, i) => i === row.length - 1 ? cell : cell.padEnd(widths[i])).join("  ").trimEnd()
  );
}

/** Sessions that a calibration makes unless told otherwise. */
export const defaultSessions = 8;
