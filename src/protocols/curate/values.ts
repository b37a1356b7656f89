/**
 * The values that checks found, from what a run kept of them.
 * @module
 */
import { bucketEnd, type StageTally } from "../../curation/pipeline/mod.ts";
import type { FlowValues } from "../flow.ts";

/** Checks whose values are told. */
const MOST = 24;

/** The values of the checks that dropped something, those that dropped most first. */
export function valuesOf(tallies: readonly StageTally[]): FlowValues[] {
  return tallies.flatMap(({ checks }) => Object.entries(checks))
    .filter(([, { dropped }]) => dropped.documents > 0)
    .sort(([, a], [, b]) => b.dropped.documents - a.dropped.documents).slice(0, MOST)
    .map(([check, { limit, values }]) => ({
      check,
      limit,
      counts: Object.entries(values).map(([bucket, n]) => [bucketEnd(Number(bucket)), n] as const)
        .sort(([a], [b]) => a - b),
    }));
}
