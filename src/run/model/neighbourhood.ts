/**
 * Where the nearest training pictures of samples are looked for: in the judge's features where the
 * suite uses a judge, else in pixels.
 * @module
 */
import { coarsePixels } from "../../metrics/features/coarse_pixels.ts";
import type { EvaluationContext } from "../../metrics/metric.ts";
import { MetricUnavailable } from "../../base/errors.ts";
import { trainingViews } from "../../metrics/copies/training_views.ts";
import type { RunSpec } from "../../record/record.ts";
import type { Neighbourhood } from "../../show/pictures.ts";

/** Training pictures looked through where no metric says how many. */
const fewest = 2000;

const judge = "judge";

/**
 * The neighbourhood of a run; null without training pictures. Features are the context's, so those
 * that a metric has asked for already cost nothing.
 */
export async function neighbourhoodOf(
  context: EvaluationContext,
  { metrics }: RunSpec,
): Promise<Neighbourhood | null> {
  const asked = metrics.flatMap(({ metric, config }) =>
    metric === "duplicates" && typeof config.train === "number" ? [config.train] : []
  );
  const count = Math.min(context.dataset.size("train"), Math.max(fewest, ...asked));
  if (count === 0) return null;
  if (metrics.some(({ config }) => config.features === judge)) {
    try {
      const extractor = await context.extractor(judge);
      return {
        of: `features of ${extractor.name}`,
        features: (images) => extractor.extract(images),
        train: () => trainingViews(context, { features: judge, count }),
      };
    } catch (error) {
      if (!(error instanceof MetricUnavailable)) throw error;
    }
  }
  return {
    of: "mean colours of an 8×8 grid",
    features: (images) => Promise.resolve(coarsePixels(images)),
    train: () => trainingViews(context, { features: "pixels", count }),
  };
}
