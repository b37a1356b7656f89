/** Metric values into cells: means over seeds with intervals, ranks with ties, gaps with reasons. @module */
import { differenceInterval, mean, meanInterval } from "../../../stats/mod.ts";
import { standingOf } from "../../../metrics/table/mod.ts";
import type { MetricValue, RunRecord } from "../../../record/mod.ts";
import type { Estimate } from "../chart_data.ts";
import type { Cell, Column, Group } from "../model.ts";

/** Nominal coverage of every interval in a report. */
export const LEVEL = 0.95;

/** A value of one seed, or what is there in its place. */
export interface SeedValue {
  readonly seed: number;
  readonly value: number | null;
  readonly status?: "not-defined" | "not-measured";
  readonly reason?: string;
  readonly bound?: "lower" | "upper";
  readonly label?: string;
  readonly beside?: Readonly<Record<string, number>>;
}

/** Mean and interval of finite values. @throws RangeError for none */
export function estimateOf(values: readonly number[]): Estimate {
  const interval = meanInterval(values, { level: LEVEL });
  return {
    mean: interval?.estimate ?? mean(values),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    n: values.length,
    method: interval === null ? null : interval.method === "bootstrap" ? "bootstrap" : "t",
  };
}

/** Said of a finished run that was left untimed: see launch/timing.ts. */
const untimed = "not timed: where speed isn't judged, one seed of a row is enough";

/** Said of a row whose entry has metrics of its own. */
const unasked = "not asked of this row: rows on these data don't all have the same metrics";

/** What of a column is known beside its name. */
export interface Asked {
  readonly kind?: MetricValue["kind"];
  /** Whether a run's spec asks for it. */
  readonly of?: (record: RunRecord) => boolean;
}

/** What each seed's record holds for a column, with a reason wherever there is no number. */
export function seedValues(
  records: readonly RunRecord[],
  column: string,
  { kind, of }: Asked = {},
): SeedValue[] {
  return records.map((record) => {
    const seed = record.spec.seed;
    const found = record.metrics.find((metric) => metric.name === column);
    if (found) return { seed, ...usable(found) };
    if (of?.(record) === false) {
      return { seed, value: null, status: "not-defined" as const, reason: unasked };
    }
    const finished = record.state === "done" || record.state === "unreliable";
    const cause = record.cause ? `: ${record.cause}` : "";
    const absent = kind === "speed" ? untimed : "not in this run's record";
    const reason = finished ? absent : `the run ${stateText(record)}${cause}`;
    return { seed, value: null, status: "not-measured" as const, reason };
  });
}

function stateText(record: RunRecord): string {
  if (record.state === "planned") return "has not started";
  if (record.state === "running") return "has not finished";
  return record.state;
}

function usable(metric: MetricValue): Omit<SeedValue, "seed"> {
  if (metric.value !== null && Number.isFinite(metric.value)) {
    const { value, beside, bound, label } = metric;
    return { value, beside, bound, label };
  }
  return {
    value: null,
    status: metric.status ?? "not-measured",
    reason: metric.reason ?? "the value is not a finite number",
  };
}

/** The cell of a row and a column. */
export function cellOf(values: readonly SeedValue[]): Cell {
  const present = values.filter((v): v is SeedValue & { value: number } => v.value !== null);
  const gaps = values.filter((v) => v.value === null);
  if (present.length === 0) {
    const undefinedHere = gaps.length > 0 && gaps.every((v) => v.status === "not-defined");
    const reasons = [...new Set(gaps.map((v) => v.reason ?? "no reason was recorded"))];
    return {
      kind: undefinedHere ? "not-defined" : "not-measured",
      reason: reasons.join("; ") || "no run",
    };
  }
  const beside = besideOf(present);
  const labels = [...new Set(present.flatMap((v) => v.label === undefined ? [] : [v.label]))];
  return {
    kind: "value",
    estimate: estimateOf(present.map((v) => v.value)),
    seeds: present.map(({ seed, value }) => ({ seed, value })),
    ...(beside ? { beside } : {}),
    ...(present[0].bound ? { bound: present[0].bound } : {}),
    ...(labels.length > 0 ? { label: labels.join(", ") } : {}),
    ...(gaps.length > 0
      ? { note: gaps.map((v) => `seed ${v.seed}: ${v.reason ?? "no value"}`).join("; ") }
      : {}),
  };
}

function besideOf(values: readonly SeedValue[]): Record<string, number> | null {
  const names = new Set(values.flatMap((v) => Object.keys(v.beside ?? {})));
  const means = [...names].flatMap((name) => {
    const found = values.map((v) => v.beside?.[name]).filter((x) => Number.isFinite(x)) as number[];
    return found.length > 0 ? [[name, mean(found)] as const] : [];
  });
  return means.length > 0 ? Object.fromEntries(means) : null;
}

/**
 * Whether a row takes part in the ranking of a column: it is no control row, and not memorised where
 * samples are compared with data, for there memory passes for quality.
 */
export function competes(group: Group, column: Column): boolean {
  return !group.control && !(group.memorised && standingOf(column.metric).comparesSamples);
}

/** Whether rows are ranked by a column. */
export function ranks({ metric, direction }: Column): boolean {
  return direction !== "none" && standingOf(metric).ranks;
}

/**
 * Marks the best trained family of a column, and those that the seeds don't tell apart from it: the
 * 95 % interval of the difference of means (pooled t) holds zero. Where neither has a second seed
 * nothing can be told apart, and no one is marked. Control rows don't compete, nor does what is
 * memorised where samples are compared with data.
 */
export function rankCells(
  column: Column,
  rows: readonly { readonly group: Group; readonly cell: Cell }[],
): Cell[] {
  const sign = column.direction === "lower" ? -1 : 1;
  const valued = rows.flatMap(({ group, cell }, at) =>
    competes(group, column) && cell.kind === "value" ? [{ at, cell }] : []
  );
  const cells = rows.map((row) => row.cell);
  if (!ranks(column) || valued.length < 2) return cells;
  const best = valued.reduce((a, b) =>
    sign * b.cell.estimate.mean > sign * a.cell.estimate.mean ? b : a
  );
  if (valued.every(({ cell }) => cell.estimate.n === 1)) return cells;
  for (const { at, cell } of valued) {
    if (at === best.at) cells[at] = { ...cell, rank: "best" };
    else if (!toldApart(best.cell, cell)) cells[at] = { ...cell, rank: "tied" };
  }
  return cells;
}

type ValueCell = Cell & { kind: "value" };

/** Whether the seeds of two rows tell their means apart at 95 %. */
export function toldApart(a: ValueCell, b: ValueCell): boolean {
  if (a.estimate.n + b.estimate.n < 3) return false;
  const values = (cell: ValueCell) => cell.seeds.map((s) => s.value);
  const { low, high } = differenceInterval({ before: values(a), after: values(b) }, LEVEL);
  return low > 0 || high < 0;
}
