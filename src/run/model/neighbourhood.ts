/**
 * Where the nearest training pictures of samples are looked for: in the judge's features where the
 * suite uses a judge, else in pixels.
 * @module
 */
import { coarsePixels } from "../../metrics/features/coarse_pixels.ts";
import { standingOf } from "../../metrics/table.ts";
import type { EvaluationContext } from "../../metrics/metric.ts";
import { MetricUnavailable } from "../../base/errors.ts";
import { seenTraining } from "../../metrics/copies/seen.ts";
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
  const asked = metrics.flatMap(({ metric, config }) => {
    const { searches } = standingOf(metric);
    const count = searches === undefined ? undefined : config[searches];
    return typeof count === "number" ? [count] : [];
  });
  const count = Math.min(context.dataset.size("train"), Math.max(fewest, ...asked));
  if (count === 0) return null;
  if (metrics.some(({ config }) => config.features === judge)) {
    try {
      const extractor = await context.extractor(judge);
      return {
        of: `features of ${extractor.name}`,
        features: (images) => extractor.extract(images),
        train: () => seenTraining(context, { features: judge, count }),
      };
    } catch (error) {
      if (!(error instanceof MetricUnavailable)) throw error;
    }
  }
  return {
    of: "mean colours of an 8×8 grid",
    features: (images) => Promise.resolve(coarsePixels(images)),
    train: () => seenTraining(context, { features: "pixels", count }),
  };
}
