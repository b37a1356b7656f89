/**
 * What metrics share: extractors by their versioned names, refusals in one wording, and the two sets
 * of features that distances compare.
 * No heavy import: `list` reads this.
 * @module
 */
import type { Dataset, Split } from "../data/dataset.ts";
import { extractorTable } from "./extractors/table.ts";
import { type EvaluationContext, type Features, MetricUnavailable } from "./metric.ts";

/** Extractors that a suite can name, with the versioned names that stand in metric names. */
export const extractorNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(extractorTable).map(([name, { versioned }]) => [name, versioned]),
);

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

/**
 * Features of the first `samples` pictures of a split and of as many of the subject's samples.
 * @throws MetricUnavailable where the split is too small or the extractor can't be had
 */
export async function comparedFeatures(
  context: EvaluationContext,
  { features, samples, reference = "test" }: {
    features: string;
    samples: number;
    reference?: Split;
  },
): Promise<{ real: Features; generated: Features }> {
  requireCount(context.dataset, reference, samples);
  await context.extractor(features);
  const real = await context.features(features, reference, samples);
  const generated = await context.features(features, "samples", samples);
  return { real, generated };
}
