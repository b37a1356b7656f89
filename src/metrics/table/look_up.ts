/**
 * Rows of the table by name, and what the names of values mean.
 * @module
 */
import type { Metric } from "../metric.ts";
import { type Meaning, type Standing, standingByDefault } from "./standing.ts";
import { builtInMetrics, type MetricRow } from "./table.ts";

/** Names of built-in metrics, by which code refers to a row: a name that isn't there doesn't compile. */
export const metricNames = Object.fromEntries(
  Object.keys(builtInMetrics).map((name) => [name, name]),
) as { readonly [Name in keyof typeof builtInMetrics]: Name };

/** All rows: the built-in ones and those of users' modules, which `registerModule` adds. */
export const metricTable: Record<string, MetricRow> = { ...builtInMetrics };

/** The row of a metric from a user's module. */
export function ownRow<C>(metric: Metric<C>): MetricRow {
  return { ...metric.standing, load: () => Promise.resolve(metric as Metric) };
}

/** How a metric stands, by the name that records have for it; that of no row as `standingByDefault`. */
export function standingOf(metric: string): Standing {
  return Object.hasOwn(metricTable, metric)
    ? { ...standingByDefault, ...metricTable[metric] }
    : standingByDefault;
}

/** A value of a record or a column of a report, as far as its meaning goes. */
export interface NamedValue {
  readonly name: string;
  /** The metric of the suite that gave it. */
  readonly metric: string;
}

/** What the name of a value says where the value means this: its named groups; null where it doesn't. */
export function meaningOf(
  { metric, name }: NamedValue,
  meaning: Meaning,
): Readonly<Record<string, string>> | null {
  const found = standingOf(metric).values[meaning]?.exec(name);
  return found ? { ...found.groups } : null;
}

/**
 * A pattern of values with some of its named groups fixed: `narrowed(values.reading, { factor: "expression" })`.
 * @throws RangeError for a group that it doesn't have
 */
export function narrowed(pattern: RegExp, groups: Readonly<Record<string, string>>): RegExp {
  let { source } = pattern;
  for (const [group, text] of Object.entries(groups)) {
    const found = new RegExp(`\\(\\?<${group}>[^()]*\\)`).exec(source);
    if (!found) throw new RangeError(`${pattern} has no group ${group}`);
    source = source.replace(found[0], () => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  }
  return new RegExp(source, pattern.flags);
}
