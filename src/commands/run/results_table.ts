/**
 * A report's table as plain text.
 * @module
 */
import { type Cell, formatEstimate, type Group, type Table } from "../../report/mod.ts";

/** Spread and bound marks stand with the value; "–" is not defined, "n/m" not measured. */
function cellText(cell: Cell): string {
  if (cell.kind === "not-defined") return "–";
  if (cell.kind === "not-measured") return "n/m";
  const { value, spread } = formatEstimate(cell.estimate);
  const bound = cell.bound === undefined ? "" : cell.bound === "upper" ? "≤ " : "≥ ";
  const label = cell.label === undefined ? "" : ` ${cell.label}`;
  return bound + value + (spread === null ? "" : ` ${spread}`) + label;
}

/** Columns of a terminal that a text takes: code points, since no label here is wider. */
const width = (text: string) => [...text].length;
const left = (text: string, to: number) => text + " ".repeat(Math.max(0, to - width(text)));
const right = (text: string, to: number) => " ".repeat(Math.max(0, to - width(text))) + text;

/**
 * Lines of a table: labels left, numbers right, units in the headings. Columns that don't fit into
 * `columns` go into further tables below.
 */
export function tableLines(
  table: Table,
  groups: readonly Group[],
  columns = 100,
): string[] {
  const labels = new Map(groups.map(({ id, label, memorised }) => [
    id,
    memorised ? `${label} (memorised)` : label,
  ]));
  const rows = table.rows.map(({ group, cells }) => ({
    label: labels.get(group) ?? group,
    cells: cells.map(cellText),
  }));
  const first = Math.max(0, ...rows.map(({ label }) => width(label))) + 2;
  const heads = table.columns.map(({ heading, unit }) => [heading, unit]);
  const widths = heads.map((head, i) =>
    Math.max(...head.map(width), ...rows.map(({ cells }) => width(cells[i])))
  );
  const lines: string[] = [];
  for (let from = 0; from < widths.length;) {
    let to = from;
    for (let used = first; to < widths.length; to++) {
      used += widths[to] + 3;
      if (used > columns && to > from) break;
    }
    const line = (label: string, cells: readonly string[]) =>
      ("  " + left(label, first) +
        cells.slice(from, to).map((cell, i) => right(cell, widths[from + i])).join("   "))
        .trimEnd();
    if (lines.length > 0) lines.push("");
    lines.push(line("", heads.map(([heading]) => heading)));
    const units = line("", heads.map(([, unit]) => unit));
    if (units !== "") lines.push(units);
    lines.push(...rows.map(({ label, cells }) => line(label, cells)));
    from = to;
  }
  return lines;
}
