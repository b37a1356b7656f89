/** Records, series, verdicts and baselines into a report model: pure, so that it can be repeated. @module */
import { placeless, type RunRecord, type Series } from "../../record/mod.ts";
import { memorisedNote } from "../../metrics/copies/mod.ts";
import { countVerdicts, type Verdict } from "../../gate/mod.ts";
import type { Gate, Group, ReportModel, Sanity, Table } from "./model.ts";
import { banner, facts, newestOf, type Unreadable, VERDICTS } from "./banner.ts";
import { cards } from "./cards.ts";
import { curveCharts } from "./curves.ts";
import { count, slug } from "../../base/text/mod.ts";
import { costColumns, costTable } from "./costs.ts";
import { fewStepCharts } from "./charts/few_steps.ts";
import { findings } from "./tables/findings.ts";
import { costCharts, frontChart } from "./charts/front.ts";
import { galleries } from "./galleries.ts";
import { groupRecords } from "./groups.ts";
import { missing } from "./missing.ts";
import { profileChart, ranking } from "./tables/ranking.ts";
import { dotChart, sanityChart, timeChart } from "./charts/summary_charts.ts";
import { shareCharts } from "./charts/shares.ts";
import { fillColumns, type FilledColumn, ranked, table } from "./tables/tables.ts";
import { headlineColumns, themeTables } from "./tables/themes.ts";

/** What a report is made of. */
export interface ReportInputs {
  readonly suite: {
    readonly name: string;
    readonly version: number;
    readonly about?: string;
    readonly report?: {
      /** Heading; default: the suite's name. */
      readonly title?: string;
      /** Metric that orders the leaderboard; default: the first that has a value. */
      readonly primary?: string;
    };
  };
  readonly records: readonly RunRecord[];
  /** By run id; runs without one are left out of the curves. */
  readonly series?: ReadonlyMap<string, Series>;
  /** The gate's outcome and the baselines it rests on; null where nothing was compared. */
  readonly gate?: { readonly baseline: string; readonly verdicts: readonly Verdict[] } | null;
  readonly sanity?: Sanity | null;
  /** Repeats the runs; default: that of the newest record. */
  readonly command?: string;
  /** Older runs of the same labels that were left out. */
  readonly superseded?: number;
  /** Runs whose record is there and can't be read. */
  readonly unreadable?: readonly Unreadable[];
}

/** The gate's part of a report: none where no number was compared with a baseline's. */
export function reportedGate(
  verdicts: readonly Verdict[],
  baseline = "baselines",
): ReportInputs["gate"] {
  const compared = verdicts.some((verdict) => verdict.baseline !== null);
  return compared ? { baseline, verdicts } : null;
}

/** The report of these inputs. Nothing is read and no clock is asked. */
export function buildReport(inputs: ReportInputs): ReportModel {
  const grouped = groupRecords(inputs.records);
  const { groups, records } = grouped;
  const columns = fillColumns(groups, records);
  const gate = inputs.gate ? gateTable(inputs.gate) : null;
  const headline = headlineColumns(columns);
  const front = frontChart(groups, columns);
  const sanity = inputs.sanity ?? null;
  const series = inputs.series ?? new Map();
  const costs = costColumns(groups, { records, series });
  const ranks = { columns, headline, records };
  return {
    format: 1,
    suite: inputs.suite.name,
    suiteVersion: inputs.suite.version,
    title: inputs.suite.report?.title ?? inputs.suite.name,
    about: inputs.suite.about ?? "",
    command: task(placeless(inputs.command ?? newestOf(inputs.records)?.provenance.command ?? "")),
    banner: banner(inputs.records, { gate, unreadable: inputs.unreadable }),
    facts: facts(inputs.records, grouped),
    groups,
    leaderboard: leaderboard(groups, { headline, primary: inputs.suite.report?.primary }),
    ranking: ranking(groups, ranks),
    findings: findings(groups, columns),
    tables: [...themeTables(groups, columns), ...costTable(groups, costs)],
    charts: distinct({
      leaderboard: headline.flatMap((column) => dotChart(column, groups)),
      ranking: profileChart(groups, ranks),
      front: "chart" in front ? [front.chart] : [],
      cost: costCharts(groups, { columns, costs }),
      steps: fewStepCharts(groups, records),
      shares: shareCharts(groups, columns),
      curves: curveCharts(groups, series),
      sanity: sanity ? sanityChart(sanity) : [],
      time: timeChart(grouped),
    }),
    galleries: galleries(grouped),
    gate,
    missing: missing({ groups, columns: [...columns, ...costs] }, front),
    sanity,
    cards: cards(grouped),
    notes: notes(groups, inputs.superseded ?? 0),
  };
}

function notes(groups: readonly Group[], superseded: number): string[] {
  const most = Math.max(0, ...groups.filter((g) => !g.control).map((g) => g.seeds.length));
  return [
    "± is half the 95 % interval of the mean over seeds: Student's t below 20 values, the " +
    "stratified bootstrap from there on. A row of one seed has no interval.",
    "Bold is the best trained family of a column; = marks those that its seeds don't tell apart " +
    "from it at 95 %. Control rows don't compete.",
    "– is not defined for this row; n/m is not measured, for a reason that the report lists.",
    ...(most === 1
      ? ["With one seed a row nothing is told apart; 5 are what a quality gate asks."]
      : []),
    ...(most > 1 && most < 5
      ? [
        `With ${
          count(most, "seed")
        } a row these intervals are wide; 5 are what a quality gate asks.`,
      ]
      : []),
    ...(groups.some((g) => g.memorised)
      ? [
        `Rows marked "${memorisedNote}" hold what they were shown: where samples are compared with ` +
        "data they don't compete.",
      ]
      : []),
    ...(superseded > 0
      ? [`${count(superseded, "older run")} of the same labels, with other settings, left out.`]
      : []),
  ];
}

/** As it can be pasted in a checkout: a recorded command line starts with the program's name. */
function task(command: string): string {
  return command.startsWith("likeness ") ? `deno task ${command}` : command;
}

/** Ids become file names and anchors: small letters, digits and hyphens, each once. */
function distinct(charts: ReportModel["charts"]): ReportModel["charts"] {
  const seen = new Map<string, number>();
  const named = Object.entries(charts).map(([section, list]) => [
    section,
    list.map((chart) => {
      const id = slug(chart.id);
      const times = (seen.get(id) ?? 0) + 1;
      seen.set(id, times);
      return { ...chart, id: times === 1 ? id : `${id}--${times}` };
    }),
  ]);
  return Object.fromEntries(named);
}

/** Headline columns, families from best to worst in the primary one. */
function leaderboard(
  groups: readonly Group[],
  { headline, primary }: { headline: readonly FilledColumn[]; primary: string | undefined },
): Table {
  const by = headline.find((c) => c.column.metric === primary) ?? headline[0];
  const order = by ? ranked(groups, by) : groups;
  const rest = "A number or two of each metric; the rest stand under All metrics.";
  const caption = by ? `Ordered by ${by.column.heading}. ${rest}` : rest;
  const full = table({ id: "leaderboard", title: "Leaderboard", caption }, groups, headline);
  const place = (id: string) => order.findIndex((group) => group.id === id);
  return { ...full, rows: [...full.rows].sort((a, b) => place(a.group) - place(b.group)) };
}

function gateTable(gate: { baseline: string; verdicts: readonly Verdict[] }): Gate {
  const place = ({ verdict, test }: Verdict) =>
    VERDICTS.indexOf(verdict) + (test === "bits" ? 0.5 : 0);
  return {
    baseline: gate.baseline,
    counts: countVerdicts(gate.verdicts),
    verdicts: [...gate.verdicts].sort((a, b) => place(a) - place(b)),
  };
}
