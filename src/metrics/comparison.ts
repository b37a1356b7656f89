/**
 * What metrics that compare samples with data share: how many of each, refusals where there are too few,
 * and the two sets of features that distances are taken between.
 * @module
 */
import type { Dataset, Split } from "../data/mod.ts";
import { kindOf } from "../kinds/mod.ts";
import type { EvaluationContext } from "./metric.ts";
import { MetricUnavailable } from "../base/mod.ts";
import type { Features } from "../algebra/mod.ts";

/** Refuses, with what to do, where a split holds fewer than `count` samples. */
export function requireCount(dataset: Dataset, split: Split, count: number): void {
  const size = dataset.size(split);
  if (size < count) {
    const { many } = kindOf(dataset.sample).unit;
    throw new MetricUnavailable(
      "not-measured",
      `the ${split} split of ${dataset.name} holds ${size} ${many} and the metric needs ${count}: ` +
        `lower its samples or enlarge the split`,
    );
  }
}

/** How many pictures of a split N samples are compared with, where the two need not be one number. */
export function referenceCount({ reference }: EvaluationContext, samples: number): number {
  return reference ?? samples;
}

/** The same where a number depends on N, so that there may not be more than N. */
export function equalCount({ reference }: EvaluationContext, samples: number): number {
  return Math.min(samples, reference ?? samples);
}

/**
 * Features of the first pictures of a split and of the subject's samples.
 * @param options `data`: how many pictures of the split; left out: `referenceCount`
 * @throws MetricUnavailable where the split is too small or the extractor can't be had
 */
export async function comparedFeatures(
  context: EvaluationContext,
  { features, samples, reference = "test", data = referenceCount(context, samples) }: {
    features: string;
    samples: number;
    reference?: Split;
    data?: number;
  },
): Promise<{ real: Features; generated: Features }> {
  requireCount(context.dataset, reference, data);
  await context.extractor(features);
  const real = await context.features(features, reference, data);
  const generated = await context.features(features, "samples", samples);
  return { real, generated };
}
