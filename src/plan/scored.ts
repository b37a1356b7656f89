/**
 * What the runs of a suite are scored on, and what its rows are called. Rows on the suite's own data are
 * called by their config alone; those on an entry's own data say which. So no two rows of a suite
 * share a label, and an entry on other data changes no label of those that were there before.
 * @module
 */
import { control } from "../protocols/control/mod.ts";
import { protocolOf } from "../protocols/mod.ts";
import { dataKey, dataNames, type Labelled, labels, onData } from "../record/mod.ts";
import type { Suite, SuiteData, SuiteMetric, SuiteRun } from "../suite/schema/mod.ts";
import { canonicalJson } from "../base/text/mod.ts";

/** Data with metrics, and the runs that are scored on them. */
export interface ScoredSet {
  readonly data: SuiteData;
  readonly metrics: readonly SuiteMetric[];
  readonly runs: readonly SuiteRun[];
  /** The labels of its control rows, by their names. */
  readonly controls: ReadonlyMap<string, string>;
}

/** The data of a run: its entry's own, or the suite's. */
export function dataOf(suite: Suite, run: SuiteRun): SuiteData {
  return run.data ?? suite.data;
}

/** The metrics of a run: its entry's own, or the suite's. */
export function metricsOf(suite: Suite, run: SuiteRun): readonly SuiteMetric[] {
  return run.metrics ?? suite.metrics;
}

/** Metrics as specs have them. */
export function asked(metrics: readonly SuiteMetric[]): Omit<SuiteMetric, "gate">[] {
  return metrics.map(({ gate: _, ...asked }) => asked);
}

/** Names of a suite's data by `dataKey`. */
export function namesOfData(suite: Suite): Map<string, string> {
  return dataNames([suite.data, ...suite.runs.map((run) => dataOf(suite, run))]);
}

/** " on captions"; nothing for the suite's own data. */
function suffixes(suite: Suite): (data: SuiteData) => string {
  const names = namesOfData(suite), own = dataKey(suite.data);
  return (data) => {
    const key = dataKey(data);
    return key === own ? "" : onData(names.get(key)!);
  };
}

/** The labels of a suite's runs. */
export function runLabels(suite: Suite): Map<SuiteRun, string> {
  const suffix = suffixes(suite);
  const found = new Map<SuiteRun, string>();
  const byData = Map.groupBy(suite.runs, (run) => dataKey(dataOf(suite, run)));
  for (const runs of byData.values()) {
    labels(runs.map(labelled)).forEach((label, i) =>
      found.set(runs[i], label + suffix(dataOf(suite, runs[i])))
    );
  }
  return found;
}

/** What a run's label is made from: what it takes of others tells it apart too. */
function labelled({ family, name, config, needs }: SuiteRun): Labelled {
  const taken = Object.fromEntries(
    Object.entries(needs ?? {}).map(([role, of]) => [role === "weights" ? "from" : role, of]),
  );
  return {
    family,
    ...(name === undefined ? {} : { name }),
    config: needs === undefined ? config : { ...config, ...taken },
  };
}

/**
 * What the runs of a suite are scored on, each combination once: first the suite's own where a run has
 * it. Steps on the way to others are scored by nothing.
 */
export function scoredSets(suite: Suite): ScoredSet[] {
  const keyOf = (data: SuiteData, metrics: readonly SuiteMetric[]) =>
    canonicalJson({ data, metrics: asked(metrics) });
  const own = keyOf(suite.data, suite.metrics);
  const sets = new Map<string, SuiteRun[]>([[own, []]]);
  for (const run of suite.runs) {
    const key = keyOf(dataOf(suite, run), metricsOf(suite, run));
    if (key !== own && protocolOf(run).row === "step") continue;
    sets.set(key, [...sets.get(key) ?? [], run]);
  }
  const suffix = suffixes(suite), names = runLabels(suite), seen = new Set<string>();
  return [...sets.values()].filter((runs) => runs.length > 0).map((runs): ScoredSet => {
    const [first] = runs, data = dataOf(suite, first), key = dataKey(data);
    // On the same data with other metrics: told apart by whose metrics they are.
    const after = seen.has(key) ? ` for ${names.get(first)}` : suffix(data);
    seen.add(key);
    const rows = first.controls ?? suite.controls;
    return {
      data,
      metrics: metricsOf(suite, first),
      runs,
      controls: new Map(rows.map((row) => [row, control.label!(row) + after])),
    };
  });
}

/** A row of a suite. */
export interface SuiteRow {
  /** What its data are called. */
  readonly data: string;
  /** With their gate policies: entries may ask for the same metrics by other policies. */
  readonly metrics: readonly SuiteMetric[];
}

/** The rows of a suite by their labels: control rows, and those of its runs. */
export function rowsByLabel(suite: Suite): Map<string, SuiteRow> {
  const names = namesOfData(suite), found = new Map<string, SuiteRow>();
  for (const { controls, data, metrics } of scoredSets(suite)) {
    const row = { data: names.get(dataKey(data))!, metrics };
    for (const label of controls.values()) found.set(label, row);
  }
  for (const [run, label] of runLabels(suite)) {
    const data = names.get(dataKey(dataOf(suite, run)))!;
    found.set(label, { data, metrics: metricsOf(suite, run) });
  }
  return found;
}
