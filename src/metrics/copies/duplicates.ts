/**
 * Near-duplicates: copies of training pictures among the samples, and samples that repeat. No
 * Fréchet distance sees either.
 * @module
 */
import { z } from "zod";
import { featuresOrPixels } from "../features/coarse_pixels.ts";
import {
  type Features,
  fitWhitening,
  kthNeighbour,
  nearest,
  quantile,
  type Views,
  whiten,
} from "../../algebra/mod.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import type { MetricValue } from "../../record/mod.ts";
import { nearnessOf } from "./memorisation.ts";
import { requireCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { extractorRequired, samplesRequired } from "../requires.ts";
import { trainingViews } from "./training_views.ts";

/** The shares, and the distance under which two pictures count as one. */
export interface DuplicateShares {
  /** Of the samples: nearer to a training picture than τ. */
  readonly train: number;
  /** Of the samples: nearer to another sample than τ. */
  readonly within: number;
  /** τ. */
  readonly threshold: number;
}

/**
 * Two pictures are near-duplicates where their distance is at most τ, the q-quantile of every
 * training picture's distance to the nearest *other* one, mirrored or not where they were seen so. New
 * data of the same law is then flagged with chance about q (the two distances are exchangeable),
 * copies with chance about 1.
 * @throws RangeError where the training set has no 2 rows or q lies outside (0, 1).
 */
export function duplicateShares(
  sets: { samples: Features; train: Views },
  q: number,
): DuplicateShares {
  if (!(q > 0 && q < 1)) throw new RangeError(`quantile ${q} does not lie between 0 and 1`);
  const { samples, train } = sets;
  const threshold = quantile(kthNeighbour(train, 1), q);
  const share = (distances: Float64Array) =>
    distances.reduce((n, d) => n + (d <= threshold ? 1 : 0), 0) / distances.length;
  return {
    train: share(nearest(samples, train)),
    within: samples.count < 2 ? 0 : share(kthNeighbour(samples, 1)),
    threshold: Math.sqrt(threshold),
  };
}

const config = z.strictObject({
  features: z.string().default("judge").describe("judge, lite0 or pixels"),
  samples: z.int().min(2).default(2000).describe("N: samples scored"),
  train: z.int().min(2).default(8000).describe(
    "most training pictures to compare with; copies of others are not noticed",
  ),
  quantile: z.number().gt(0).lt(1).default(0.01).describe(
    "q: share of new data that is also flagged",
  ),
});
type Config = z.infer<typeof config>;

/** Whitened so that no direction, such as overall brightness, decides alone. */
async function compared(
  context: EvaluationContext,
  options: Config,
): Promise<{ samples: Features; train: Views; heldOut: Features }> {
  const { features, samples } = options;
  const { size } = context.dataset;
  const count = Math.min(options.train, size("train"));
  const train = await trainingViews(context, { features, count });
  const tested = Math.min(samples, size("test"));
  const heldOut = await featuresOrPixels(context, features, "test", tested);
  const generated = await featuresOrPixels(context, features, "samples", samples);
  if (features !== "pixels" && (await context.extractor(features)).whitened) {
    return { samples: generated, train, heldOut };
  }
  const whitening = fitWhitening(train, { components: Math.min(64, count - 1) });
  const [a, b, c] = [generated, train, heldOut].map((set) => whiten(set, whitening));
  return { samples: a, train: { ...b, pictures: train.pictures }, heldOut: c };
}

const noReference = "held-out pictures are training pictures here: nothing to compare with";

/**
 * `copies-<features>@N` of training pictures and `repeats-<features>@N` among samples: shares.
 * `train-distance-<features>@N`: mean distance of samples to the nearest training picture over that
 * of held-out pictures; well below 1 is memorised, see `memorisation.ts`.
 */
export const duplicates: Metric<Config> = defineMetric<Config, "image" | "point">({
  name: "duplicates",
  version: 2,
  about: "samples that nearly copy a training picture or another sample; distance to training data",
  papers: ["arXiv:2301.13188", "arXiv:2004.05675"],
  takes: ["image", "point"],
  phase: "quality",
  config,
  declares: ({ features, samples }) => {
    const of = `${features === "pixels" ? "pixels" : extractorName(features)}@${samples}`;
    const common = { metric: "duplicates", kind: "quality" as const, samples };
    const share = { ...common, unit: "share", direction: "lower" as const };
    return [
      { ...share, name: `copies-${of}` },
      { ...share, name: `repeats-${of}` },
      {
        ...common,
        name: `train-distance-${of}`,
        unit: "× held-out",
        direction: "none" as const,
      },
    ];
  },
  requires: (
    { features, samples },
  ) => [extractorRequired(features, { pixels: true }), samplesRequired(samples)],
  async compute(context, options) {
    requireCount(context.dataset, "train", 2);
    requireCount(context.dataset, "test", 2);
    const sets = await compared(context, options);
    const { train, within, threshold } = duplicateShares(sets, options.quantile);
    const [copies, repeats, distance] = duplicates.declares(options);
    const beside = { ofNewData: options.quantile, threshold };
    const nearness = nearnessOf(sets, context.key("memorisation"));
    const values: MetricValue[] = [
      {
        ...copies,
        value: train,
        beside: { ...beside, trainPictures: sets.train.pictures ?? sets.train.count },
      },
      { ...repeats, value: within, beside },
    ];
    if (nearness === null) {
      values.push({ ...distance, value: null, status: "not-defined", reason: noReference });
    } else {
      const { ratio, ...others } = nearness;
      values.push({ ...distance, value: ratio, beside: others });
    }
    return values;
  },
});
