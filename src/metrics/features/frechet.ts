/**
 * The Fréchet distance between Gaussians fitted to two sets of features.
 * @module
 */
import { z } from "zod";
import {
  algebraFor,
  algebraLabel,
  columnMeans,
  covarianceFactor,
  type Dense,
  type Features,
  hostAlgebra,
  type LinearAlgebra,
  requireFinite,
} from "../../algebra/mod.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { comparedFeatures, referenceCount, requireCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { comparisonRequired } from "../requires.ts";

/** A Gaussian, as far as the distance needs it. */
export interface Gaussian {
  /** [d] */
  readonly mean: Float64Array;
  /** F with FᵀF = Σ. [r, d] */
  readonly factor: Dense;
  /** Of Σ. */
  readonly trace: number;
}

const fitted = new WeakMap<LinearAlgebra, WeakMap<Features, Gaussian>>();

/**
 * The Gaussian of a set's mean and covariance (divisor N − 1). Kept for as long as the features are.
 * @throws RangeError on fewer than 2 rows
 */
export function gaussianOf(features: Features, algebra: LinearAlgebra = hostAlgebra): Gaussian {
  let kept = fitted.get(algebra);
  if (!kept) fitted.set(algebra, kept = new WeakMap());
  let found = kept.get(features);
  if (!found) {
    const factor = covarianceFactor(features, algebra.triangularFactor);
    let trace = 0;
    for (let i = 0; i < factor.data.length; i++) trace += factor.data[i] * factor.data[i];
    kept.set(features, found = { mean: columnMeans(features), factor, trace });
  }
  return found;
}

/**
 * The Gaussian of moments that were computed elsewhere, such as the statistics that other tools keep.
 * @param covariance [d, d], symmetric, no negative eigenvalue but by rounding
 * @throws RangeError where the shapes don't fit or a number isn't finite
 */
export function gaussianOfMoments(
  { mean, covariance }: { mean: Float64Array; covariance: Dense },
  algebra: LinearAlgebra = hostAlgebra,
): Gaussian {
  const d = mean.length;
  if (covariance.rows !== d || covariance.columns !== d) {
    throw new RangeError(
      `a mean of ${d} numbers and a covariance of ${covariance.rows}×${covariance.columns}`,
    );
  }
  requireFinite({ count: 1, dimension: d, data: mean }, "mean");
  requireFinite({ count: d, dimension: d, data: covariance.data }, "covariance");
  let trace = 0;
  for (let j = 0; j < d; j++) trace += covariance.data[j * d + j];
  return { mean, factor: algebra.symmetricFactor(covariance), trace };
}

/**
 * ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), Fréchet 1957 (Dowson & Landau 1982, eq. 16).
 *
 * With Σᵢ = FᵢᵀFᵢ the trace of the root is the sum of the singular values of F₁F₂ᵀ: no product of
 * covariances is formed and none is inverted, so fewer rows than dimensions do no harm.
 * @throws RangeError on different dimensions
 */
export function gaussianDistance(
  p: Gaussian,
  q: Gaussian,
  algebra: LinearAlgebra = hostAlgebra,
): number {
  const d = p.mean.length;
  if (d !== q.mean.length) {
    throw new RangeError(`features of ${d} and ${q.mean.length} dimensions can't be compared`);
  }
  let meanTerm = 0;
  for (let j = 0; j < d; j++) {
    const difference = p.mean[j] - q.mean[j];
    meanTerm += difference * difference;
  }
  const root = algebra.nuclearNorm(algebra.timesTransposed(p.factor, q.factor));
  return Math.max(0, meanTerm + p.trace + q.trace - 2 * root); // never negative but by rounding
}

/**
 * The distance between the Gaussians of two sets. Covariances divide by N − 1.
 * @throws RangeError on fewer than 2 rows, different dimensions or features that are not finite.
 */
export function frechetDistance(
  a: Features,
  b: Features,
  algebra: LinearAlgebra = hostAlgebra,
): number {
  if (a.dimension !== b.dimension) {
    throw new RangeError(
      `features of ${a.dimension} and ${b.dimension} dimensions can't be compared`,
    );
  }
  requireFinite(a, "Fréchet distance, first set");
  requireFinite(b, "Fréchet distance, second set");
  return gaussianDistance(gaussianOf(a, algebra), gaussianOf(b, algebra), algebra);
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
  reference: z.enum(["test", "train"]).default("test").describe("split to compare with"),
  spatial: z.literal(true).optional().describe(
    "compare spatial features, as sFID does, if the extractor has them",
  ),
  algebra: z.enum(["host", "openblas"]).optional().describe(
    "host, or openblas; default: openblas for wide features if it is installed",
  ),
  draws: z.int().min(2).max(16).optional().describe(
    "measure this many sets of N samples, so that the report can separate the variation of " +
      "sampling from that of training; the value is that of the first set",
  ),
});
type Config = z.infer<typeof config>;

/** Spatial features of both sides, which the context doesn't remember. */
async function spatialFeatures(
  context: EvaluationContext<"image">,
  { features, samples, reference }: Config,
): Promise<{ real: Features; generated: Features }> {
  const data = referenceCount(context, samples);
  requireCount(context.dataset, reference, data);
  const extractor = await context.extractor(features);
  if (!extractor.spatial) {
    throw new MetricUnavailable("not-measured", `${extractor.name} gives no spatial features`);
  }
  return {
    real: await extractor.spatial((await context.split(reference, data)).samples),
    generated: await extractor.spatial(await context.subject.sample(samples)),
  };
}

/** Distances of the second to the last of `draws` sets of N samples; none where samples run out. */
async function distancesOfLater(
  context: EvaluationContext<"image">,
  { features, samples, draws }: Config & { draws: number },
  distance: (generated: Features) => number,
): Promise<number[]> {
  let all: Features;
  try {
    all = await context.features(features, "samples", samples * draws);
  } catch (error) {
    if (error instanceof MetricUnavailable) return []; // a control row of so many pictures
    throw error;
  }
  const size = samples * all.dimension;
  return Array.from({ length: draws - 1 }, (_, i) =>
    distance({
      ...all,
      count: samples,
      data: all.data.subarray((i + 1) * size, (i + 2) * size),
    }));
}

/**
 * What is said of a distance beside its value: `FD-<extractor>@N`, or `sFD-…` of spatial features.
 * @param of extractor by its versioned name, N (null where it is not known), and what else the name tells
 */
export function declaredDistance(
  { extractor, samples, spatial, split = "" }: {
    readonly extractor: string;
    readonly samples: number | null;
    readonly spatial?: boolean;
    readonly split?: string;
  },
): Omit<MetricValue, "value"> {
  return {
    name: `${spatial ? "sFD" : "FD"}-${extractor}${split}@${samples ?? "unknown"}`,
    metric: "frechet",
    unit: "",
    direction: "lower",
    kind: "quality",
    ...(samples === null ? {} : { samples }),
  };
}

/**
 * `FD-<extractor>@N`: Fréchet distance of N samples to the first N pictures of a split; `sFD-…` by
 * the extractor's spatial features (Nash et al. 2021). Both share the name's N.
 */
export const frechet: Metric<Config> = defineMetric<Config>({
  name: "frechet",
  version: 1,
  about: "Fréchet distance between feature Gaussians of samples and data",
  papers: ["arXiv:1706.08500", "doi:10.1016/0047-259X(82)90077-X", "arXiv:2103.03841"],
  phase: "quality",
  config,
  declares: ({ features, samples, reference, spatial }) => {
    const split = reference === "train" ? "-train" : "";
    return [declaredDistance({ extractor: extractorName(features), samples, spatial, split })];
  },
  requires: comparisonRequired,
  async compute(context, options) {
    const { real, generated } = options.spatial
      ? await spatialFeatures(context, options)
      : await comparedFeatures(context, options);
    const algebra = algebraFor(real.dimension, {
      asked: options.algebra,
      anyMachine: context.anyMachine,
    });
    const distance = (set: Features) => frechetDistance(real, set, algebra);
    const value = distance(generated), { draws, spatial } = options;
    const later = draws === undefined || spatial
      ? []
      : await distancesOfLater(context, { ...options, draws }, distance);
    return [{
      ...frechet.declares(options)[0],
      value,
      ...algebraLabel(algebra),
      ...(later.length === 0 ? {} : { raw: [value, ...later] }),
    }];
  },
});
