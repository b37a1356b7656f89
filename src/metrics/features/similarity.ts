/**
 * Diversity between samples: how alike two of them look.
 * @module
 */
import { z } from "zod";
import { gatherImages, type ImageSet } from "../../kinds/image/mod.ts";
import { hostIntegers, type HostKey } from "../../random/host/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { msSsim, scalesOf } from "../image/multiscale.ts";
import { referenceCount, requireCount } from "../comparison.ts";
import { rowsRequired, samplesRequired } from "../requires.ts";

/** `pairs` seeded pairs of different pictures out of `count`. */
export function drawPairs(
  key: HostKey,
  { count, pairs }: { count: number; pairs: number },
): { first: Uint32Array; second: Uint32Array } {
  if (count < 2) throw new RangeError(`a pair needs 2 pictures, got ${count}`);
  const draws = hostIntegers(key, pairs, count * (count - 1));
  const first = new Uint32Array(pairs), second = new Uint32Array(pairs);
  for (let i = 0; i < pairs; i++) {
    first[i] = draws[i] % count;
    // The others, in order, without the first.
    const other = Math.floor(draws[i] / count);
    second[i] = other < first[i] ? other : other + 1;
  }
  return { first, second };
}

/** Mean MS-SSIM of seeded pairs, and its standard error over pairs. */
export function pairSimilarity(
  images: ImageSet,
  { pairs, scales, key }: { pairs: number; scales: number; key: HostKey },
): { mean: number; error: number } {
  const { first, second } = drawPairs(key, { count: images.count, pairs });
  const values = msSsim(gatherImages(images, first), gatherImages(images, second), scales);
  const mean = values.reduce((s, v) => s + v, 0) / pairs;
  const squares = values.reduce((s, v) => s + (v - mean) * (v - mean), 0);
  return { mean, error: Math.sqrt(squares / Math.max(1, pairs - 1) / pairs) };
}

const config = z.strictObject({
  samples: z.int().min(2).default(1000).describe("N: samples, and as many test pictures"),
  pairs: z.int().min(2).default(1000).describe("pairs compared in each"),
  scales: z.int().min(1).max(5).default(2).describe("sizes at which pictures are compared"),
});
type Config = z.infer<typeof config>;

/**
 * `MS-SSIM-pairs-s2@N`: of samples with each other, beside it the test pictures'. Above theirs is less
 * variety than the data has; below it may be noise, so it has no good direction alone.
 */
export const similarity: Metric<Config> = defineMetric<Config>({
  name: "similarity",
  version: 1,
  about: "MS-SSIM between pairs of samples, and between pairs of test pictures",
  papers: ["arXiv:1610.09585", "doi:10.1109/ACSSC.2003.1292216"],
  phase: "quality",
  config,
  declares: ({ samples, scales }) => [{
    name: `MS-SSIM-pairs-s${scales}@${samples}`,
    metric: "similarity",
    unit: "",
    direction: "none",
    kind: "quality",
    samples,
  }],
  requires: ({ samples }) => [rowsRequired("test", samples), samplesRequired(samples)],
  async compute(context, options) {
    const { samples, pairs, scales } = options;
    const pictures = referenceCount(context, samples);
    requireCount(context.dataset, "test", pictures);
    const { samples: real } = await context.split("test", pictures);
    if (scalesOf(real) < scales) {
      throw new MetricUnavailable(
        "not-defined",
        `pictures of ${real.height}×${real.width} are too small for ${scales} scales of MS-SSIM`,
      );
    }
    const of = (images: ImageSet) =>
      pairSimilarity(images, { pairs, scales, key: context.key("pairs") });
    const { mean, error } = of(await context.subject.sample(samples));
    const data = of(real);
    return [{
      ...similarity.declares(options)[0],
      value: mean,
      beside: { error, data: data.mean, dataError: data.error },
    }];
  },
});
