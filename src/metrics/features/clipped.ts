/**
 * Clipped density and clipped coverage: fidelity and coverage that no outlier of either set can
 * inflate, read as the share of samples that are good.
 * @module
 */
import { exp, lgamma } from "../../numeric/mod.ts";
import {
  eachRow,
  exactAlgebraFor,
  type Features,
  type LinearAlgebra,
  neighbourDistances,
  requireFinite,
  squaredDistance,
} from "../../algebra/mod.ts";
import { type BallConfig, ballConfig, declareBalls } from "./coverage.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { comparedFeatures } from "../comparison.ts";
import { comparisonRequired } from "../requires.ts";

/** Both lie in [0, 1]. */
export interface Clipped {
  readonly density: number;
  readonly coverage: number;
}

/** Square of the median of distances, of which the squares are given. */
function squaredMedian(squares: Float64Array): number {
  const sorted = squares.slice().sort(), half = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[half];
  const middle = (Math.sqrt(sorted[half - 1]) + Math.sqrt(sorted[half])) / 2;
  return middle * middle;
}

/** Rows of `points` within the closed balls about `centres`, each clipped at k, over k; the mean. */
function clippedShare(
  balls: { centres: Features; radii: Float64Array; k: number },
  points: Features,
  algebra: LinearAlgebra | null,
): number {
  const { centres, radii, k } = balls, counts = new Uint32Array(points.count);
  eachRow(centres, points, (i, distances, slack) => {
    for (let j = 0; j < points.count; j++) {
      let d = distances[j];
      if (!(Math.abs(d - radii[i]) > slack)) d = squaredDistance(centres, i, points, j);
      if (d <= radii[i] && !(centres === points && i === j)) counts[j]++;
    }
  }, algebra);
  return counts.reduce((sum, n) => sum + Math.min(n, k) / k, 0) / points.count;
}

/**
 * Clipped coverage before calibration, expected where `good` samples are of the data's law and all
 * others lie in no ball: E min(J, k)/k with J, how many fall into a ball of k of the N data, beta-
 * binomial. With k numbers a term: E min(J, k) = k − Σ_{j<k} (k − j) P(J = j).
 */
export function expectedCoverage(
  good: number,
  { rows: n, k }: { rows: number; k: number },
): number {
  const logBeta = (a: number, b: number) => lgamma(a) + lgamma(b) - lgamma(a + b);
  let missing = 0;
  for (let j = 0; j < Math.min(k, good + 1); j++) {
    const ways = lgamma(good + 1) - lgamma(j + 1) - lgamma(good - j + 1);
    const chance = exp(ways + logBeta(k + j, n + good - k - j) - logBeta(k, n - k));
    missing += (k - j) * chance;
  }
  return Math.max(0, 1 - missing / k);
}

/**
 * The share of samples that are good where the raw coverage is `raw`: the first m of M whose expected
 * coverage reaches it, over M + 1. Below k good samples the authors take the expectation for 0.
 */
export function calibrated(
  raw: number,
  { rows, samples, k }: { rows: number; samples: number; k: number },
): number {
  let low = 0, high = samples + 1; // the expectation grows with m
  while (low < high) {
    const middle = (low + high) >> 1;
    const expected = middle < k ? 0 : expectedCoverage(middle, { rows, k });
    if (expected < raw) low = middle + 1;
    else high = middle;
  }
  return low / (samples + 1);
}

/**
 * Salvy, Talbot & Thirion 2025. Density: balls about the data reach their k-th neighbour but no
 * farther than the median of those radii; each sample counts at most k balls, and the mean is divided
 * by the same of the data among themselves. Coverage: of each datum's ball of k neighbours the share,
 * at most 1, of k that samples fill (a sample on the surface doesn't), calibrated.
 * @throws RangeError where a set is too small for k, or dimensions differ
 */
export function clippedOf(
  sets: { real: Features; samples: Features },
  k: number,
  algebra: LinearAlgebra | null = exactAlgebraFor(sets.real.dimension),
): Clipped {
  const { real, samples } = sets;
  if (real.dimension !== samples.dimension) {
    throw new RangeError(`features of ${real.dimension} and ${samples.dimension} dimensions`);
  }
  requireFinite(real, "clipped density, data");
  requireFinite(samples, "clipped density, samples");
  const kth = (all: Float64Array, count: number) =>
    Float64Array.from({ length: count }, (_, i) => all[i * k + k - 1]);
  const radii = kth(neighbourDistances(real, real, k, algebra), real.count);
  const middle = squaredMedian(radii);
  const balls = { centres: real, radii: radii.map((r) => Math.min(r, middle)), k };
  const ideal = clippedShare(balls, real, algebra);
  const density = ideal === 0 ? 0 : clippedShare(balls, samples, algebra) / ideal;
  const near = neighbourDistances(real, samples, k, algebra);
  let inside = 0;
  for (let i = 0; i < real.count; i++) {
    for (let r = 0; r < k; r++) if (near[i * k + r] < radii[i]) inside++;
  }
  const raw = inside / (real.count * k);
  return {
    density: Math.min(1, density),
    coverage: calibrated(raw, { rows: real.count, samples: samples.count, k }),
  };
}

/** `clipped-density-k5-<extractor>@N` and clipped coverage alike, against the test split. */
export const clipped: Metric<BallConfig> = defineMetric<BallConfig>({
  name: "clipped",
  version: 1,
  about: "clipped density and clipped coverage: fidelity and coverage as shares of good samples",
  papers: ["arXiv:2507.01761"],
  phase: "quality",
  config: ballConfig,
  declares: (options) => declareBalls("clipped", ["clipped-density", "clipped-coverage"], options),
  requires: comparisonRequired,
  async compute(context, options) {
    const { real, generated } = await comparedFeatures(context, options);
    const values = clippedOf({ real, samples: generated }, options.k);
    const [density, coverage] = clipped.declares(options);
    return [{ ...density, value: values.density }, { ...coverage, value: values.coverage }];
  },
});
