/**
 * Who is ahead of whom, and how surely: places with ranges, chances of one row to beat another, the
 * interquartile mean over several distances, and where the spread comes from.
 * @module
 */
import {
  expectedPlaces,
  improvementInterval,
  interquartileMean,
  mean,
  rankRanges,
  scoresEstimate,
  varianceSplit,
} from "../../../stats/mod.ts";
import { competes, LEVEL, ranks } from "./cells.ts";
import { formatNumber } from "../../../base/text/mod.ts";
import type { Chart } from "../chart_data.ts";
import type { Bounded, Column, Group, Ranking, RecordsByGroup } from "../model.ts";
import type { FilledColumn } from "./tables.ts";

/** Rows of a table of chances at most: more can't be read. */
const DUELS = 12;

/** What a ranking is made of. */
export interface RankingInputs {
  /** All columns of the records. */
  readonly columns: readonly FilledColumn[];
  /** Those of the leaderboard. */
  readonly headline: readonly FilledColumn[];
  readonly records: RecordsByGroup;
}

interface Entry {
  readonly group: Group;
  readonly values: readonly number[];
}

/** A column with two rows or more that compete in it, of two seeds or more each. */
interface Contest {
  readonly column: Column & { readonly direction: "lower" | "higher" };
  readonly entries: readonly Entry[];
}

/** The ranking of these groups; null where no quality column has two families of two seeds. */
export function ranking(groups: readonly Group[], inputs: RankingInputs): Ranking | null {
  const contests = inputs.headline.flatMap((filled) => contestOf(filled, groups));
  if (contests.length === 0) return null;
  const places = contests.map(({ entries, column: { direction } }) => {
    const ranges = rankRanges(entries.map((e) => e.values), { direction, level: LEVEL });
    return new Map(entries.map((entry, i) => [entry.group.id, ranges[i]]));
  });
  const { headings, expected } = expectedOf(contests);
  const rows = groups.filter(({ id }) => places.some((column) => column.has(id)))
    .map(({ id }) => ({
      group: id,
      places: places.map((column) => column.get(id) ?? null),
      expected: expected.get(id) ?? null,
    }));
  const order = (row: typeof rows[number]) => [
    row.expected?.estimate ?? Infinity,
    ...row.places.map((place) => place?.rank ?? Infinity),
  ];
  rows.sort((a, b) => compareLists(order(a), order(b)));
  return {
    columns: contests.map(({ column }) => column),
    rows,
    overall: headings,
    seeds: Math.min(...contests.flatMap(({ entries }) => entries.map((e) => e.values.length))),
    duels: contests.map((contest, c) => duelOf(contest, (id) => places[c].get(id)!.rank)),
    aggregate: aggregateOf(groups, inputs),
    spread: inputs.headline.flatMap((filled) => spreadOf(filled, groups, inputs)),
  };
}

function contestOf({ column, cells }: FilledColumn, groups: readonly Group[]): Contest[] {
  const { direction } = column;
  if (column.kind !== "quality" || direction === "none" || !ranks(column)) return [];
  const entries = groups.flatMap((group, i): Entry[] => {
    const cell = cells[i];
    return competes(group, column) && cell.kind === "value"
      ? [{ group, values: cell.seeds.map((s) => s.value) }]
      : [];
  });
  const repeated = entries.filter(({ values }) => values.length > 1);
  const differ = new Set(entries.flatMap(({ values }) => values)).size > 1;
  return repeated.length > 1 && differ ? [{ column: { ...column, direction }, entries }] : [];
}

/** Places of a new run over the columns in which every row that isn't memorised has a value. */
function expectedOf(
  contests: readonly Contest[],
): { headings: string[]; expected: ReadonlyMap<string, Bounded> } {
  const all = contests.flatMap(({ entries }) => entries.map(({ group }) => group));
  const ids = [...new Set(all.filter(({ memorised }) => !memorised).map(({ id }) => id))];
  const shared = contests.filter(({ entries }) =>
    ids.every((id) => entries.some(({ group }) => group.id === id))
  );
  if (shared.length === 0 || ids.length < 2) return { headings: [], expected: new Map() };
  const found = expectedPlaces(
    shared.map(({ column: { direction }, entries }) => ({
      direction,
      samples: ids.map((id) => entries.find(({ group }) => group.id === id)!.values),
    })),
    LEVEL,
  );
  return {
    headings: shared.map(({ column }) => column.heading),
    expected: new Map(ids.map((id, i) => [id, found[i]])),
  };
}

function duelOf(
  { column, entries }: Contest,
  place: (group: string) => number,
): Ranking["duels"][number] {
  const ordered = [...entries].sort((a, b) => place(a.group.id) - place(b.group.id));
  const shown = ordered.slice(0, DUELS);
  const chance = (own: Entry, other: Entry): Bounded => {
    const [x, y] = column.direction === "higher" ? [own, other] : [other, own];
    const { estimate, low, high } = improvementInterval(x.values, y.values, LEVEL);
    return { estimate, low, high };
  };
  return {
    column,
    groups: shown.map(({ group }) => group.id),
    chances: shown.map((own) => shown.map((other) => own === other ? null : chance(own, other))),
    left: ordered.length - shown.length,
  };
}

/** Normalised distances share a scale, so that a mean over them means something; raw ones don't. */
function distances({ columns }: RankingInputs): FilledColumn[] {
  return columns.filter(({ column }) => column.derived !== undefined && column.kind === "quality");
}

/** Scores [seed][distance] of a group, over the seeds that have them all. */
function scoresOf(own: readonly FilledColumn[], at: number): number[][] {
  const bySeed = own.map(({ cells }) => {
    const cell = cells[at];
    return new Map(cell.kind === "value" ? cell.seeds.map((s) => [s.seed, s.value]) : []);
  });
  const [first, ...rest] = bySeed;
  return [...first.keys()].filter((seed) => rest.every((values) => values.has(seed)))
    .map((seed) => bySeed.map((values) => values.get(seed)!));
}

function aggregateOf(groups: readonly Group[], inputs: RankingInputs): Ranking["aggregate"] {
  const own = distances(inputs);
  if (own.length < 2) return null;
  const rows = groups.flatMap((group, at) => {
    if (!own.every(({ column }) => competes(group, column))) return [];
    const scores = scoresOf(own, at);
    const interval = scores.length > 0 ? scoresEstimate(scores, interquartileMean, LEVEL) : null;
    if (interval === null) return [];
    const { estimate, low, high, n } = interval;
    const method = interval.method === "bootstrap" ? "bootstrap" as const : "jackknife t" as const;
    return [{ group: group.id, estimate: { mean: estimate, low, high, n, method } }];
  });
  rows.sort((a, b) => a.estimate.mean - b.estimate.mean);
  return rows.length < 2 ? null : { headings: own.map(({ column }) => column.heading), rows };
}

/**
 * Share of a row's values at or below a distance, over distances and seeds: a row whose line lies
 * above another's everywhere is better however good is asked for.
 */
export function profileChart(groups: readonly Group[], inputs: RankingInputs): Chart[] {
  const own = distances(inputs);
  if (own.length < 2) return [];
  const lines = groups.flatMap((group, at) => {
    if (!own.every(({ column }) => competes(group, column))) return [];
    const scores = scoresOf(own, at);
    if (scores.length < 2) return [];
    return [{ label: group.label, index: group.index, values: scores.flat() }];
  });
  if (lines.length < 2) return [];
  const all = lines.flatMap(({ values }) => values);
  const [first, last] = [Math.min(...all), Math.max(...all)];
  const told = lines.map(({ label, values }) =>
    `${label}: half at or below ${
      formatNumber(
        [...values].sort((a, b) => a - b)[
          Math.ceil(values.length / 2) - 1
        ],
      )
    }`
  );
  return [{
    kind: "profile",
    id: "profile",
    title: "Performance profile",
    description: "Share of a row's values, over distances and seeds, at or below each distance. " +
      `${told.join("; ")}.`,
    x: "normalised distance d · less is better",
    y: "share of values at or below",
    lines: lines.map(({ label, index, values }) => ({
      label,
      index,
      points: [...new Set([first, ...values, last])].sort((a, b) => a - b)
        .map((x) => ({ x, y: mean(values.map((value) => value <= x ? 1 : 0)) })),
    })),
    references: [{ label: "held-out data", x: 0 }, { label: "pixel Gaussian", x: 1 }]
      .filter(({ x }) => first <= x && x <= last),
  }];
}

/** The split of a column's variance, where its records carry draws of one run in `raw`. */
function spreadOf(
  { column }: FilledColumn,
  groups: readonly Group[],
  { records }: RankingInputs,
): Ranking["spread"] {
  if (column.kind !== "quality") return [];
  // A normalised distance has its draws under the distance's own name, on that scale.
  const name = column.derived ? column.name.replace(/^d\((.+)\)$/, "$1") : column.name;
  const families = groups.filter((group) => competes(group, column)).map((group) =>
    (records.get(group.id) ?? []).flatMap((run) => {
      const raw = run.metrics.find((metric) => metric.name === name)?.raw ?? [];
      return raw.length > 1 && raw.every(Number.isFinite) ? [raw] : [];
    })
  ).filter((runs) => runs.length > 1);
  if (families.length === 0) return [];
  const { between, within, share, draws } = varianceSplit(families, LEVEL);
  const root = ({ estimate, low, high }: Bounded): Bounded => ({
    estimate: Math.sqrt(estimate),
    low: Math.sqrt(low),
    high: Math.sqrt(high),
  });
  return [{
    column: { ...column, name, heading: name },
    runs: families.flat().length,
    draws,
    training: root(between),
    sampling: root(within),
    share,
  }];
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
}
