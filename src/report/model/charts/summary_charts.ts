/** Data of the charts that need no series: dot plots, time, sanity. @module */
import { mean } from "../../../stats/mod.ts";
import type { Chart } from "../chart_data.ts";
import type { Group, Sanity } from "../model.ts";
import { partsOf } from "../cards.ts";
import { formatNumber, formatSeconds } from "../../../base/text/mod.ts";
import { withUnit } from "./front.ts";
import type { Grouped } from "../groups.ts";
import type { FilledColumn } from "../tables/tables.ts";

/** A column's values as a dot plot; none where it has no value. */
export function dotChart({ column, cells }: FilledColumn, groups: readonly Group[]): Chart[] {
  const rows = groups.flatMap((group, i) => {
    const cell = cells[i];
    return cell.kind === "value"
      ? [{
        label: group.label,
        index: group.index,
        ...cell.estimate,
        seeds: cell.seeds.map((s) => s.value),
      }]
      : [];
  });
  if (rows.length === 0) return [];
  const better = column.direction === "none" ? "" : `, ${column.direction} is better`;
  const told = rows.map((r) => `${r.label} ${formatNumber(r.mean)}`).join("; ");
  return [{
    kind: "dots",
    id: `dots-${column.name}`,
    title: column.heading,
    description: `Means over seeds${better}: ${told}.`,
    axis: withUnit(column),
    direction: column.direction,
    rows,
  }];
}

/** Seconds by part of a run, mean over seeds. */
export function timeChart({ groups, records }: Grouped): Chart[] {
  const rows = groups.flatMap((group) => {
    const runs = (records.get(group.id) ?? []).filter((r) => r.timings.total > 0)
      .map((r) => partsOf(r.timings));
    if (runs.length === 0) return [];
    const seconds = Object.keys(runs[0]).map((part) => mean(runs.map((run) => run[part])));
    return [{ label: group.label, index: group.index, seconds, parts: Object.keys(runs[0]) }];
  });
  if (rows.length === 0) return [];
  const told = rows.map((r) => `${r.label} ${formatSeconds(r.seconds.reduce((a, b) => a + b, 0))}`)
    .join("; ");
  return [{
    kind: "time",
    id: "time",
    title: "Where the time went",
    description: `Seconds a run, mean over seeds: ${told}.`,
    parts: rows[0].parts,
    rows: rows.map(({ label, index, seconds }) => ({ label, index, seconds })),
  }];
}

/** The sanity table as a chart. */
export function sanityChart(sanity: Sanity): Chart[] {
  const rows = sanity.rows.flatMap(({ set, values }) =>
    values.flatMap((value, index) =>
      sanity.columns[index].distance && value !== null && Number.isFinite(value)
        ? [{ set, extractor: sanity.columns[index].heading, index, value }]
        : []
    )
  );
  if (rows.length === 0) return [];
  return [{
    kind: "sanity",
    id: "sanity",
    title: "What each extractor sees",
    description: `${sanity.caption} Numbers are in the table.`,
    axis: sanity.unit,
    rows,
  }];
}
