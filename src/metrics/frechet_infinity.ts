/**
 * FD∞: the Fréchet distance that no number of samples gives, extrapolated from many. The distance of
 * finite sets is biased by some amount over N that differs between models (Chong & Forsyth 2020).
 * @module
 */
import { z } from "zod";
import { hostFold, type HostKey, hostPermutation } from "../random/host.ts";
import { tQuantile } from "../stats/distribution.ts";
import { algebraFor, algebraLabel, type LinearAlgebra } from "./algebra/algebra.ts";
import { hostAlgebra } from "./algebra/host.ts";
import { frechetDistance } from "./frechet.ts";
import { takeRows } from "./kernel.ts";
import { defineMetric, MetricUnavailable } from "./metric.ts";
import type { Features, Metric } from "./metric.ts";
import { comparedFeatures, extractorName } from "./names.ts";

/** A straight line fitted by least squares, and how sure it is at 0. */
export interface Line {
  readonly intercept: number;
  readonly slope: number;
  /** Of the intercept, from the residuals. */
  readonly standardError: number;
}

/** y = intercept + slope · x. @throws RangeError on fewer than 3 points or a single x */
export function fitLine(x: readonly number[], y: readonly number[]): Line {
  const n = x.length;
  if (n < 3) throw new RangeError(`a line with an error needs 3 points, got ${n}`);
  const mean = (v: readonly number[]) => v.reduce((s, u) => s + u, 0) / n;
  const mx = mean(x), my = mean(y);
  const xx = x.reduce((s, v) => s + (v - mx) * (v - mx), 0);
  if (xx === 0) throw new RangeError("a line needs two different abscissae");
  const slope = x.reduce((s, v, i) => s + (v - mx) * (y[i] - my), 0) / xx;
  const intercept = my - slope * mx;
  const residual = y.reduce((s, v, i) => {
    const off = v - intercept - slope * x[i];
    return s + off * off;
  }, 0);
  const variance = residual / (n - 2);
  return { intercept, slope, standardError: Math.sqrt(variance * (1 / n + mx * mx / xx)) };
}

/** Sizes of subsets, evenly from `smallest` to `largest`, rounded down as the authors do. */
export function subsetSizes(
  { smallest, largest, points }: { smallest: number; largest: number; points: number },
): number[] {
  const step = (largest - smallest) / (points - 1);
  return Array.from(
    { length: points },
    (_, i) => i === points - 1 ? largest : Math.floor(smallest + i * step),
  );
}

/** FD∞ and what it was read from. */
export interface Extrapolation extends Line {
  /** 95 % t-interval of the line at 1/N = 0. */
  readonly low: number;
  readonly high: number;
  readonly sizes: readonly number[];
  readonly distances: readonly number[];
}

/**
 * Distances of seeded subsets of the samples to all of the data, as a line in 1/N, read at 0.
 * The interval is of the fit: that these samples are one draw of the model is not in it, nor the bias
 * of the data's own finite number, which is every model's alike.
 * @throws RangeError where the subsets are no three different sizes of at least 2
 */
export function extrapolated(
  sets: { real: Features; samples: Features },
  { smallest, points, key, algebra = hostAlgebra }: {
    smallest: number;
    points: number;
    key: HostKey;
    algebra?: LinearAlgebra;
  },
): Extrapolation {
  const { real, samples } = sets;
  const sizes = subsetSizes({ smallest, largest: samples.count, points });
  if (sizes[0] < 2 || new Set(sizes).size < Math.min(3, points)) {
    throw new RangeError(`${points} subsets of ${smallest} to ${samples.count} rows give no line`);
  }
  const distances = sizes.map((size, p) => {
    const rows = hostPermutation(hostFold(key, p), samples.count).slice(0, size);
    return frechetDistance(takeRows(samples, rows), real, algebra);
  });
  const line = fitLine(sizes.map((n) => 1 / n), distances);
  const half = tQuantile(0.975, points - 2) * line.standardError;
  return { ...line, low: line.intercept - half, high: line.intercept + half, sizes, distances };
}

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(20).default(2000).describe(
    "N: pictures on each side, and the largest subset",
  ),
  smallest: z.int().min(2).optional().describe("rows of the smallest subset; left out: N/10"),
  points: z.int().min(3).default(15).describe("sizes of subsets, evenly spaced"),
  algebra: z.enum(["host", "openblas"]).optional().describe(
    "who computes; left out: openblas for wide features where it is installed",
  ),
});
type Config = z.infer<typeof config>;

/** `FDinf-<extractor>@N`, beside it the 95 % interval of the extrapolation and the distance at N. */
export const frechetInfinity: Metric<Config> = defineMetric<Config>({
  name: "frechet_infinity",
  version: 1,
  about: "Fréchet distance extrapolated to infinitely many samples",
  papers: ["arXiv:1911.07023"],
  phase: "quality",
  config,
  declares: ({ features, samples }) => [{
    name: `FDinf-${extractorName(features)}@${samples}`,
    metric: "frechet_infinity",
    unit: "",
    direction: "lower",
    kind: "quality",
    samples,
  }],
  async compute(context, options) {
    const { samples, points, smallest = Math.floor(samples / 10) } = options;
    if (smallest > samples - points) {
      throw new MetricUnavailable(
        "not-measured",
        `${points} sizes from ${smallest} to ${samples} samples are no line: lower \`smallest\``,
      );
    }
    const { real, generated } = await comparedFeatures(context, options);
    const algebra = algebraFor(real.dimension, options.algebra);
    const key = context.key("FD infinity subsets");
    const sets = { real, samples: generated };
    const found = extrapolated(sets, { smallest, points, key, algebra });
    return [{
      ...frechetInfinity.declares(options)[0],
      value: found.intercept,
      ...algebraLabel(algebra),
      beside: {
        low: found.low,
        high: found.high,
        [`at ${samples}`]: found.distances[points - 1],
      },
    }];
  },
});
