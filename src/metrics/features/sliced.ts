/**
 * The sliced Wasserstein distance between feature sets: optimal transport along random directions,
 * where sorting solves it. No covariance is estimated, so few samples do.
 * @module
 */
import { z } from "zod";
import { hostFold, type HostKey, hostNormal } from "../../random/host/mod.ts";
import { dot, type Features, requireFinite } from "../../algebra/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { comparedFeatures } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { comparisonRequired } from "../requires.ts";

/** A direction, evenly drawn from the unit sphere. @returns [dimension] */
function direction(key: HostKey, dimension: number): Float64Array {
  const out = Float64Array.from(hostNormal(key, dimension));
  const norm = Math.sqrt(dot(out, out, 0, 0, dimension));
  return norm > 0 ? out.map((v) => v / norm) : direction(hostFold(key, "again"), dimension);
}

/**
 * W₂² of two samples on a line: ∫ (F⁻¹ − G⁻¹)² over their quantile functions, which are steps.
 * Arguments are sorted in place. Villani 2003, thm 2.18.
 */
export function lineTransport(a: Float64Array, b: Float64Array): number {
  a.sort();
  b.sort();
  const m = a.length, n = b.length;
  let sum = 0, i = 0, j = 0, done = 0; // of mass m·n in whole numbers, so that equal ends meet
  while (i < m && j < n) {
    const next = Math.min((i + 1) * n, (j + 1) * m);
    sum += (next - done) * (a[i] - b[j]) * (a[i] - b[j]);
    done = next;
    if (next === (i + 1) * n) i++;
    if (next === (j + 1) * m) j++;
  }
  return sum / (m * n);
}

/**
 * Squared distances W₂² of the sets' projections on seeded directions.
 * @throws RangeError on different dimensions, empty sets or features that are not finite
 * @returns [slices]
 */
export function slicedTransports(
  a: Features,
  b: Features,
  { slices, key }: { slices: number; key: HostKey },
): Float64Array {
  const d = a.dimension;
  if (d !== b.dimension) {
    throw new RangeError(`features of ${d} and ${b.dimension} dimensions can't be compared`);
  }
  if (a.count < 1 || b.count < 1) throw new RangeError("an empty set has no distance");
  requireFinite(a, "sliced distance, first set");
  requireFinite(b, "sliced distance, second set");
  const onto = (set: Features, u: Float64Array) =>
    Float64Array.from({ length: set.count }, (_, i) => dot(set.data, u, i * d, 0, d));
  return Float64Array.from({ length: slices }, (_, s) => {
    const u = direction(hostFold(key, s), d);
    return lineTransport(onto(a, u), onto(b, u));
  });
}

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(1).default(2000).describe("N: pictures on each side"),
  slices: z.int().min(2).default(512).describe("random directions"),
});
type Config = z.infer<typeof config>;

/**
 * `SW-<extractor>-L512@N`: d times the mean of the squared distances along 512 directions, the scale on
 * which a move by v costs ‖v‖² as it does a Fréchet distance. Berthet et al. 2026 take the same distance
 * of Inception's features for MIND; their scale and slices are their own. Beside it the standard error
 * that more directions would take away.
 */
export const sliced: Metric<Config> = defineMetric<Config>({
  name: "sliced",
  version: 1,
  about: "sliced Wasserstein distance of features, along random directions",
  papers: ["arXiv:2605.06797", "Bonneel et al., JMIV 51 (2015)"],
  phase: "quality",
  config,
  declares: ({ features, samples, slices }) => [{
    name: `SW-${extractorName(features)}-L${slices}@${samples}`,
    metric: "sliced",
    unit: "",
    direction: "lower",
    kind: "quality",
    samples,
  }],
  requires: comparisonRequired,
  async compute(context, options) {
    const { slices } = options;
    const { real, generated } = await comparedFeatures(context, options);
    const key = context.key("slices");
    const values = slicedTransports(real, generated, { slices, key });
    const mean = values.reduce((s, v) => s + v, 0) / slices;
    const squares = values.reduce((s, v) => s + (v - mean) * (v - mean), 0);
    const error = Math.sqrt(squares / (slices - 1) / slices);
    const d = real.dimension;
    return [{
      ...sliced.declares(options)[0],
      value: d * mean,
      beside: { sliceError: d * error },
    }];
  },
});
