/** Shares of classes among samples, beside those in the data. @module */
import { formatNumber, words } from "../../../base/text/mod.ts";
import { meaningOf } from "../../../metrics/table/mod.ts";
import type { Chart } from "../chart_data.ts";
import type { Group } from "../model.ts";
import type { FilledColumn } from "../tables/tables.ts";

/** Beside a value of class shares: "happy" among samples, "happy, true" among as many held-out pictures. */
const TRUE = ", true";

/** A chart a factor: a row a class, a mark a group, and the truth. */
export function shareCharts(groups: readonly Group[], columns: readonly FilledColumn[]): Chart[] {
  return columns.filter(({ column }) => meaningOf(column, "classShares") !== null).flatMap(
    (filled): Chart[] => {
      const { column, cells } = filled;
      const shares = groups.flatMap((group, i) => {
        const cell = cells[i];
        return cell.kind === "value" && cell.beside ? [{ group, beside: cell.beside }] : [];
      });
      const names = [...new Set(shares.flatMap(({ beside }) => Object.keys(beside)))];
      const classes = names.filter((name) => name.endsWith(TRUE))
        .map((name) => name.slice(0, -TRUE.length));
      const truth = (name: string) =>
        shares.map(({ beside }) => beside[`${name}${TRUE}`]).find(isShare);
      const drawn = shares.filter(({ group }) => !group.control);
      if (classes.length === 0 || drawn.length === 0) return [];
      const rows = classes.flatMap((name) => [
        ...drawn.flatMap(({ group: { label, index }, beside }) =>
          isShare(beside[name]) ? [{ set: words(name), label, index, value: beside[name] }] : []
        ),
        ...[truth(name)].filter(isShare)
          .map((value) => ({ set: words(name), label: "data", index: -1, value })),
      ]);
      const told = drawn.map(({ group, beside }) =>
        `${group.label}: ${
          classes.filter((name) => isShare(beside[name]))
            .map((name) => `${words(name)} ${formatNumber(beside[name], 2)}`).join(", ")
        }`
      );
      return [{
        kind: "shares",
        id: `shares-${column.name}`,
        title: column.heading,
        description: `Shares of classes among samples, means over seeds. ${told.join(". ")}.`,
        axis: "share of samples",
        rows,
      }];
    },
  );
}

function isShare(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= 1;
}
