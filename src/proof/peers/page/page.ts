/**
 * A comparison as files: a page, Markdown, and JSON with every sample.
 * @module
 */
import { join } from "@std/path";
import { exp, log } from "../../../numeric/mod.ts";
import { writeAtomic } from "../../../base/mod.ts";
import {
  count,
  escapeMarkdown,
  formatBytes,
  formatNumber,
  Html,
  markup,
} from "../../../base/text/mod.ts";
import { type Chart, drawChart, pageStyle } from "../../../report/mod.ts";
import { mean, meanInterval } from "../../../stats/mod.ts";
import { isMeasured, type PeersModel, type PeersReport, REPORT_FILE } from "./schema.ts";
import { agreementText, formatStep, HEADINGS, LABELS, tableRows } from "./table.ts";

/** Step times of a model's contenders, with each round. */
export function stepChart(model: PeersModel): Chart {
  const rows = model.contenders.filter(isMeasured).map((contender, index) => {
    const samples = contender.samples.map((seconds) => seconds * 1e3);
    // Of the logarithms, as times are positive and a slow round lies far out.
    const logs = samples.map((ms) => log(ms));
    const interval = meanInterval(logs);
    return {
      label: LABELS[contender.name] ?? contender.name,
      index,
      mean: exp(mean(logs)),
      low: interval === null ? null : exp(interval.low),
      high: interval === null ? null : exp(interval.high),
      n: samples.length,
      method: interval === null
        ? null
        : interval.method === "t"
        ? "t" as const
        : "bootstrap" as const,
      seeds: samples,
    };
  });
  const words = rows.map(({ label, mean }) => `${label} ${formatStep(mean / 1e3)}`).join(", ");
  return {
    kind: "dots",
    id: model.name,
    title: `${model.name}: time a ${model.task === "decode" ? "token" : "step"}`,
    description: `Geometric mean with its 95 % interval, rounds as ticks: ${words}.`,
    axis: "ms, less is better",
    direction: "lower",
    rows,
  };
}

/** What the page says of how it was measured. */
function facts(report: PeersReport): (readonly [string, string])[] {
  const { provenance: p } = report;
  const versions = new Map(
    report.models.flatMap(({ contenders }) => contenders.filter(isMeasured))
      .flatMap((contender) => Object.entries(contender.versions)),
  );
  return [
    ["machine", `${p.cpu}, ${count(p.cores, "core")}, ${p.instructionSet}, ${p.os}`],
    ["memory", formatBytes(p.memoryBytes)],
    ["device", `${report.device}, ${count(report.threads, "thread")}`],
    ["engine", report.engine ?? "none: Likeness took no part"],
    ["versions", [...versions].map(([name, version]) => `${name} ${version}`).join(", ")],
    ["matrix product", `${formatNumber(report.peakFlops / 1e9)} GFLOP/s, float32, 2048²`],
    ["rounds", `${report.rounds}, in turns, the order rotated`],
    ["code", `${p.gitSha ?? "unknown"}${p.gitDirty ? ", changed" : ""}`],
    ["measured", `${report.startedAt} to ${report.finishedAt}`],
    ["command", p.command],
  ];
}

const METHOD = "The same model from equal weights on equal numbers, float32, one live process a " +
  "contender, taking turns. Ratios are the time of Likeness, by the faster of its ways, over the row's: " +
  "below 1 Likeness is faster. Memory is the most that was resident while the rounds ran, with what the libraries took " +
  "before any model. Utilisation is counted operations over the time and the fastest matrix product " +
  "of this run. PyTorch runs channels last, fused attention and fused Adam.";

function modelHtml(model: PeersModel, chart: string | null): Html {
  return markup`
    <section id="${model.name}" aria-labelledby="${model.name}-h">
      <h2 id="${model.name}-h">${model.name}</h2>
      <p>${model.about}. ${formatNumber(model.parameters / 1e6)} M parameters${
    model.flopsPerStep === null
      ? ""
      : `, ${formatNumber(model.flopsPerStep / 1e9)} GFLOP a ${
        model.task === "decode" ? "token" : "step"
      }`
  }.</p>
      ${chart === null ? null : markup`<figure>${new Html(chart)}</figure>`}
      <div class="scroll" role="region" tabindex="0" aria-label="${model.name}">
        <table>
          <caption><span>${agreementText(model)}</span></caption>
          <thead><tr>${HEADINGS.map((h) => markup`<th scope="col">${h}</th>`)}</tr></thead>
          <tbody>${
    tableRows(model).map(([name, ...cells]) =>
      markup`
            <tr><th scope="row">${name}</th>${
        cells.length === 1
          ? markup`<td colspan="${HEADINGS.length - 1}">${cells[0]}</td>`
          : cells.map((cell) => markup`<td>${cell}</td>`)
      }</tr>
          `
    )
  }</tbody>
        </table>
      </div>
    </section>
  `;
}

/** The page; charts by model, as SVG. */
export function renderPeersPage(
  report: PeersReport,
  { style, charts }: { style: string; charts: ReadonlyMap<string, string> },
): string {
  return markup`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Speed beside PyTorch and JAX · Likeness</title>
        <link rel="icon" href="data:,">
        <style>${new Html(style)}</style>
      </head>
      <body>
        <header>
          <div class="wrap">
            <p class="kind">Likeness report · peers:speed</p>
            <h1>Speed beside PyTorch and JAX</h1>
            <p class="about">${METHOD}</p>
            <dl class="facts">${
    facts(report).map(([k, v]) => markup`<div><dt>${k}</dt><dd>${v}</dd></div>`)
  }</dl>
          </div>
        </header>
        <div class="wrap">
          <main id="main">${
    report.models.map((model) => modelHtml(model, charts.get(model.name) ?? null))
  }</main>
        </div>
      </body>
    </html>
  `.text;
}

/** The same in Markdown. */
export function renderPeersMarkdown(report: PeersReport): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  const models = report.models.flatMap((model) => [
    `## ${escapeMarkdown(model.name)}`,
    "",
    escapeMarkdown(`${model.about}. ${agreementText(model)}.`),
    "",
    line(HEADINGS),
    line(HEADINGS.map(() => "---")),
    ...tableRows(model).map((row) => line([...row, ...HEADINGS.slice(row.length).map(() => "")])),
    "",
  ]);
  return [
    "# Speed beside PyTorch and JAX",
    "",
    METHOD,
    "",
    ...facts(report).map(([k, v]) => `- ${k}: ${escapeMarkdown(v)}`),
    "",
    ...models,
  ].join("\n");
}

/** Writes all files into a folder and returns the page's path. */
export async function writePeersReport(report: PeersReport, folder: string): Promise<string> {
  const charts = new Map<string, string>();
  for (const model of report.models) {
    if (!model.contenders.some(isMeasured)) continue;
    charts.set(model.name, (await drawChart(stepChart(model))).svg);
  }
  const index = join(folder, "index.html");
  const page = renderPeersPage(report, { style: await pageStyle(), charts });
  await writeAtomic(join(folder, REPORT_FILE), JSON.stringify(report, null, 1) + "\n");
  await writeAtomic(join(folder, "report.md"), renderPeersMarkdown(report));
  await writeAtomic(index, page);
  return index;
}
