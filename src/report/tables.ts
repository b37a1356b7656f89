/** Columns and tables: which metric stands where, and the normalised distance. @module */
import { memorisedNote } from "../metrics/memorisation.ts";
import { mean } from "../stats/mod.ts";
import type { Cell, Column, Group, RecordsByGroup, Table } from "./model.ts";
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
  const order = new Map<string, number>();
  for (const runs of records.values()) {
    for (const run of runs) {
      for (const { metric } of run.spec.metrics) {
        if (!order.has(metric)) order.set(metric, order.size);
      }
      for (const { name, metric, unit, direction, kind } of run.metrics) {
        if (!columns.has(name)) {
          columns.set(name, { name, heading: name, metric, unit, direction, kind });
        }
      }
    }
  }
  const place = (column: Column) => order.get(column.metric) ?? order.size;
  return [...columns.values()]
    .sort((a, b) => place(a) - place(b))
    .flatMap((column) => {
      const values = groups.map((group) => seedValues(records.get(group.id) ?? [], column.name));
      const filled = [fill(column, { groups, values })];
      const normalised = normalise(column, { groups, values });
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

/**
 * d = (FD − FD of held-out data) / (FD of the pixel Gaussian − FD of held-out data), both of this
 * suite at this N: 0 is real data, 1 a Gaussian in pixel space. Null where either control is missing
 * or they don't lie in that order, for then d means nothing.
 */
function normalise(
  column: Column,
  { groups, values }: Values,
): (Values & { column: Column }) | null {
  if (column.metric !== "frechet" || column.direction !== "lower") return null;
  const control = (name: string): number | null => {
    const at = groups.findIndex((group) => group.control && group.family === name);
    const found = at < 0 ? [] : values[at].flatMap((v) => v.value === null ? [] : [v.value]);
    return found.length > 0 ? mean(found) : null;
  };
  const [heldOut, gaussian] = [control("held-out"), control("gaussian")];
  if (heldOut === null || gaussian === null || !(gaussian > heldOut)) return null;
  return {
    column: {
      ...column,
      name: `d(${column.name})`,
      heading: `d ${column.name}`,
      unit: "",
      derived: "(FD − held-out) / (pixel Gaussian − held-out)",
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

/** Tables by theme: id, title, metrics of the suite. Metrics named nowhere go to the last. */
const THEMES: readonly { id: string; title: string; about: string; metrics: readonly string[] }[] =
  [
    {
      id: "samples",
      title: "Samples",
      about:
        "How close samples are to held-out data. N stands after @ and is the same in every row.",
      metrics: ["frechet", "kernel", "coverage", "duplicates"],
    },
    {
      id: "likelihood",
      title: "Reconstruction and likelihood",
      about: "Of held-out images. Likelihoods compare only where their measure is the same.",
      metrics: ["reconstruction", "likelihood"],
    },
    {
      id: "control",
      title: "Control and latents",
      about: "What the latent code holds, by reading it and by moving it.",
      metrics: ["control", "disentanglement"],
    },
    {
      id: "speed",
      title: "Throughput",
      about:
        "Of this machine only. The run is the unit: each value is the median of a run's repeats.",
      metrics: ["throughput"],
    },
  ];

/** The detailed tables, a theme each; a column without any number is left to the list of gaps. */
export function themeTables(groups: readonly Group[], columns: readonly FilledColumn[]): Table[] {
  const named = new Set(THEMES.flatMap((theme) => theme.metrics));
  const others = [...new Set(columns.map((c) => c.column.metric))].filter((m) => !named.has(m));
  const other = { id: "other", title: "Other metrics", about: "Of this suite.", metrics: others };
  return [...THEMES, other].flatMap(({ id, title, about, metrics }) => {
    const own = columns.filter((c) =>
      metrics.includes(c.column.metric) && c.cells.some((cell) => cell.kind === "value")
    );
    return own.length === 0 ? [] : [table({ id, title, caption: about }, groups, own)];
  });
}

/** The columns that stand for their metric in the leaderboard: a few that are read first. */
export function headlineColumns(columns: readonly FilledColumn[]): FilledColumn[] {
  const measured = columns.filter(({ column, cells }) =>
    column.direction !== "none" && cells.some((cell) => cell.kind === "value")
  );
  const metrics = [...new Set(measured.map((c) => c.column.metric))];
  return metrics.flatMap((metric) => {
    const own = measured.filter((c) => c.column.metric === metric);
    if (metric === "throughput") return [trainRate(own), sampleRate(own)].filter((c) => c !== null);
    return [own.find((c) => c.column.derived) ?? own[0]];
  });
}

/** The sampling-rate column at the largest batch, or null. */
export function sampleRate(columns: readonly FilledColumn[]): FilledColumn | null {
  return largestBatch(columns, /sampl/i);
}

function trainRate(columns: readonly FilledColumn[]): FilledColumn | null {
  return largestBatch(columns, /train/i);
}

/** A rate's name holds what is timed and, after @, its batch. */
function largestBatch(columns: readonly FilledColumn[], what: RegExp): FilledColumn | null {
  const rates = columns.filter(({ column, cells }) =>
    column.metric === "throughput" && column.direction === "higher" && what.test(column.name) &&
    cells.some((cell) => cell.kind === "value")
  );
  const batch = ({ column }: FilledColumn) => Number(/(\d+)\D*$/.exec(column.name)?.[1] ?? 0);
  return rates.reduce<FilledColumn | null>((a, b) => a && batch(a) >= batch(b) ? a : b, null);
}

/** A table of these columns over all groups. */
export function table(
  { id, title, caption }: { id: string; title: string; caption: string },
  groups: readonly Group[],
  columns: readonly FilledColumn[],
): Table {
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
