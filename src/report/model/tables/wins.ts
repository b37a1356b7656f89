/**
 * Rows compared one by one on the same things, such as prompts: win rates of every pair, and
 * Bradley–Terry strengths over all rows.
 * @module
 */
import { standingOf } from "../../../metrics/table/mod.ts";
import { type Duel, winInterval, winRate } from "../../../stats/mod.ts";
import { bradleyTerry, BradleyTerryError, eloPoints } from "../../../stats/compare/mod.ts";
import type { RunRecord } from "../../../record/mod.ts";
import type { Bounded, Column, Group, RecordsByGroup, Wins } from "../model.ts";
import { LEVEL } from "./cells.ts";
import type { FilledColumn } from "./tables.ts";

/** One drawn game for each pair: a row that never lost has a finite strength. */
const PRIOR = 0.5;
/** Of each pair: there may be a hundred. */
const RESAMPLES = 999;

/** Numbers of each item, by seed. */
export type EachBySeed = ReadonlyMap<number, readonly number[]>;

/** What runs of a row have of each item in a column, by seed; none where they don't say. */
export function eachOf(
  runs: readonly Pick<RunRecord, "metrics" | "spec">[],
  name: string,
): EachBySeed {
  return new Map(runs.flatMap(({ metrics, spec }) => {
    const each = metrics.find((value) => value.name === name)?.each;
    return each === undefined ? [] : [[spec.seed, each] as const];
  }));
}

/** Duels of two rows, seed by seed; a row of one run meets each of the other's. */
export function duelsOf(own: EachBySeed, other: EachBySeed): Duel[] {
  const seeds = [...own.keys()].filter((seed) => other.has(seed));
  if (seeds.length > 0) {
    return seeds.map((seed) => ({ own: own.get(seed)!, other: other.get(seed)! }));
  }
  if (own.size === 1) {
    const [values] = own.values();
    return Array.from(other.values(), (theirs) => ({ own: values, other: theirs }));
  }
  if (other.size !== 1) return [];
  const [values] = other.values();
  return Array.from(own.values(), (mine) => ({ own: mine, other: values }));
}

/** A win rate of a row over another with its interval over items; null where they never met. */
export function winsOver(own: EachBySeed, other: EachBySeed): Bounded | null {
  const duels = duelsOf(own, other);
  if (duels.length === 0) return null;
  const { estimate, low, high } = winInterval(duels, { level: LEVEL, resamples: RESAMPLES });
  return { estimate, low, high };
}

/** The other row's side of it. */
function mirrored(of: Bounded | null): Bounded | null {
  return of && { estimate: 1 - of.estimate, low: 1 - of.high, high: 1 - of.low };
}

interface Row {
  readonly group: Group;
  /** How its answers were asked for, where others of the table were asked otherwise. */
  readonly how?: string;
  readonly each: EachBySeed;
}

/** Who won how often: [i][j]. */
function matrixOf(rows: readonly Row[]): number[][] {
  return rows.map((own, i) =>
    rows.map((other, j) =>
      i === j ? 0 : duelsOf(own.each, other.each).reduce(
        (sum, duel) => sum + winRate(duel) * duel.own.length,
        0,
      )
    )
  );
}

function winsOf(column: Column, rows: readonly Row[]): Wins {
  const { strengths } = bradleyTerry(matrixOf(rows), { prior: PRIOR });
  const order = [...rows.keys()].sort((a, b) => strengths[b] - strengths[a]);
  const rates: (Bounded | null)[][] = order.map(() => order.map(() => null));
  order.forEach((i, at) => {
    for (let to = at + 1; to < order.length; to++) {
      rates[at][to] = winsOver(rows[i].each, rows[order[to]].each);
      rates[to][at] = mirrored(rates[at][to]);
    }
  });
  const sure = (of: Bounded | null, side: 1 | -1) =>
    of !== null && (side > 0 ? of.low > 0.5 : of.high < 0.5);
  return {
    column,
    items: Math.max(...rows.flatMap(({ each }) => [...each.values()].map(({ length }) => length))),
    rows: order.map((i, at) => ({
      group: rows[i].group.id,
      ...(rows[i].how !== undefined && { how: rows[i].how }),
      points: eloPoints(strengths[i]),
      rank: 1 + strengths.filter((other) => other > strengths[i]).length,
      low: 1 + rates[at].filter((rate) => sure(rate, -1)).length,
      high: order.length - rates[at].filter((rate) => sure(rate, 1)).length,
    })),
    rates,
  };
}

/** The same items: of one metric, and as many. Its named group `how` tells what was asked beside them. */
function sameItems(
  { metric, name }: Column,
): { readonly key: string; readonly how?: string } | null {
  const found = standingOf(metric).paired?.exec(name);
  if (!found) return null;
  const { how, ...rest } = found.groups ?? {};
  return { key: JSON.stringify([metric, rest]), ...(how !== undefined && { how }) };
}

/** Control rows are the same whatever is asked, and in every list of metrics: one of each will do. */
function withoutCopies(rows: readonly Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter(({ group: { control, family }, how }) => {
    if (!control) return true;
    if (how !== undefined || seen.has(family)) return false;
    seen.add(family);
    return true;
  });
}

/** Win rates of rows that can be compared item by item, a table for each kind of items; see the module. */
export function wins(
  groups: readonly Group[],
  { columns, records }: {
    readonly columns: readonly FilledColumn[];
    readonly records: RecordsByGroup;
  },
): Wins[] {
  const tables = new Map<string, { column: Column; rows: Row[] }>();
  for (const { column } of columns) {
    const same = sameItems(column);
    if (same === null) continue;
    const { key, ...how } = same;
    const table = tables.get(key) ?? { column, rows: [] };
    tables.set(key, table);
    for (const group of groups) {
      const each = eachOf(records.get(group.id) ?? [], column.name);
      if (each.size > 0) table.rows.push({ group, each, ...how });
    }
  }
  return [...tables.values()].flatMap(({ column, rows }) => {
    const all = withoutCopies(rows);
    const lengths = new Set(all.flatMap(({ each }) => [...each.values()].map((own) => own.length)));
    const met = all.filter((own) =>
      all.some((other) => other !== own && duelsOf(own.each, other.each).length > 0)
    );
    return met.length < 2 || lengths.size !== 1 ? [] : rated(column, met);
  });
}

/** None where some rows never met the others: nothing orders them. */
function rated(column: Column, rows: readonly Row[]): Wins[] {
  try {
    return [winsOf(column, rows)];
  } catch (error) {
    if (error instanceof BradleyTerryError) return [];
    throw error;
  }
}
