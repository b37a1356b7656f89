/**
 * How far the law of points that a model gives is from the data's, by counting both over a grid:
 * for toy data, where that is the whole truth.
 * @module
 */
import { z } from "zod";
import { log } from "../../numeric/mod.ts";
import type { Dataset } from "../../data/mod.ts";
import type { PointSet } from "../../kinds/point/mod.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { requireCount } from "../comparison.ts";
import { samplesRequired } from "../requires.ts";

/** Numbers that a point may have to be binned: a grid grows with their number. */
const MOST_NUMBERS = 3;

/** Bins along an axis. */
export type Bins = 8 | 16 | 32 | 64;

/**
 * Points counted by bin, the first value slowest: `bins` equal parts of the 256 values an axis.
 * @returns [bins ** dimensions]
 */
export function binned({ count, dimensions, data }: PointSet, bins: Bins): Float64Array {
  let size = 1;
  for (let d = 0; d < dimensions; d++) size *= bins;
  const counts = new Float64Array(size);
  for (let i = 0; i < count; i++) {
    let at = 0;
    for (let d = 0; d < dimensions; d++) {
      at = at * bins + Math.floor(data[i * dimensions + d] * bins / 256);
    }
    counts[at]++;
  }
  return counts;
}

/** A law over pairs of values, [256 · first + second], over bins instead. */
export function binnedLaw(law: Float64Array, bins: Bins): Float64Array {
  const sums = new Float64Array(bins * bins), cells = 256 / bins;
  law.forEach((p, k) => {
    sums[Math.floor((k >> 8) / cells) * bins + Math.floor((k & 255) / cells)] += p;
  });
  return sums;
}

/** Counts, or probabilities that don't quite sum to 1, over their sum. */
export function normalised(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return counts.map((n) => n / total);
}

/** ½ Σ|p − q|: the largest difference in the probability of any set of bins. In [0, 1]. */
export function totalVariation(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < p.length; k++) sum += Math.abs(p[k] - q[k]);
  return sum / 2;
}

/**
 * KL(q ‖ p), nats, of the data's law q to that of counts n with half a point added to each of the K
 * bins, p = (n + ½)/(N + K/2): finite, and large where the data is and no sample. Krichevsky &
 * Trofimov 1981.
 */
export function divergence(q: Float64Array, counts: Float64Array): number {
  const total = counts.reduce((sum, n) => sum + n, 0) + counts.length / 2;
  let sum = 0;
  for (let k = 0; k < q.length; k++) {
    if (q[k] > 0) sum += q[k] * log(q[k] * total / (counts[k] + 0.5));
  }
  return sum;
}

const config = z.strictObject({
  samples: z.int().min(10).default(10_000).describe("N: points of the model"),
  bins: z.union([z.literal(8), z.literal(16), z.literal(32), z.literal(64)]).default(32).describe(
    "parts that each number's 256 values are cut into; for three numbers take 8 or 16",
  ),
  evaluations: z.int().min(1).optional().describe(
    "network evaluations for each sample, instead of the model's own number, if it allows that",
  ),
});
type Config = z.infer<typeof config>;

/** N points of test that nothing here is compared with: its last ones, as the control row has them. */
async function heldOut(
  dataset: Dataset<"point">,
  samples: number,
): Promise<PointSet | null> {
  const size = dataset.size("test");
  const free = dataset.truth ? samples : 2 * samples;
  if (size < free) return null;
  const last = Uint32Array.from({ length: samples }, (_, i) => size - 1 - i);
  return (await dataset.read("test", last)).samples;
}

/** The data's law over bins: the known one, or that of the first N points of test. */
async function reference(
  { dataset, split }: EvaluationContext<"point">,
  { samples, bins }: Config,
): Promise<Float64Array> {
  if (dataset.truth) return normalised(binnedLaw(dataset.truth().law, bins));
  requireCount(dataset, "test", samples);
  return normalised(binned((await split("test", samples)).samples, bins));
}

/**
 * `TV-<bins>bins@N` and `KL-<bins>bins@N` (`TV-<bins>bins-<E>ev@N` at E evaluations): total variation and divergence between the bins of N
 * samples and the data's law, which is the exact one where the dataset knows it (`beside.exact` 1),
 * else the test split's. `beside.heldOut`: the same of N held-out points, the floor at this N.
 */
export const histogram: Metric<Config> = defineMetric<Config, "point">({
  name: "histogram",
  version: 1,
  about:
    "toy points: total variation and KL to the exact distribution of the data, over a grid of bins",
  papers: ["doi:10.1109/TIT.1981.1056331"],
  takes: ["point"],
  phase: "quality",
  config,
  declares: ({ samples, bins, evaluations }) =>
    (["TV", "KL"] as const).map((part) => ({
      name: `${part}-${bins}bins${evaluations === undefined ? "" : `-${evaluations}ev`}@${samples}`,
      metric: "histogram",
      unit: part === "TV" ? "" : "nats",
      direction: "lower" as const,
      kind: "quality" as const,
      samples,
    })),
  requires: ({ samples }) => [samplesRequired(samples)],
  async compute(context, options) {
    const { subject, dataset } = context;
    if (dataset.sample.dimensions > MOST_NUMBERS) {
      throw new MetricUnavailable(
        "not-defined",
        `${dataset.name} holds points of ${dataset.sample.dimensions} numbers: only those of up to ` +
          `${MOST_NUMBERS} can be binned`,
      );
    }
    const q = await reference(context, options);
    const held = await heldOut(dataset, options.samples);
    const { evaluations } = options;
    const asked = evaluations === undefined ? {} : { evaluations };
    const own = await subject.sample(options.samples, asked);
    const sets = [own, ...(held === null ? [] : [held])];
    const found = sets.map((set) => {
      const counts = binned(set, options.bins);
      return [totalVariation(normalised(counts), q), divergence(q, counts)];
    });
    const exact = dataset.truth ? 1 : 0;
    return histogram.declares(options).map((declared, part) => ({
      ...declared,
      value: found[0][part],
      beside: { exact, ...(found.length > 1 ? { heldOut: found[1][part] } : {}) },
    }));
  },
});
