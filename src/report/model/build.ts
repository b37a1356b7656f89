/** Records, series, verdicts and baselines into a report model: pure, so that it can be repeated. @module */
import { placeless } from "../../record/mod.ts";
import { memorisedNote } from "../../metrics/copies/mod.ts";
import { countVerdicts, type Verdict } from "../../gate/mod.ts";
import type { ReportInputs } from "./inputs.ts";
import type { Gate, Group, ReportBody, ReportModel } from "./model.ts";
import { banner, facts, newestOf, VERDICTS } from "./banner.ts";
import { bodies } from "./bodies.ts";
import { cards } from "./cards.ts";
import { count, slug } from "../../base/text/mod.ts";
import { flows } from "./flows.ts";
import { groupRecords } from "./groups.ts";

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
  const gate = inputs.gate ? gateTable(inputs.gate) : null;
  const [first, ...also] = distinct(bodies(inputs));
  const told = flows(grouped.steps, inputs.values ?? new Map());
  return {
    format: 1,
    suite: inputs.suite.name,
    suiteVersion: inputs.suite.version,
    title: inputs.suite.report?.title ?? inputs.suite.name,
    about: inputs.suite.about ?? "",
    command: task(placeless(inputs.command ?? newestOf(inputs.records)?.provenance.command ?? "")),
    banner: banner(inputs.records, { gate, unreadable: inputs.unreadable }),
    facts: facts(inputs.records, grouped),
    groups: first.groups,
    leaderboard: first.leaderboard,
    ranking: first.ranking,
    ...(first.wins && { wins: first.wins }),
    findings: first.findings,
    tables: first.tables,
    charts: first.charts,
    galleries: first.galleries,
    gate,
    missing: first.missing,
    sanity: first.sanity,
    cards: cards(grouped),
    notes: notes(grouped.groups, inputs.superseded ?? 0),
    ...(told.length === 0 ? {} : { flows: told }),
    ...(also.length === 0 ? {} : { on: first.on, also }),
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
function distinct(all: readonly ReportBody[]): ReportBody[] {
  const seen = new Map<string, number>();
  return all.map((body, place) => {
    const before = place === 0 ? "" : `${body.on!.id}-`;
    const named = Object.entries(body.charts).map(([section, list]) => [
      section,
      list.map((chart) => {
        const id = slug(before + chart.id);
        const times = (seen.get(id) ?? 0) + 1;
        seen.set(id, times);
        return { ...chart, id: times === 1 ? id : `${id}--${times}` };
      }),
    ]);
    return { ...body, charts: Object.fromEntries(named) as ReportBody["charts"] };
  });
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
