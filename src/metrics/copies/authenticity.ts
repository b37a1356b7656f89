/**
 * Authenticity: whether a sample is farther from its nearest training picture than that one's own
 * nearest neighbour is, sample by sample.
 * @module
 */
import { z } from "zod";
import {
  type Features,
  kthNeighbour,
  nearestOf,
  requireFinite,
  type Views,
} from "../../algebra/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { requireCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { extractorRequired, samplesRequired } from "../requires.ts";
import { trainingViews } from "./training_views.ts";

/**
 * The share of samples farther from the nearest training row than its nearest other training row is
 * (Alaa et al. 2022, eq. 8). Copies have 0. What fresh samples of the law have grows with the dimension
 * (0.36 for a normal on a line, 0.72 in twenty dimensions): read it beside theirs.
 * @throws RangeError where the training set has no 2 rows, or dimensions differ
 */
export function authenticityOf({ samples, train }: { samples: Features; train: Views }): number {
  if (samples.dimension !== train.dimension) {
    throw new RangeError(`features of ${samples.dimension} and ${train.dimension} dimensions`);
  }
  requireFinite(samples, "authenticity, samples");
  requireFinite(train, "authenticity, training set");
  const own = kthNeighbour(train, 1), { distances, rows } = nearestOf(samples, train);
  let authentic = 0;
  for (let i = 0; i < samples.count; i++) if (distances[i] > own[rows[i]]) authentic++;
  return authentic / samples.count;
}

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(1).default(2000).describe(
    "N: samples, and as many test pictures",
  ),
  train: z.int().min(2).default(8000).describe("most training pictures to compare with"),
});
type Config = z.infer<typeof config>;

/**
 * `authenticity-<extractor>@N`. It has no good direction of its own: far below the test pictures' share
 * beside it are copies, far above it samples that are like no training picture.
 */
export const authenticity: Metric<Config> = defineMetric<Config>({
  name: "authenticity",
  version: 1,
  about:
    "share of samples that are farther from the nearest training picture than its own neighbour",
  papers: ["arXiv:2102.08921"],
  phase: "quality",
  config,
  declares: ({ features, samples }) => [{
    name: `authenticity-${extractorName(features)}@${samples}`,
    metric: "authenticity",
    unit: "share",
    direction: "none",
    kind: "quality",
    samples,
  }],
  requires: ({ features, samples }) => [extractorRequired(features), samplesRequired(samples)],
  async compute(context, options) {
    const { features, samples } = options;
    requireCount(context.dataset, "train", 2);
    requireCount(context.dataset, "test", 1);
    const { size } = context.dataset;
    const pool = Math.min(options.train, size("train"));
    const train = await trainingViews(context, { features, count: pool });
    const heldOut = await context.features(features, "test", Math.min(samples, size("test")));
    const generated = await context.features(features, "samples", samples);
    return [{
      ...authenticity.declares(options)[0],
      value: authenticityOf({ samples: generated, train }),
      beside: { heldOut: authenticityOf({ samples: heldOut, train }), trainPictures: pool },
    }];
  },
});
