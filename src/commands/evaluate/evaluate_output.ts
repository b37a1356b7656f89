/**
 * The output of `evaluate`: a table for people, or JSON, CSV or Markdown.
 * @module
 */
import type { Timing } from "../../compare/extract/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { formatSeconds } from "../../base/text/mod.ts";
import { columns, type Terminal } from "../../cli/mod.ts";
import type { Output } from "./evaluate_arguments.ts";

/** What extraction of one side took; a line of `--json`. */
export interface ExtractionEvent extends Timing {
  readonly event: "extraction";
  readonly side: "real" | "fake";
  readonly label: string;
}

/** Everything that is shown. */
export interface Shown {
  readonly values: readonly MetricValue[];
  readonly extractions: readonly ExtractionEvent[];
  /** Engine with its versions; null where no network ran. */
  readonly engine: string | null;
  /** Most resident bytes of the process; null where the system doesn't tell. */
  readonly peakBytes: number | null;
  /** Lines over the table. */
  readonly head: readonly string[];
  readonly real: string;
  readonly fake: string;
}

type Show = (shown: Shown, print: (line: string) => void) => void;

const better = ({ direction }: MetricValue) => direction === "none" ? "" : `${direction} is better`;

const table: Show = ({ values, head, extractions }, print) => {
  for (const line of head) print(line);
  const rows = values.map((v): [string, string] => {
    const text = v.value === null ? `n/m: ${v.reason}` : `${v.value.toPrecision(5)} ${v.unit}`;
    const note = v.value === null || better(v) === "" ? "" : ` (${better(v)})`;
    return [v.name, text.trimEnd() + note];
  });
  if (rows.length > 0) { for (const line of columns(rows)) print(line); }
  for (const { label, pictures, seconds, busy } of extractions) {
    if (busy === null) continue;
    print(
      `${label}: ${pictures.toLocaleString("en")} pictures in ${formatSeconds(seconds)}, ` +
        `${(pictures / seconds).toFixed(1)} a second, extractor busy ${(100 * busy).toFixed(1)} %`,
    );
  }
};

const json: Show = ({ values, extractions, engine, peakBytes }, print) => {
  for (const value of values) print(JSON.stringify(value));
  for (const extraction of extractions) print(JSON.stringify(extraction));
  print(JSON.stringify({ event: "process", engine, peakBytes }));
};

/** Fields of the tables that programs read. */
const fields = ["metric", "value", "unit", "direction", "samples", "reason"] as const;

function rowsOf({ values }: Shown): (readonly string[])[] {
  return values.map((v) => [
    v.name,
    v.value === null ? "" : `${v.value}`,
    v.unit,
    v.direction,
    v.samples === undefined ? "" : `${v.samples}`,
    v.reason ?? "",
  ]);
}

const csv: Show = (shown, print) => {
  const quoted = (text: string) => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  print([...fields, "real", "fake"].join(","));
  for (const row of rowsOf(shown)) {
    print([...row, shown.real, shown.fake].map(quoted).join(","));
  }
};

const markdown: Show = (shown, print) => {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((c) => c.replaceAll("|", "\\|")).join(" | ")} |`;
  print(`Real: \`${shown.real}\`, generated: \`${shown.fake}\``);
  print("");
  print(line(["Metric", "Value", "Better"]));
  print("| --- | ---: | --- |");
  for (const v of shown.values) {
    const value = v.value === null ? "n/m" : `${v.value.toPrecision(5)} ${v.unit}`.trim();
    print(
      line([v.name, value, v.value === null ? v.reason ?? "" : v.direction.replace("none", "–")]),
    );
  }
};

const ways: Readonly<Record<Output, Show>> = { table, json, csv, markdown };

/** Prints what was found. */
export function show(output: Output, shown: Shown, terminal: Terminal): void {
  ways[output](shown, (line) => terminal.print(line));
}
