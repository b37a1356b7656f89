/**
 * What metrics share in naming: extractors by their versioned names, and refusals in one wording.
 * No heavy import: `list` reads this.
 * @module
 */
import type { Dataset, Split } from "../data/dataset.ts";
import { MetricUnavailable } from "./metric.ts";

/** Extractors that a suite can name, with the versioned names that stand in metric names. */
export const extractorNames: Readonly<Record<string, string>> = {
  judge: "judge-heads-v1",
  lite0: "lite0",
};

/** The versioned name of an extractor; a name that isn't in the table stands for itself. */
export function extractorName(name: string): string {
  return extractorNames[name] ?? name;
}

/** Refuses, with what to do, where a split holds fewer than `count` pictures. */
export function requireCount(dataset: Dataset, split: Split, count: number): void {
  const size = dataset.size(split);
  if (size < count) {
    throw new MetricUnavailable(
      "not-measured",
      `the ${split} split of ${dataset.name} holds ${size} pictures and the metric needs ${count}: ` +
        `lower its samples or enlarge the split`,
    );
  }
}
