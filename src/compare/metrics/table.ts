/**
 * Metrics that need nothing but two sets of samples, by the names of `--metrics`: those whose rows say
 * so, the usual ones first.
 * @module
 */
import { type BetweenSets, metricTable } from "../../metrics/table/mod.ts";

/** What a metric is computed from, and its name in the registry. */
export interface FolderMetric extends BetweenSets {
  readonly metric: string;
}

/** In the order of output. */
export const folderMetrics: Readonly<Record<string, FolderMetric>> = Object.fromEntries(
  Object.entries(metricTable)
    .flatMap(([metric, { sets = {} }]) =>
      Object.entries(sets).map(([name, of]) => [name, { ...of, metric }] as const)
    )
    .sort(([, a], [, b]) => Number(b.usual) - Number(a.usual)),
);
