/** Which metrics of a suite are measured when nothing else runs. @module */
import { fromTable, metrics } from "../registry.ts";

interface Measuring {
  readonly metrics: readonly { readonly metric: string }[];
}

/** Names of those metrics that a clock reads, of a suite and of entries with their own. */
export async function speedMetrics(
  suite: Measuring & { readonly runs?: readonly Partial<Measuring>[] },
): Promise<Set<string>> {
  const found = new Set<string>();
  const all = [suite, ...suite.runs ?? []].flatMap(({ metrics = [] }) => metrics);
  for (const metric of new Set(all.map(({ metric }) => metric))) {
    if ((await fromTable(metrics, metric, "metric")).phase === "speed") found.add(metric);
  }
  return found;
}
