/** What columns say together, in words: where two measures of samples contradict each other. @module */
import { competes, toldApart } from "./cells.ts";
import { count, formatNumber, list } from "../../../base/text/mod.ts";
import { type Standing, standingOf } from "../../../metrics/table/mod.ts";
import type { Cell, Column, Group } from "../model.ts";
import type { FilledColumn } from "./tables.ts";
import { headlineColumns } from "./themes.ts";

/** Contradictions that are spelt out; the others are counted. */
const SPELT = 4;

type ValueCell = Cell & { readonly kind: "value" };

interface Entry {
  readonly group: Group;
  readonly first: ValueCell;
  readonly second: ValueCell;
}

/** +1 where `a` is better than `b` beyond doubt, −1 where worse, 0 where their seeds don't tell. */
function verdict({ direction }: Column, a: ValueCell, b: ValueCell): number {
  if (!toldApart(a, b)) return 0;
  const lower = a.estimate.mean < b.estimate.mean;
  return lower === (direction === "lower") ? 1 : -1;
}

function compared(first: FilledColumn, second: FilledColumn, groups: readonly Group[]): string[] {
  const entries = groups.flatMap((group, i): Entry[] => {
    const [a, b] = [first.cells[i], second.cells[i]];
    return competes(group, first.column) && a.kind === "value" && b.kind === "value"
      ? [{ group, first: a, second: b }]
      : [];
  });
  if (entries.length < 2) return [];
  const names = `${first.column.heading} and ${second.column.heading}`;
  let agreed = 0;
  const opposed: [better: Entry, worse: Entry][] = [];
  for (const [i, a] of entries.entries()) {
    for (const b of entries.slice(i + 1)) {
      const one = verdict(first.column, a.first, b.first);
      const other = verdict(second.column, a.second, b.second);
      if (one * other > 0) agreed++;
      if (one * other < 0) opposed.push(one > 0 ? [a, b] : [b, a]);
    }
  }
  if (agreed + opposed.length === 0) {
    return [`${names} tell no two rows apart in common, so nothing is said of whether they agree.`];
  }
  if (opposed.length === 0) {
    return [
      `${names} agree: they order alike all ${count(agreed, "pair")} of rows that both tell apart.`,
    ];
  }
  const told = opposed.slice(0, SPELT).map(([better, worse]) => {
    const at = (which: "first" | "second") =>
      `${formatNumber(better[which].estimate.mean)} against ` +
      formatNumber(worse[which].estimate.mean);
    return `${better.group.label} is better than ${worse.group.label} by ${first.column.heading} ` +
      `(${at("first")}) and worse by ${second.column.heading} (${at("second")})`;
  });
  const rest = opposed.length - told.length;
  return [
    `${names} disagree on ${count(opposed.length, "pair")} of ` +
    `${agreed + opposed.length} that both tell apart at 95 %: ` +
    `${list([...told, ...(rest > 0 ? [count(rest, "more", "more")] : [])])}.`,
  ];
}

/** The first column of the reference metric against its others, and against those of metrics compared with it. */
export function findings(groups: readonly Group[], columns: readonly FilledColumn[]): string[] {
  const headline = headlineColumns(columns);
  const of = (contradicts: Standing["contradicts"]) =>
    headline.filter(({ column }) => standingOf(column.metric).contradicts === contradicts);
  const [first, ...others] = of("reference");
  if (first === undefined) return [];
  return [...others, ...of("compared")].flatMap((second) => compared(first, second, groups));
}
