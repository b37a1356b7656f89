/**
 * Fidelity and diversity by nearest neighbours: improved precision and recall, density, coverage.
 * @module
 */
import { z } from "zod";
import {
  eachRow,
  exactAlgebraFor,
  type Features,
  kthNeighbour,
  type LinearAlgebra,
  requireFinite,
  squaredDistance,
} from "../../algebra/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import type { MetricValue } from "../../record/mod.ts";
import { comparedFeatures } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { comparisonRequired } from "../requires.ts";

/** The four numbers. Precision, recall and coverage lie in [0, 1]; density may pass 1. */
export interface Coverage {
  /** Share of samples inside the k-neighbour balls of the data. */
  readonly precision: number;
  /** Share of data inside the k-neighbour balls of the samples. */
  readonly recall: number;
  /** Mean number of the data's balls around a sample, over k. */
  readonly density: number;
  /** Share of the data's balls that hold a sample. */
  readonly coverage: number;
}

/**
 * Precision and recall: Kynkäänniemi et al. 2019, eq. 1–3. Density and coverage: Naeem et al. 2020,
 * eq. 3 and 5. A point on a ball's surface is outside, as in the authors' prdc.
 * With OpenBLAS the numbers are the same, bit for bit, and memory grows with one set's rows.
 * @throws RangeError where a set has no more than k rows or dimensions differ.
 */
export function coverageOf(
  sets: { real: Features; samples: Features },
  k: number,
  algebra: LinearAlgebra | null = exactAlgebraFor(sets.real.dimension),
): Coverage {
  const { real, samples } = sets;
  if (real.dimension !== samples.dimension) {
    throw new RangeError(`features of ${real.dimension} and ${samples.dimension} dimensions`);
  }
  requireFinite(real, "coverage, data");
  requireFinite(samples, "coverage, samples");
  const realRadius = kthNeighbour(real, k, algebra);
  const sampleRadius = kthNeighbour(samples, k, algebra);
  const inReal = new Uint8Array(samples.count), inSamples = new Uint8Array(real.count);
  const held = new Uint8Array(real.count);
  let balls = 0;
  eachRow(real, samples, (i, distances, slack) => {
    for (let j = 0; j < samples.count; j++) {
      let d = distances[j];
      // Too near to a surface to tell.
      const near = Math.min(Math.abs(d - realRadius[i]), Math.abs(d - sampleRadius[j]));
      if (!(near > slack)) d = squaredDistance(real, i, samples, j);
      if (d < realRadius[i]) {
        balls++;
        inReal[j] = 1;
        held[i] = 1;
      }
      if (d < sampleRadius[j]) inSamples[i] = 1;
    }
  }, algebra);
  const share = (flags: Uint8Array) => flags.reduce((s, f) => s + f, 0) / flags.length;
  return {
    precision: share(inReal),
    recall: share(inSamples),
    density: balls / (k * samples.count),
    coverage: share(held),
  };
}

/** Settings of metrics that draw balls about features. */
export const ballConfig = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(2).default(2000).describe("N: pictures on each side"),
  k: z.int().min(1).default(5).describe("neighbours that set a ball's radius"),
});
/** See `ballConfig`. */
export type BallConfig = z.infer<typeof ballConfig>;

/** Values `<part>-k5-<extractor>@N`, each the better the higher. */
export function declareBalls(
  metric: string,
  parts: readonly string[],
  { features, samples, k }: BallConfig,
): Omit<MetricValue, "value">[] {
  return parts.map((part) => ({
    name: `${part}-k${k}-${extractorName(features)}@${samples}`,
    metric,
    unit: "",
    direction: "higher",
    kind: "quality",
    samples,
  }));
}

/** `precision-k5-<extractor>@N` and recall, density, coverage alike, against the test split. */
export const coverage: Metric<BallConfig> = defineMetric<BallConfig>({
  name: "coverage",
  version: 1,
  about: "improved precision and recall, density and coverage by k nearest neighbours",
  papers: ["arXiv:1904.06991", "arXiv:2002.09797"],
  phase: "quality",
  config: ballConfig,
  declares: (options) =>
    declareBalls("coverage", ["precision", "recall", "density", "coverage"], options),
  requires: comparisonRequired,
  async compute(context, options) {
    const { real, generated } = await comparedFeatures(context, options);
    const values = coverageOf({ real, samples: generated }, options.k);
    const [precision, recall, density, covered] = coverage.declares(options);
    return [
      { ...precision, value: values.precision },
      { ...recall, value: values.recall },
      { ...density, value: values.density },
      { ...covered, value: values.coverage },
    ];
  },
});
