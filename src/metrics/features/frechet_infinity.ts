/**
 * FD∞: the Fréchet distance that no number of samples gives, extrapolated from many. The distance of
 * finite sets is biased by some amount over N that differs between models (Chong & Forsyth 2020).
 * @module
 */
import { z } from "zod";
import { type HostKey, hostPermutation } from "../../random/host/mod.ts";
import { tQuantile } from "../../stats/mod.ts";
import {
  algebraFor,
  algebraLabel,
  type Features,
  hostAlgebra,
  type LinearAlgebra,
  takeRows,
  wideFrom,
} from "../../algebra/mod.ts";
import { frechetDistance } from "./frechet.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { requireCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { extractorRequired, rowsRequired, samplesRequired } from "../requires.ts";

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

/** FD∞ and what it was read from. */
export interface Extrapolation extends Line {
  /** 95 % jackknife interval; null where it wasn't asked for. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Mean distance of the blocks of each size, the largest first. */
  readonly distances: readonly number[];
}

/** How the extrapolation is made. */
export interface ExtrapolationOptions {
  /** How often the samples are halved: blocks of N, N/2, …, N/2^halvings. */
  readonly halvings: number;
  /** Groups of samples that are left out in turn for the interval; 0: none. */
  readonly groups: number;
  readonly key: HostKey;
  readonly algebra?: LinearAlgebra;
}

/** Row i of an order is in block i mod 2^h of halving h, and in the group that its place gives. */
function lineOf(
  sets: { real: Features; samples: Features },
  rows: readonly number[],
  { halvings, algebra, order }: { halvings: number; algebra: LinearAlgebra; order: Uint32Array },
): { line: Line; distances: number[] } {
  const shares: number[] = [], distances: number[] = [];
  for (let h = 0; h <= halvings; h++) {
    const blocks = 1 << h;
    let distance = 0, share = 0;
    for (let b = 0; b < blocks; b++) {
      const block = rows.filter((place) => place % blocks === b).map((place) => order[place]);
      distance += frechetDistance(takeRows(sets.samples, block), sets.real, algebra) / blocks;
      share += 1 / block.length / blocks;
    }
    shares.push(share);
    distances.push(distance);
  }
  return { line: fitLine(shares, distances), distances };
}

/**
 * Mean distances of disjoint seeded blocks of the samples to all of the data, as a line in 1/size, read
 * at 0. The authors draw 15 overlapping subsets; halves, quarters, … use every sample at every size and
 * leave less of the draw in the number.
 *
 * The interval is the t-interval of a jackknife over groups of samples (Quenouille 1956; Tukey 1958),
 * blocks kept: the spread that other samples of the model would give. The bias of the data's own finite
 * number stays, so all the data there are should be given.
 * @throws RangeError where blocks would be smaller than 2
 */
export function extrapolated(
  sets: { real: Features; samples: Features },
  { halvings, groups, key, algebra = hostAlgebra }: ExtrapolationOptions,
): Extrapolation {
  const { count } = sets.samples;
  if (halvings < 2 || groups === 1 || count < smallestSet({ halvings, groups })) {
    throw new RangeError(
      `${count} samples in ${1 << halvings} blocks, ${groups} groups left out in turn: too few`,
    );
  }
  const options = { halvings, algebra, order: hostPermutation(key, count) };
  const places = Array.from({ length: count }, (_, i) => i);
  const { line, distances } = lineOf(sets, places, options);
  if (groups === 0) return { ...line, interval: null, distances };
  const without = Array.from(
    { length: groups },
    (_, g) =>
      lineOf(sets, places.filter((i) => Math.floor(i * groups / count) !== g), options).line
        .intercept,
  );
  const mean = without.reduce((s, v) => s + v, 0) / groups;
  const squares = without.reduce((s, v) => s + (v - mean) * (v - mean), 0);
  const half = tQuantile(0.975, groups - 1) * Math.sqrt((groups - 1) / groups * squares);
  const interval = { low: line.intercept - half, high: line.intercept + half };
  return { ...line, interval, distances };
}

/** Samples with which each block keeps two rows whatever group is left out. */
function smallestSet({ halvings, groups }: { halvings: number; groups: number }): number {
  return groups === 0 ? 2 << halvings : (4 << halvings) + groups;
}

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(20).default(2000).describe("N: samples"),
  data: z.int().min(2).optional().describe("test pictures to compare with; default: all"),
  halvings: z.int().min(2).max(6).default(2).describe("the smallest blocks have N/2^halvings rows"),
  groups: z.int().min(0).default(10).describe(
    "groups left out in turn for the interval, each as costly as the value itself; 0: no interval",
  ),
  algebra: z.enum(["host", "openblas"]).optional().describe(
    "host, or openblas; default: openblas for wide features if it is installed",
  ),
}).refine(({ groups }) => groups !== 1, { message: "1 group leaves nothing", path: ["groups"] });
type Config = z.infer<typeof config>;

/**
 * `FDinf-<extractor>@N`, beside it the distance at N and the 95 % interval. Wide features in plain
 * JavaScript get no interval: it would take an hour.
 */
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
  requires: (
    { features, samples, data },
  ) => [
    extractorRequired(features),
    samplesRequired(samples),
    ...(data === undefined ? [] : [rowsRequired("test", data, "data")]),
  ],
  async compute(context, options) {
    const { samples, halvings } = options;
    if (samples < smallestSet(options)) {
      throw new MetricUnavailable(
        "not-measured",
        `${samples} samples are too few for ${halvings} halvings and ${options.groups} groups: ` +
          `${smallestSet(options)} are needed`,
      );
    }
    const { features, data = context.reference ?? context.dataset.size("test") } = options;
    requireCount(context.dataset, "test", Math.max(2, data));
    const real = await context.features(features, "test", data);
    const generated = await context.features(features, "samples", samples);
    const algebra = algebraFor(real.dimension, {
      asked: options.algebra,
      anyMachine: context.anyMachine,
    });
    const slow = algebra === hostAlgebra && real.dimension >= wideFrom;
    const found = extrapolated({ real, samples: generated }, {
      halvings,
      groups: slow ? 0 : options.groups,
      key: context.key("FD infinity blocks"),
      algebra,
    });
    return [{
      ...frechetInfinity.declares(options)[0],
      value: found.intercept,
      ...algebraLabel(algebra),
      beside: { ...found.interval, [`at ${samples}`]: found.distances[0], testPictures: data },
    }];
  },
});
