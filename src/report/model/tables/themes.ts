/** Which metric stands where: the tables by theme, and the columns that are read first. @module */
import {
  type Meaning,
  meaningOf,
  otherTheme,
  type Standing,
  standingOf,
  type Theme,
  themeOf,
  themes,
} from "../../../metrics/table/mod.ts";
import type { Group, Table } from "../model.ts";
import { type FilledColumn, table } from "./tables.ts";

/**
 * The detailed tables, a theme each: built-in ones, those that metrics brought in the order of their
 * columns, and the rest. A column without any number is left to the list of gaps.
 */
export function themeTables(groups: readonly Group[], columns: readonly FilledColumn[]): Table[] {
  const themeOfColumn = ({ column }: FilledColumn) => themeOf(standingOf(column.metric).theme);
  const ordered = new Map<string, Theme>();
  for (const id of Object.keys(themes) as (keyof typeof themes)[]) ordered.set(id, themeOf(id));
  for (const theme of columns.map(themeOfColumn)) {
    if (theme.id !== otherTheme.id && !ordered.has(theme.id)) ordered.set(theme.id, theme);
  }
  return [...ordered.values(), otherTheme].flatMap(({ id, title, about }) => {
    const own = columns.filter((c) => themeOfColumn(c).id === id && hasValue(c));
    return own.length === 0 ? [] : [table({ id, title, caption: about }, groups, own)];
  });
}

function hasValue({ cells }: FilledColumn): boolean {
  return cells.some((cell) => cell.kind === "value");
}

/** The columns of a metric that stand in the leaderboard; of a scaled one, the scaled column. */
function chosenColumns(
  own: readonly FilledColumn[],
  headline: Standing["headline"],
): readonly FilledColumn[] {
  if (headline === "none") return [];
  if (typeof headline === "object" && !(headline instanceof RegExp)) {
    return headline.map((meaning) => atLargestBatch(own, meaning)).filter((c) => c !== null);
  }
  const fitting = headline === "first"
    ? []
    : own.filter(({ column }) => !column.derived && headline.test(column.name));
  if (fitting.length === 0) return [own.find((c) => c.column.derived) ?? own[0]];
  return fitting.map((c) => own.find(({ column }) => column.name === `d(${c.column.name})`) ?? c);
}

/** The columns that stand for their metric in the leaderboard: a few that are read first. */
export function headlineColumns(columns: readonly FilledColumn[]): FilledColumn[] {
  const measured = columns.filter((c) => c.column.direction !== "none" && hasValue(c));
  const metrics = [...new Set(measured.map((c) => c.column.metric))];
  return metrics.flatMap((metric) =>
    chosenColumns(
      measured.filter((c) => c.column.metric === metric),
      standingOf(metric).headline,
    )
  );
}

/** The column of a rate at the largest batch, which is the last number of its name; or null. */
export function atLargestBatch(
  columns: readonly FilledColumn[],
  meaning: Meaning,
): FilledColumn | null {
  const rates = columns.filter((c) => meaningOf(c.column, meaning) !== null && hasValue(c));
  const batch = ({ column }: FilledColumn) => Number(/(\d+)\D*$/.exec(column.name)?.[1] ?? 0);
  return rates.reduce<FilledColumn | null>((a, b) => a && batch(a) >= batch(b) ? a : b, null);
}
