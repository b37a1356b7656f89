/** What has no number, and why. @module */
import type { Group, Missing } from "./model.ts";
import { list } from "../../base/text/mod.ts";
import type { FilledColumn } from "./tables/tables.ts";

/** Gaps of all columns, like ones put together, what could have been measured first. */
export function missing(
  { groups, columns }: { groups: readonly Group[]; columns: readonly FilledColumn[] },
  front: { readonly reason: string } | object,
): Missing[] {
  const found = new Map<string, { -readonly [K in keyof Missing]: Missing[K] }>();
  for (const { column, cells } of columns) {
    if (column.derived) continue;
    cells.forEach((cell, i) => {
      if (cell.kind === "value" && !cell.note) return;
      const status = cell.kind === "value" ? "not-measured" : cell.kind;
      const reason = anonymous(cell.kind === "value" ? cell.note! : cell.reason, groups[i]);
      const key = JSON.stringify([column.name, status, reason]);
      const known = found.get(key);
      if (known) known.labels = [...known.labels, groups[i].label];
      else found.set(key, { column: column.name, labels: [groups[i].label], status, reason });
    });
  }
  const merged = mergeColumns([...found.values()])
    .map((gap) => gap.labels.length === groups.length ? { ...gap, labels: [] } : gap);
  if ("reason" in front) {
    merged.push({
      column: "quality against throughput",
      labels: [],
      status: "not-measured",
      reason: front.reason,
    });
  }
  return merged.sort((a, b) =>
    Number(b.status === "not-measured") - Number(a.status === "not-measured")
  );
}

/** "vae has no …" is "this row has no …", so that rows with one reason can share a line. */
function anonymous(reason: string, { family, label }: Group): string {
  const name = [label, family].find((name) => reason.startsWith(`${name} `));
  return name === undefined ? reason : `this row${reason.slice(name.length)}`;
}

/** Columns that lack the same rows for the same reason are one line. */
function mergeColumns(gaps: readonly Missing[]): Missing[] {
  const merged = new Map<string, Missing[]>();
  for (const gap of gaps) {
    const key = JSON.stringify([gap.labels, gap.status, gap.reason]);
    merged.set(key, [...merged.get(key) ?? [], gap]);
  }
  return [...merged.values()].map((same) => ({
    ...same[0],
    column: list(same.map((gap) => gap.column)),
  }));
}
