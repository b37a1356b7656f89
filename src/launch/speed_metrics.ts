/** Which metrics of a suite are measured when nothing else runs. @module */
import { fromTable, metrics } from "../registry.ts";

/** Names of those of a suite's metrics that a clock reads. */
export async function speedMetrics(
  suite: { readonly metrics: readonly { readonly metric: string }[] },
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const { metric } of suite.metrics) {
    if ((await fromTable(metrics, metric, "metric")).phase === "speed") found.add(metric);
  }
  return found;
}
