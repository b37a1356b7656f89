/**
 * Feature likelihood divergence: how likely held-out data is under a mixture of Gaussians about the
 * samples, and how much likelier the training data is. It sees fidelity, diversity and memory at once.
 * @module
 */
import { z } from "zod";
import { type HostKey, hostPermutation } from "../../random/host/mod.ts";
import {
  algebraFor,
  algebraLabel,
  columnMeans,
  type Features,
  fitMixture,
  hostAlgebra,
  type LinearAlgebra,
  mixtureLoss,
  requireFinite,
  takeRows,
} from "../../algebra/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { requireCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { extractorRequired, samplesRequired } from "../requires.ts";

/** All in hundredths of a nat a dimension, as the authors give them. */
export interface FeatureLikelihood {
  /**
   * Loss of held-out data under the samples' mixture, less that under a mixture about one half of the
   * training data that was fitted to the other: 0 for as many fresh samples of the law, more for worse.
   */
  readonly divergence: number;
  /** Loss of training data less that of held-out data: well below 0 where samples are copies. */
  readonly gap: number;
}

/** Features less the mean of `reference`, over its deviations (divisor N − 1; 0 counts as 1). */
export function standardiser(reference: Features): (set: Features) => Features {
  const { count, dimension: d, data } = reference;
  const mean = columnMeans(reference), scale = new Float64Array(d);
  for (let i = 0; i < data.length; i++) {
    scale[i % d] += (data[i] - mean[i % d]) * (data[i] - mean[i % d]);
  }
  for (let j = 0; j < d; j++) scale[j] = Math.sqrt(scale[j] / (count - 1)) || 1;
  return (set) => ({ ...set, data: set.data.map((v, i) => (v - mean[i % d]) / scale[i % d]) });
}

/**
 * Jiralerspong et al. 2023. Everything is standardised by the held-out set, as in the authors' code;
 * the baseline's halves are drawn by the key.
 * @throws RangeError on fewer than 4 training or 2 other rows, or features that are not finite
 */
export function featureLikelihood(
  sets: { samples: Features; train: Features; heldOut: Features },
  key: HostKey,
  algebra: LinearAlgebra | null = null,
): FeatureLikelihood {
  const { count } = sets.train;
  if (count < 4 || sets.heldOut.count < 2 || sets.samples.count < 2) {
    throw new RangeError("feature likelihood needs 4 training rows, 2 held-out ones and 2 samples");
  }
  for (const [name, set] of Object.entries(sets)) requireFinite(set, `feature likelihood, ${name}`);
  const standardised = standardiser(sets.heldOut);
  const train = standardised(sets.train), heldOut = standardised(sets.heldOut);
  const mixture = fitMixture(standardised(sets.samples), train, algebra);
  const loss = mixtureLoss(mixture, heldOut, algebra);
  const order = hostPermutation(key, count);
  const half = Math.min(sets.samples.count, count >> 1);
  const baseline = fitMixture(
    takeRows(train, order.subarray(0, half)),
    takeRows(train, order.subarray(half)),
    algebra,
  );
  return {
    divergence: 100 * (loss - mixtureLoss(baseline, heldOut, algebra)),
    gap: 100 * (mixtureLoss(mixture, train, algebra) - loss),
  };
}

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(2).default(2000).describe("N: samples, and held-out pictures at most"),
  train: z.int().min(4).max(10000).default(4000).describe("most training pictures to fit to"),
  algebra: z.enum(["host", "openblas"]).optional().describe(
    "host, or openblas; default: openblas for wide features if it is installed",
  ),
});
type Config = z.infer<typeof config>;

/** `FLD-<extractor>@N` and `FLD-gap-<extractor>@N`, the generalisation gap. */
export const featureLikelihoodMetric: Metric<Config> = defineMetric<Config>({
  name: "feature_likelihood",
  version: 1,
  about: "feature likelihood divergence (FLD) and its generalisation gap",
  papers: ["arXiv:2302.04440"],
  phase: "quality",
  config,
  declares: ({ features, samples }) => {
    const common = { metric: "feature_likelihood", kind: "quality" as const, samples };
    const of = `${extractorName(features)}@${samples}`;
    return [
      { ...common, name: `FLD-${of}`, unit: "cnat/dim", direction: "lower" as const },
      { ...common, name: `FLD-gap-${of}`, unit: "cnat/dim", direction: "none" as const },
    ];
  },
  requires: ({ features, samples }) => [extractorRequired(features), samplesRequired(samples)],
  async compute(context, options) {
    const { features, samples } = options;
    const { size } = context.dataset;
    requireCount(context.dataset, "train", 4);
    requireCount(context.dataset, "test", 2);
    const count = {
      train: Math.min(options.train, size("train")),
      test: Math.min(samples, size("test")),
    };
    const train = await context.features(features, "train", count.train);
    const heldOut = await context.features(features, "test", count.test);
    const generated = await context.features(features, "samples", samples);
    const algebra = algebraFor(train.dimension, {
      asked: options.algebra,
      anyMachine: context.anyMachine,
    });
    const found = featureLikelihood(
      { samples: generated, train, heldOut },
      context.key("FLD halves"),
      algebra === hostAlgebra ? null : algebra,
    );
    const [divergence, gap] = featureLikelihoodMetric.declares(options);
    const beside = { trainPictures: count.train, heldOutPictures: count.test };
    const common = { ...algebraLabel(algebra), beside };
    return [
      { ...divergence, value: found.divergence, ...common },
      { ...gap, value: found.gap, ...common },
    ];
  },
});
