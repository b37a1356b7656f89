/**
 * What a report says of each of its suite's data. Rows on other data are other rows: they are never
 * in one table, ranking or chart.
 * @module
 */
import { dataKey, dataNames, type RunRecord } from "../../record/mod.ts";
import { configLine, list, slug } from "../../base/text/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import type { ReportInputs } from "./inputs.ts";
import { costCharts, frontChart } from "./charts/front.ts";
import { fewStepCharts } from "./charts/few_steps.ts";
import { optimisationCharts } from "./charts/optimisation.ts";
import { shareCharts } from "./charts/shares.ts";
import { dotChart, sanityChart, timeChart } from "./charts/summary_charts.ts";
import { costColumns, costTable } from "./costs.ts";
import { curveCharts } from "./curves.ts";
import { galleries } from "./galleries.ts";
import { groupRecords } from "./groups.ts";
import { missing } from "./missing.ts";
import type { Group, OnData, ReportBody, Table } from "./model.ts";
import { ranks } from "./tables/cells.ts";
import { formatEstimate } from "./tables/estimate.ts";
import { findings } from "./tables/findings.ts";
import { profileChart, ranking } from "./tables/ranking.ts";
import { fillColumns, type FilledColumn, ranked, table } from "./tables/tables.ts";
import { headlineColumns, themeTables } from "./tables/themes.ts";
import { wins } from "./tables/wins.ts";

/** Records on the same data. */
interface Part {
  readonly records: readonly RunRecord[];
  /** What the data are called and how they are configured; null where there are no others. */
  readonly on: Omit<OnData, "lead"> | null;
}

/** The bodies of a report: one for each data that rows are on, at least one. */
export function bodies(inputs: ReportInputs): ReportBody[] {
  return parts(inputs).map((part) => body(part, inputs));
}

/** Records by their data, the suite's own first. Steps on the way to others make no rows. */
function parts({ records, suite }: ReportInputs): Part[] {
  const own = suite.data && dataKey(suite.data);
  const byData = new Map(own === undefined ? [] : [[own, [] as RunRecord[]]]);
  for (const record of records) {
    if (protocolOf(record.spec).row === "step") continue;
    const key = dataKey(record.spec.data);
    byData.set(key, [...byData.get(key) ?? [], record]);
  }
  const found = [...byData].filter(([, own]) => own.length > 0);
  if (found.length < 2) return [{ records, on: null }];
  const names = dataNames(found.map(([, [{ spec }]]) => spec.data));
  return found.map(([key, records]) => {
    const name = names.get(key)!;
    return {
      records,
      on: { name, id: slug(name), config: configLine(records[0].spec.data.config) },
    };
  });
}

function body({ records: own, on }: Part, inputs: ReportInputs): ReportBody {
  const grouped = groupRecords(own, on?.name);
  const { groups, records } = grouped;
  const columns = fillColumns(groups, records);
  const headline = headlineColumns(columns);
  const front = frontChart(groups, columns);
  const sanity = typeof inputs.sanity === "function" ? inputs.sanity(own) : inputs.sanity ?? null;
  const series = inputs.series ?? new Map();
  const costs = costColumns(groups, { records, series });
  const of = { columns, headline, records };
  const won = wins(groups, of);
  const primary = primaryOf(headline, {
    asked: inputs.suite.report?.primary,
    several: on !== null,
  });
  return {
    groups,
    leaderboard: leaderboard(groups, headline, primary),
    ranking: ranking(groups, of),
    ...(won.length > 0 && { wins: won }),
    findings: findings(groups, columns),
    tables: [...themeTables(groups, columns), ...costTable(groups, costs)],
    charts: {
      leaderboard: headline.flatMap((column) => dotChart(column, groups)),
      ranking: profileChart(groups, of),
      front: "chart" in front ? [front.chart] : [],
      cost: costCharts(groups, { columns, costs }),
      steps: fewStepCharts(groups, records),
      shares: shareCharts(groups, columns),
      curves: [...optimisationCharts(groups, series), ...curveCharts(groups, series)],
      sanity: sanity ? sanityChart(sanity) : [],
      time: timeChart(grouped),
    },
    galleries: galleries(grouped),
    missing: missing({ groups, columns: [...columns, ...costs] }, front),
    sanity,
    ...(on === null ? {} : { on: { ...on, lead: leadOf(groups, primary, on.name) } }),
  };
}

/**
 * The column that orders rows: that of the metric which the suite names, where these data have it.
 * Else the first; where a suite has several data, the first of these that rows can be ranked by.
 */
function primaryOf(
  headline: readonly FilledColumn[],
  { asked, several }: { readonly asked: string | undefined; readonly several: boolean },
): FilledColumn | undefined {
  return headline.find(({ column }) => column.metric === asked) ??
    (several ? headline.find(({ column }) => ranks(column)) : undefined) ?? headline[0];
}

/** Headline columns, families from best to worst in the primary one. */
function leaderboard(
  groups: readonly Group[],
  headline: readonly FilledColumn[],
  by: FilledColumn | undefined,
): Table {
  const order = by ? ranked(groups, by) : groups;
  const rest = "A number or two of each metric; the rest stand under All metrics.";
  const caption = by ? `Ordered by ${by.column.heading}. ${rest}` : rest;
  const full = table({ id: "leaderboard", title: "Leaderboard", caption }, groups, headline);
  const place = (id: string) => order.findIndex((group) => group.id === id);
  return { ...full, rows: [...full.rows].sort((a, b) => place(a.group) - place(b.group)) };
}

/** Who leads on these data: "On toys, flow leads by FD@100 (3.1 ±0.2); gan can't be told from it." */
function leadOf(
  groups: readonly Group[],
  by: FilledColumn | undefined,
  data: string,
): string | null {
  if (by === undefined || !ranks(by.column)) return null;
  const rows = groups.flatMap((group, i) => {
    const cell = by.cells[i];
    return !group.control && cell.kind === "value" ? [{ group, cell }] : [];
  });
  const best = rows.find(({ cell }) => cell.rank === "best");
  const { heading } = by.column;
  if (best === undefined) {
    if (rows.length < 2) return null;
    return `On ${data}, one seed a row tells nobody apart by ${heading}.`;
  }
  const { value, spread } = formatEstimate(best.cell.estimate);
  const tied = rows.filter(({ cell }) => cell.rank === "tied").map(({ group }) => group.label);
  return `On ${data}, ${best.group.label} leads by ${heading} (${
    [value, spread ?? ""].join(" ").trim()
  })` +
    (tied.length === 0 ? "." : `; ${list(tied)} can't be told from it.`);
}
