/** Columns and tables: what every row has in a column, and the normalised distance. @module */
import { memorisedNote } from "../../../metrics/copies/mod.ts";
import { standingOf } from "../../../metrics/table/mod.ts";
import { mean } from "../../../stats/mod.ts";
import { canonicalJson } from "../../../base/text/mod.ts";
import type { RunRecord } from "../../../record/mod.ts";
import type { Cell, Column, Group, RecordsByGroup, Table } from "../model.ts";
import { cellOf, competes, rankCells, type SeedValue, seedValues } from "./cells.ts";

/** A column with what every group has in it. */
export interface FilledColumn {
  readonly column: Column;
  /** One cell a group, in the groups' order. */
  readonly cells: readonly Cell[];
}

/** Every column that the records name, in the suite's order, normalised distances after theirs. */
export function fillColumns(groups: readonly Group[], records: RecordsByGroup): FilledColumn[] {
  const columns = new Map<string, Column>();
  const order = new Map<string, number>(), askedBy = new Map<string, Set<string>>();
  /** What a run's spec asks of a metric. */
  const asks = (run: RunRecord, metric: string) =>
    canonicalJson(run.spec.metrics.filter((asked) => asked.metric === metric));
  for (const runs of records.values()) {
    for (const run of runs) {
      for (const { metric } of run.spec.metrics) {
        if (!order.has(metric)) order.set(metric, order.size);
      }
      for (const { name, metric, unit, direction, kind } of run.metrics) {
        if (!columns.has(name)) {
          columns.set(name, { name, heading: name, metric, unit, direction, kind });
          askedBy.set(name, new Set());
        }
        askedBy.get(name)!.add(asks(run, metric));
      }
    }
  }
  const place = (column: Column) => order.get(column.metric) ?? order.size;
  return [...columns.values()]
    .sort((a, b) => place(a) - place(b))
    .flatMap((column) => {
      const values = groups.map((group) =>
        seedValues(records.get(group.id) ?? [], column.name, {
          kind: column.kind,
          of: (run) => askedBy.get(column.name)!.has(asks(run, column.metric)),
        })
      );
      const filled = [fill(column, { groups, values })];
      const normalised = normalise(column, { groups, values, records });
      if (normalised) filled.push(fill(normalised.column, { groups, values: normalised.values }));
      return filled;
    });
}

interface Values {
  readonly groups: readonly Group[];
  readonly values: readonly (readonly SeedValue[])[];
}

function fill(column: Column, { groups, values }: Values): FilledColumn {
  const rows = groups.map((group, i) => ({ group, cell: cellOf(values[i]) }));
  return { column, cells: rankCells(column, rows) };
}

/** What a distance is normalised by. */
export interface ControlSpan {
  readonly heldOut: number;
  readonly gaussian: number;
}

/**
 * Means of the two control rows in a column; null where either is missing or they don't lie in that
 * order, for then a normalised distance means nothing.
 */
export function controlSpan(
  column: string,
  { groups, records }: { groups: readonly Group[]; records: RecordsByGroup },
): ControlSpan | null {
  const control = (name: string): number | null => {
    // Rows with other metrics have control rows of their own: those that have a value speak.
    const own = groups.filter(({ control, family }) => control && family === name);
    const values = own.map(({ id }) =>
      seedValues(records.get(id) ?? [], column).flatMap((v) => v.value === null ? [] : [v.value])
    );
    const found = values.find((list) => list.length > 0);
    return found === undefined ? null : mean(found);
  };
  const [heldOut, gaussian] = [control("held-out"), control("gaussian")];
  if (heldOut === null || gaussian === null || !(gaussian > heldOut)) return null;
  return { heldOut, gaussian };
}

/**
 * Of a metric that is shown scaled, d = (x − x of held-out data) / (x of the pixel Gaussian − x of
 * held-out data), both of this suite at this N: 0 is real data, 1 a Gaussian in pixel space. Null where
 * there is no such span.
 */
function normalise(
  column: Column,
  { groups, values, records }: Values & { readonly records: RecordsByGroup },
): (Values & { column: Column }) | null {
  const { scaled } = standingOf(column.metric);
  if (scaled === undefined || column.direction !== "lower") return null;
  const span = controlSpan(column.name, { groups, records });
  if (span === null) return null;
  const { heldOut, gaussian } = span;
  return {
    column: {
      ...column,
      name: `d(${column.name})`,
      heading: `d ${column.name}`,
      unit: "",
      derived: `(${scaled} − held-out) / (pixel Gaussian − held-out)`,
    },
    groups,
    values: values.map((runs) =>
      runs.map((v) => ({
        ...v,
        beside: undefined,
        value: v.value === null ? null : (v.value - heldOut) / (gaussian - heldOut),
      }))
    ),
  };
}

/**
 * What stands beside all values of a column alike (who computed them, of how many pictures) belongs
 * in its heading; what tells rows apart stays with them.
 */
function hoisted({ column, cells }: FilledColumn): FilledColumn {
  const valued = cells.filter((cell) => cell.kind === "value");
  if (valued.length < 2) return { column, cells };
  const [first, ...others] = valued;
  const label = others.every((cell) => cell.label === first.label) ? first.label : undefined;
  const shared = Object.keys(first.beside ?? {}).filter((name) =>
    others.every((cell) => cell.beside?.[name] === first.beside![name])
  );
  if (label === undefined && shared.length === 0) return { column, cells };
  const beside = shared.length === 0
    ? {}
    : { beside: Object.fromEntries(shared.map((name) => [name, first.beside![name]])) };
  return {
    column: { ...column, ...label === undefined ? {} : { label }, ...beside },
    cells: cells.map((cell) => {
      if (cell.kind !== "value") return cell;
      const { label: own, beside: numbers = {}, ...rest } = cell;
      const left = Object.entries(numbers).filter(([name]) => !shared.includes(name));
      return {
        ...rest,
        ...own === undefined || label !== undefined ? {} : { label: own },
        ...left.length === 0 ? {} : { beside: Object.fromEntries(left) },
      };
    }),
  };
}

/** A table of these columns over all groups. */
export function table(
  { id, title, caption }: { id: string; title: string; caption: string },
  groups: readonly Group[],
  filled: readonly FilledColumn[],
): Table {
  const columns = filled.map(hoisted);
  return {
    id,
    title,
    caption,
    columns: columns.map((c) => c.column),
    rows: groups.map((group, i) => ({ group: group.id, cells: columns.map((c) => c.cells[i]) })),
  };
}

/** A row as it is shown. */
export interface ShownRow {
  readonly label: string;
  readonly index: number;
  readonly control: boolean;
  /** "1 of 3 diverged"; empty where all runs are done. */
  readonly note: string;
  /** What is to be said of the row beside its states: that it is memorised; or empty. */
  readonly mark: string;
  readonly cells: readonly Cell[];
}

/** Rows of a table; control rows that have nothing in it share one. */
export function shownRows(table: Table, groups: ReadonlyMap<string, Group>): ShownRow[] {
  const rows = table.rows.map(({ group: id, cells }) => {
    const { label, index, control, runs, states, memorised } = groups.get(id)!;
    const trouble = Object.entries(states).filter(([state]) => state !== "done")
      .map(([state, n]) => runs.length === 1 ? state : `${n} of ${runs.length} ${state}`);
    const mark = memorised ? memorisedNote : "";
    return { label, index, control, note: trouble.join(", "), mark, cells };
  });
  const empty = rows.filter(({ control, cells }) =>
    control && cells.every((cell) => cell.kind === "not-defined")
  );
  if (empty.length < 2) return rows;
  const kept = rows.filter((row) => !empty.includes(row));
  const label = empty.length === rows.filter((r) => r.control).length
    ? "control rows"
    : "other control rows";
  return [...kept, { ...empty[0], label }];
}

/**
 * Families from best to worst in a column, then those that don't compete in it, then those without a
 * value; control rows stay last. The order of equals is kept.
 */
export function ranked(
  groups: readonly Group[],
  { column, cells }: FilledColumn,
): readonly Group[] {
  const value = new Map(groups.map((group, i) => {
    const cell = cells[i];
    return [group.id, cell.kind === "value" ? cell.estimate.mean : null];
  }));
  const sign = column.direction === "lower" ? 1 : -1;
  const order = (a: Group, b: Group) => {
    const [x, y] = [value.get(a.id) ?? null, value.get(b.id) ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    const out = (group: Group) => Number(!competes(group, column));
    return out(a) - out(b) || sign * (x - y);
  };
  return [...groups.filter((g) => !g.control).sort(order), ...groups.filter((g) => g.control)];
}
