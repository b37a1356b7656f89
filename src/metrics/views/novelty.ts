/**
 * How far held-out views are from those that were trained on: a score at views between training views is
 * another thing than one at views that nobody was near.
 * @module
 */
import { z } from "zod";
import { MetricUnavailable } from "../../base/mod.ts";
import { camerasOf, linesOfSight, sceneCentre, viewsOf } from "../../kinds/view/mod.ts";
import { requireCount } from "../comparison.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { rowsRequired } from "../requires.ts";
import { degreesBetween } from "./errors.ts";

const config = z.strictObject({
  samples: z.int().min(1).default(1000).describe("N: test views"),
});
type Config = z.infer<typeof config>;

/**
 * Degrees between each camera and the nearest of others, seen from the point that the others look at.
 * @returns [cameras]; null where the others look at no one point, or a camera stands in it
 */
export function degreesFromNearest(
  cameras: ArrayLike<number>,
  others: ArrayLike<number>,
): Float64Array | null {
  const centre = sceneCentre(others);
  if (centre === null) return null;
  const from = linesOfSight(others, centre), lines = linesOfSight(cameras, centre);
  const degrees = Float64Array.from({ length: lines.length / 3 }, (_, i) => {
    let least = Infinity;
    for (let j = 0; j < from.length; j += 3) {
      const angle = degreesBetween(lines.subarray(3 * i, 3 * i + 3), from.subarray(j, j + 3));
      least = Math.min(least, angle); // NaN stays NaN
    }
    return least;
  });
  return degrees.some(Number.isNaN) ? null : degrees;
}

/**
 * `novelty-mean@N` and `novelty-largest@N`, degrees: of the angles between each of N test views and the
 * training view nearest to it, as seen from the point that the training cameras look at. Numbers of the
 * data, the same for every row.
 */
export const novelty: Metric<Config> = defineMetric<Config, "view">({
  name: "novelty",
  version: 1,
  about: "angles between held-out views and the training views nearest to them",
  papers: [],
  takes: ["view"],
  phase: "quality",
  config,
  declares: ({ samples }) =>
    ["mean", "largest"].map((of) => ({
      name: `novelty-${of}@${samples}`,
      metric: "novelty",
      unit: "°",
      direction: "none" as const,
      kind: "deterministic" as const,
      samples,
    })),
  requires: ({ samples }) => [rowsRequired("test", samples)],
  async compute({ dataset, split }, options) {
    requireCount(dataset, "test", options.samples);
    const { samples } = await split("test", options.samples);
    const train = await camerasOf(dataset);
    const degrees = degreesFromNearest(viewsOf(samples).cameras, train);
    if (degrees === null) {
      throw new MetricUnavailable(
        "not-defined",
        `the training cameras of ${dataset.name} look at no one point, or a camera stands in it: ` +
          "there is no angle about it",
      );
    }
    const [mean, largest] = novelty.declares(options);
    return [
      { ...mean, value: degrees.reduce((sum, d) => sum + d, 0) / degrees.length },
      { ...largest, value: degrees.reduce((most, d) => Math.max(most, d)) },
    ];
  },
});
