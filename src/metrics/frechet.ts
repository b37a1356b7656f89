/**
 * The Fréchet distance between Gaussians fitted to two sets of features.
 * @module
 */
import { z } from "zod";
import {
  columnMeans,
  covarianceFactor,
  nuclearNorm,
  requireFinite,
  timesTransposed,
} from "./linear.ts";
import type { Dense } from "./linear.ts";
import { defineMetric } from "./metric.ts";
import type { Features, Metric } from "./metric.ts";
import { comparedFeatures, extractorName } from "./names.ts";

interface Moments {
  readonly mean: Float64Array;
  readonly factor: Dense;
  readonly trace: number;
}

const moments = new WeakMap<Features, Moments>();

function momentsOf(features: Features): Moments {
  let found = moments.get(features);
  if (!found) {
    const factor = covarianceFactor(features);
    let trace = 0;
    for (let i = 0; i < factor.data.length; i++) trace += factor.data[i] * factor.data[i];
    moments.set(features, found = { mean: columnMeans(features), factor, trace });
  }
  return found;
}

/**
 * ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), Fréchet 1957 (Dowson & Landau 1982, eq. 16).
 *
 * With Σᵢ = FᵢᵀFᵢ the trace of the root is the sum of the singular values of F₁F₂ᵀ: no product of
 * covariances is formed and none is inverted, so fewer rows than dimensions do no harm.
 * Covariances divide by N − 1.
 * @throws RangeError on fewer than 2 rows, different dimensions or features that are not finite.
 */
export function frechetDistance(a: Features, b: Features): number {
  if (a.dimension !== b.dimension) {
    throw new RangeError(
      `features of ${a.dimension} and ${b.dimension} dimensions can't be compared`,
    );
  }
  requireFinite(a, "Fréchet distance, first set");
  requireFinite(b, "Fréchet distance, second set");
  const p = momentsOf(a), q = momentsOf(b);
  let meanTerm = 0;
  for (let j = 0; j < a.dimension; j++) {
    const difference = p.mean[j] - q.mean[j];
    meanTerm += difference * difference;
  }
  const root = nuclearNorm(timesTransposed(p.factor, q.factor));
  return Math.max(0, meanTerm + p.trace + q.trace - 2 * root); // never negative but by rounding
}

/**
 * Where a distance lies between the floor of held-out data (0) and the full-covariance pixel
 * Gaussian (1). All three at equal N.
 * @returns null where the Gaussian is no farther than held-out data.
 */
export function normalisedDistance(
  value: number,
  controls: { heldOut: number; gaussian: number },
): number | null {
  const span = controls.gaussian - controls.heldOut;
  return span > 0 ? (value - controls.heldOut) / span : null;
}

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(2).default(2000).describe("N: pictures on each side"),
  reference: z.enum(["test", "train"]).default("test").describe("split compared with"),
});
type Config = z.infer<typeof config>;

/** `FD-<extractor>@N`: Fréchet distance of N samples to the first N pictures of a split. */
export const frechet: Metric<Config> = defineMetric<Config>({
  name: "frechet",
  version: 1,
  about: "Fréchet distance between feature Gaussians of samples and data",
  papers: ["arXiv:1706.08500", "doi:10.1016/0047-259X(82)90077-X"],
  phase: "quality",
  config,
  declares: ({ features, samples, reference }) => [{
    name: `FD-${extractorName(features)}${reference === "train" ? "-train" : ""}@${samples}`,
    metric: "frechet",
    unit: "",
    direction: "lower",
    kind: "quality",
    samples,
  }],
  async compute(context, options) {
    const { real, generated } = await comparedFeatures(context, options);
    return [{ ...frechet.declares(options)[0], value: frechetDistance(real, generated) }];
  },
});
