/** The report as Markdown that GitHub shows as it is meant. @module */
import {
  bodiesOf,
  type Cell,
  type Column,
  type Group,
  type ReportBody,
  type ReportModel,
  type Table,
} from "./model/model.ts";
import {
  count,
  escapeMarkdown as escape,
  fence,
  fixed,
  formatBytes,
  formatNumber,
  list,
} from "../base/text/mod.ts";
import { formatEstimate } from "./model/tables/estimate.ts";
import { changeText, rowText } from "../gate/mod.ts";
import { CHANCES, rankingNote, rankingSheets, type Sheet } from "./ranking_sheets.ts";
import { winSheets } from "./win_sheets.ts";
import { shownRows } from "./model/tables/tables.ts";
import type { Texts } from "./texts.ts";
import { textsMarkdown } from "./text_markdown.ts";
import { shareText } from "./page/flow_html.ts";

/** What a Markdown report may point at. */
export interface MarkdownOptions {
  /** Ending of the chart files beside it; null where there are none. */
  readonly charts: "svg" | "png" | null;
  /** What runs have written; default: none. */
  readonly texts?: Texts;
}

/** The whole report, without pictures of runs. */
export function renderMarkdown(model: ReportModel, options: MarkdownOptions): string {
  const groups = new Map(model.groups.map((group) => [group.id, group]));
  const blocks: (string | null)[] = [
    `# ${escape(model.title)}`,
    model.about ? escape(model.about) : null,
    `**${escape(model.banner.headline)}**`,
    model.banner.details.map((detail) => `- ${escape(detail)}`).join("\n"),
    rows([["", ""], ...model.facts.map(([key, value]) => [escape(key), escape(value)])], "ll"),
    ...(model.also === undefined
      ? bodyMarkdown(model, {
        options,
        notes: model.notes,
        between: [...flowsMarkdown(model, options), ...gateMarkdown(model, groups)],
      })
      : [
        ...bodiesOf(model).flatMap((body, place) =>
          partMarkdown(body, { options, notes: place === 0 ? model.notes : [] })
        ),
        ...flowsMarkdown(model, options),
        ...gateMarkdown(model, new Map()),
      ]),
    "## Provenance",
    ...model.cards.map((card) =>
      [
        `<details><summary>${escape(card.label)}, seed ${card.seed}: ${card.state}</summary>`,
        ...(card.cause ? [escape(card.cause)] : []),
        rows([
          ["", ""],
          ["run", card.run],
          ...card.sections.flatMap((s) => s.entries.map(([k, v]) => [escape(k), escape(v)])),
        ], "ll"),
        "</details>",
      ].join("\n\n")
    ),
    "## Run it again",
    fence(model.command || "no run yet", "sh"),
  ];
  return blocks.filter((block) => block !== null && block !== "").join("\n\n") + "\n";
}

interface BodyOptions {
  readonly options: MarkdownOptions;
  /** How numbers are to be read. */
  readonly notes: readonly string[];
  /** What of the whole report stands between results and gaps. */
  readonly between?: readonly string[];
}

/** What there is on one of several data: its headings are a level deeper. */
function partMarkdown(body: ReportBody, { options, notes }: BodyOptions): string[] {
  const { name, config, lead } = body.on!;
  const blocks = [
    `## On ${escape(name)}`,
    escape(config),
    lead === null ? "" : `**${escape(lead)}**`,
  ];
  const deeper = (block: string) => /^##+ /.test(block) ? `#${block}` : block;
  return [...blocks, ...bodyMarkdown(body, { options, notes }).map(deeper)];
}

/** What there is on one data. */
function bodyMarkdown(
  model: ReportBody,
  { options, notes, between = [] }: BodyOptions,
): string[] {
  const groups = new Map(model.groups.map((group) => [group.id, group]));
  return [
    "## Leaderboard",
    tableMarkdown(model.leaderboard, groups),
    model.findings.map((text) => `- ${escape(text)}`).join("\n"),
    notes.map((note) => `- ${escape(note)}`).join("\n"),
    ...images(model.charts.leaderboard, options),
    ...rankingMarkdown(model, { groups, options }),
    ...section("Win rates", winSheets(model.wins ?? [], groups).map(sheetMarkdown)),
    ...section("Quality and throughput", images(model.charts.front, options)),
    ...section("Quality at few evaluations", images(model.charts.steps, options)),
    ...section("Quality and cost", images(model.charts.cost, options)),
    ...section("Classes among the samples", images(model.charts.shares, options)),
    ...model.galleries.filter(({ medium }) => medium === "text")
      .flatMap((gallery) => textsMarkdown(gallery, options.texts ?? new Map())),
    ...section("Training", images(model.charts.curves, options)),
    ...model.tables.flatMap((table) => [
      `## ${escape(table.title)}`,
      escape(table.caption),
      tableMarkdown(table, groups),
    ]),
    ...between,
    ...section("Not measured", [missingMarkdown(model)].filter((text) => text !== null)),
    ...sanityMarkdown(model, options),
    ...section("Time", images(model.charts.time, options)),
  ];
}

/** What steps did with documents. */
function flowsMarkdown({ flows = [] }: ReportModel, options: MarkdownOptions): string[] {
  const number = (n: number) => fixed(n, 0);
  return section(
    "Documents",
    flows.flatMap(({ label, stages, chart, dropped }) => [
      `### ${escape(label)}`,
      ...images([chart], options),
      rows([
        ["stage, check", "documents in", "kept", "dropped", "of them", "rewritten", "text left"],
        ...stages.flatMap(({ name, read, kept, rewritten, dropped }) => {
          const gone = read.documents - kept.documents;
          return [
            [
              escape(name),
              number(read.documents),
              number(kept.documents),
              number(gone),
              shareText(gone, read.documents),
              number(rewritten),
              formatBytes(kept.bytes),
            ],
            ...dropped.map(({ check, documents }) => [
              `${escape(name)}: ${escape(check)}`,
              "",
              "",
              number(documents),
              shareText(documents, read.documents),
              "",
              "",
            ]),
          ];
        }),
      ], "lrrrrrr"),
      ...(dropped === null ? [] : textsMarkdown(dropped, options.texts ?? new Map()).slice(2)),
    ]),
  );
}

function section(title: string, blocks: readonly string[]): string[] {
  return blocks.length > 0 ? [`## ${title}`, ...blocks] : [];
}

function images(
  charts: ReportModel["charts"]["front"],
  { charts: ending }: MarkdownOptions,
): string[] {
  if (ending === null) return [];
  return charts.map((c) => `![${escape(c.title)}](charts/${c.id}.${ending})`);
}

/** A pipe table; `align` has one letter a column: l or r. */
function rows([head, ...body]: readonly (readonly string[])[], align: string): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = [...align].map((a) => a === "r" ? "---:" : "---");
  return [line(head), line(rule), ...body.map(line)].join("\n");
}

function tableMarkdown(table: Table, groups: ReadonlyMap<string, Group>): string {
  if (table.columns.length === 0) return "No metric has a value yet.";
  const body = shownRows(table, groups).map(({ label, control, note, mark, cells }) => {
    const said = [note, mark].filter((text) => text !== "").join("; ");
    const name = escape(said ? `${label} (${said})` : label);
    return [control ? `_${name}_` : name, ...cells.map(cellMarkdown)];
  });
  return rows(
    [["", ...table.columns.map(heading)], ...body],
    "l" + "r".repeat(table.columns.length),
  );
}

/** A sheet's pipe table. */
function sheetRows({ head, rows: own }: Pick<Sheet, "head" | "rows">): string {
  return rows(
    [
      ["", ...head.map(escape)],
      ...own.map(({ label, cells }) => [label, ...cells].map(escape)),
    ],
    "l" + "r".repeat(head.length),
  );
}

const sheetMarkdown = (sheet: Sheet) => [escape(sheet.caption), sheetRows(sheet)].join("\n\n");

function rankingMarkdown(
  { ranking, charts }: ReportBody,
  { groups, options }: { groups: ReadonlyMap<string, Group>; options: MarkdownOptions },
): string[] {
  if (!ranking) return [];
  const sheets = rankingSheets(ranking, groups).map(
    ({ title, caption, head, rows: own, folded }) => {
      const body = sheetRows({ head, rows: own });
      const [before, after] = folded
        ? [`<details><summary>${escape(title)}</summary>`, ["</details>"]]
        : [`### ${escape(title)}`, []];
      return { folded, text: [before, escape(caption), body, ...after].join("\n\n") };
    },
  );
  const of = (wanted: boolean) => sheets.flatMap((s) => s.folded === wanted ? [s.text] : []);
  return [
    "## Ranking",
    escape(rankingNote(ranking)),
    ...of(false),
    ...images(charts.ranking, options),
    "### Chances for every pair",
    escape(CHANCES),
    ...of(true),
  ];
}

function heading({ heading, unit, direction, label }: Column): string {
  const way = direction === "none" ? "" : direction === "lower" ? " ↓" : " ↑";
  const said = [unit, label].filter(Boolean).join(", ");
  return escape(heading) + (said ? ` (${escape(said)})` : "") + way;
}

function cellMarkdown(cell: Cell): string {
  if (cell.kind === "not-defined") return "–";
  if (cell.kind === "not-measured") return "n/m";
  const { value, spread } = formatEstimate(cell.estimate);
  const bound = cell.bound ? `${cell.bound === "lower" ? "≥" : "≤"} ` : "";
  const number = cell.rank ? `**${value}**` : value;
  const label = cell.label ? ` (${escape(cell.label)})` : "";
  return bound + number + (spread ? ` ${spread}` : "") + label + (cell.rank === "tied" ? " =" : "");
}

function gateMarkdown({ gate }: ReportModel, groups: ReadonlyMap<string, Group>): string[] {
  if (!gate) return [];
  const shown = gate.verdicts.filter((v) => v.verdict !== "pass" && v.verdict !== "shown");
  const { pass, identical, shown: unjudged } = gate.counts;
  return [
    "## Gate",
    `Against ${escape(gate.baseline)}: ${
      count(pass, "value")
    } passed, ${identical} of them bit-identical.${
      unjudged > 0
        ? ` ${count(unjudged, "timing")} not judged: this machine's noise isn't calibrated.`
        : ""
    }`,
    ...(shown.length === 0 ? [] : [rows([
      ["row", "metric", "verdict", "then", "now", "change", "adjusted p", "why"],
      ...shown.map((v) => [
        escape(groups.get(v.group)?.label ?? rowText(v)),
        escape(v.metric) + (v.unit ? ` (${escape(v.unit)})` : ""),
        v.verdict,
        numberOr(v.baseline),
        numberOr(v.value),
        changeText(v),
        numberOr(v.adjustedP, 2),
        escape(v.why),
      ]),
    ], "lllrrrrl")]),
  ];
}

function numberOr(value: number | null, digits = 4): string {
  return value === null ? "–" : formatNumber(value, digits);
}

function missingMarkdown({ missing }: ReportBody): string | null {
  if (missing.length === 0) return null;
  return rows([
    ["what", "", "rows", "why"],
    ...missing.map(({ column, labels, status, reason }) => [
      escape(column),
      status === "not-measured" ? "n/m" : "–",
      labels.length === 0 ? "all" : list(labels.map(escape)),
      escape(reason),
    ]),
  ], "llll");
}

function sanityMarkdown({ sanity, charts }: ReportBody, options: MarkdownOptions): string[] {
  if (!sanity) return [];
  return [
    "## What the extractors see",
    escape(sanity.caption),
    rows([
      ["set", ...sanity.columns.map((c) => escape(c.heading))],
      ...sanity.rows.map(({ set, values }) => [
        escape(set),
        ...values.map((value) => numberOr(value, 3)),
      ]),
    ], "l" + "r".repeat(sanity.columns.length)),
    sanity.findings.map(({ text, holds }) => `- ${holds ? "holds" : "**fails**"}: ${escape(text)}`)
      .join("\n"),
    ...images(charts.sanity, options),
  ];
}
