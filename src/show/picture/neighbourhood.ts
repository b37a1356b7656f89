/**
 * Where the nearest training pictures of samples are looked for: in the judge's features where the
 * suite uses a judge, else in pixels.
 * @module
 */
import { coarsePixels } from "../../metrics/features/mod.ts";
import type { EvaluationContext } from "../../metrics/mod.ts";
import { standingOf } from "../../metrics/table/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { trainingViews } from "../../metrics/copies/mod.ts";
import type { RunSpec } from "../../record/mod.ts";
import type { Features, Views } from "../../algebra/mod.ts";
import { imagesOf } from "../../kinds/image/mod.ts";
import type { Samples } from "../../kinds/mod.ts";

/** Where nearest neighbours are looked for. */
export interface Neighbourhood {
  /** What distances are measured in, for the caption. */
  readonly of: string;
  readonly features: (samples: Samples) => Promise<Features>;
  /** Features of the first training samples as the model saw them. */
  readonly train: () => Promise<Views>;
}

/** Training pictures looked through where no metric says how many. */
const fewest = 2000;

const judge = "judge";

/**
 * The neighbourhood of a run; null without training pictures, and for other kinds of sample. Features are the context's, so those
 * that a metric has asked for already cost nothing.
 */
export async function neighbourhoodOf(
  context: EvaluationContext,
  { metrics }: RunSpec,
): Promise<Neighbourhood | null> {
  if (context.dataset.sample.kind !== "image") return null;
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
        features: (samples) => extractor.extract(imagesOf(samples)),
        train: () => trainingViews(context, { features: judge, count }),
      };
    } catch (error) {
      if (!(error instanceof MetricUnavailable)) throw error;
    }
  }
  return {
    of: "mean colours of an 8×8 grid",
    features: (samples) => Promise.resolve(coarsePixels(imagesOf(samples))),
    train: () => trainingViews(context, { features: "pixels", count }),
  };
}
