/** Quality against throughput and against cost, and the rows that no other row beats in both. @module */
import { standingOf } from "../../../metrics/table/mod.ts";
import { competes } from "../tables/cells.ts";
import type { Chart } from "../chart_data.ts";
import type { Group } from "../model.ts";
import { COSTS } from "../costs.ts";
import type { FilledColumn } from "../tables/tables.ts";
import { atLargestBatch, headlineColumns } from "../tables/themes.ts";
import { list } from "../../../base/text/mod.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Places of the points on the Pareto front, x being better when higher and y as said: no other point
 * is at least as good in both and better in one.
 */
export function paretoFront(points: readonly Point[], yDirection: "lower" | "higher"): number[] {
  const good = (p: Point) => yDirection === "lower" ? -p.y : p.y;
  return points.flatMap((p, i) =>
    points.some((q) => q.x >= p.x && good(q) >= good(p) && (q.x > p.x || good(q) > good(p)))
      ? []
      : [i]
  );
}

/** The column that stands for quality; undefined where none was measured. */
function qualityOf(columns: readonly FilledColumn[]): FilledColumn | undefined {
  const place = ({ column }: FilledColumn) => standingOf(column.metric).quality ?? Infinity;
  return headlineColumns(columns).reduce<FilledColumn | undefined>(
    (best, own) => place(own) < (best ? place(best) : Infinity) ? own : best,
    undefined,
  );
}

/** Quality against throughput, or why there is no such chart. */
export function frontChart(
  groups: readonly Group[],
  columns: readonly FilledColumn[],
): { chart: Chart } | { reason: string } {
  const quality = qualityOf(columns), rate = atLargestBatch(columns, "samplingRate");
  if (!quality) return { reason: "no quality metric was measured" };
  if (!rate) return { reason: "no sampling rate was measured" };
  const chart = against(groups, { id: "front", quality, x: rate, xDirection: "higher" });
  return chart ? { chart } : { reason: "no family has both a quality and a sampling rate" };
}

/** Quality against each cost that rows differ in. */
export function costCharts(
  groups: readonly Group[],
  { columns, costs }: {
    columns: readonly FilledColumn[];
    costs: readonly FilledColumn[];
  },
): Chart[] {
  const quality = qualityOf(columns);
  if (!quality) return [];
  return Object.values(COSTS).flatMap((name) => {
    const x = costs.find(({ column }) => column.name === name);
    const values = x?.cells.flatMap((cell) => cell.kind === "value" ? [cell.estimate.mean] : []);
    if (!x || new Set(values).size < 2) return [];
    const chart = against(groups, { id: `cost-${name}`, quality, x, xDirection: "lower" });
    return chart ? [chart] : [];
  });
}

/** Families by quality and another column, with those that no other beats in both. */
function against(
  groups: readonly Group[],
  { id, quality, x: other, xDirection }: {
    id: string;
    quality: FilledColumn;
    x: FilledColumn;
    xDirection: "lower" | "higher";
  },
): Chart | null {
  const rows = groups.flatMap((group, i) => {
    const [x, y] = [other.cells[i], quality.cells[i]];
    return !group.control && x.kind === "value" && y.kind === "value"
      ? [{ group, x: x.estimate, y: y.estimate }]
      : [];
  });
  if (rows.length === 0) return null;
  const yDirection = quality.column.direction === "higher" ? "higher" : "lower";
  const sign = xDirection === "higher" ? 1 : -1;
  const rivals = rows.filter(({ group }) => competes(group, quality.column));
  const front = paretoFront(rivals.map((r) => ({ x: sign * r.x.mean, y: r.y.mean })), yDirection)
    .map((i) => rows.indexOf(rivals[i]));
  const references = groups.flatMap((group, i) => {
    const cell = quality.cells[i];
    return group.control && (group.family === "held-out" || group.family === "gaussian") &&
        cell.kind === "value"
      ? [{ label: group.label, y: cell.estimate.mean }]
      : [];
  });
  const winners = list(front.map((i) => rows[i].group.label));
  return {
    kind: "front",
    id,
    title: `${quality.column.heading} against ${other.column.heading}`,
    description: "Each point is a family, its bars the 95 % intervals over seeds." +
      (winners === "" ? "" : ` No other row beats ${winners} in both.`),
    x: withUnit(other.column),
    xDirection,
    y: withUnit(quality.column),
    yDirection,
    points: rows.map(({ group: { label, index }, x, y }, i) => ({
      label,
      index,
      x,
      y,
      onFront: front.includes(i),
    })),
    references,
  };
}

/** "name (unit)". */
export function withUnit({ heading, unit }: { heading: string; unit: string }): string {
  return unit ? `${heading} (${unit})` : heading;
}
