/** Quality against throughput, and the rows that no other row beats in both. @module */
import { competes } from "./cells.ts";
import type { Chart, Group } from "./model.ts";
import { type FilledColumn, headlineColumns, sampleRate } from "./tables.ts";
import { list } from "./format.ts";

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

/** Metrics that may stand for quality, the first that is there: on samples, else on held-out data. */
const QUALITY = ["frechet", "kernel", "coverage", "likelihood", "reconstruction"];

/** The chart, or why there is none. */
export function frontChart(
  groups: readonly Group[],
  columns: readonly FilledColumn[],
): { chart: Chart } | { reason: string } {
  const headline = headlineColumns(columns);
  const quality = QUALITY.map((m) => headline.find((c) => c.column.metric === m)).find((c) => c);
  const rate = sampleRate(columns);
  if (!quality) return { reason: "no quality metric was measured" };
  if (!rate) return { reason: "no sampling rate was measured" };
  const rows = groups.flatMap((group, i) => {
    const [x, y] = [rate.cells[i], quality.cells[i]];
    return !group.control && x.kind === "value" && y.kind === "value"
      ? [{ group, x: x.estimate, y: y.estimate }]
      : [];
  });
  if (rows.length === 0) return { reason: "no family has both a quality and a sampling rate" };
  const yDirection = quality.column.direction === "higher" ? "higher" : "lower";
  const rivals = rows.filter(({ group }) => competes(group, quality.column));
  const front = paretoFront(rivals.map((r) => ({ x: r.x.mean, y: r.y.mean })), yDirection)
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
    chart: {
      kind: "front",
      id: "front",
      title: `${quality.column.heading} against ${rate.column.heading}`,
      description: `Each point is a family, its bars the 95 % intervals over seeds. No other row ` +
        `beats ${winners} in both.`,
      x: withUnit(rate.column),
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
    },
  };
}

/** "name (unit)". */
export function withUnit({ heading, unit }: { heading: string; unit: string }): string {
  return unit ? `${heading} (${unit})` : heading;
}
