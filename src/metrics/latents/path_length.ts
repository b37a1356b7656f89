/**
 * Perceptual path length: how far pictures move, to an extractor, on a straight way through the latent
 * space. A smooth latent space has short ways.
 * @module
 */
import { z } from "zod";
import { hostUniform } from "../../random/host/mod.ts";
import { drawPairs } from "../features/similarity.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { type Features, squaredDistance } from "../../algebra/mod.ts";
import { requireCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { extractorRequired } from "../requires.ts";

/**
 * Points at t and t + step between codes of pairs of rows: even rows the first, odd ones the second.
 * @param at t of each pair, in [0, 1 − step]
 */
export function pathPoints(
  codes: Features,
  { first, second, at, step }: {
    first: ArrayLike<number>;
    second: ArrayLike<number>;
    at: ArrayLike<number>;
    step: number;
  },
): Features {
  const d = codes.dimension, data = new Float64Array(2 * at.length * d);
  for (let p = 0; p < at.length; p++) {
    for (let end = 0; end < 2; end++) {
      const t = at[p] + end * step;
      for (let j = 0; j < d; j++) {
        const from = codes.data[first[p] * d + j], to = codes.data[second[p] * d + j];
        data[(2 * p + end) * d + j] = from + t * (to - from);
      }
    }
  }
  return { count: 2 * at.length, dimension: d, data };
}

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor that measures the path"),
  samples: z.int().min(2).default(1000).describe(
    "N: paths between codes of pairs of test pictures",
  ),
  steps: z.int().min(2).default(16).describe(
    "1/ε: pieces of a path, of which one is measured; very short pieces only measure rounding",
  ),
});
type Config = z.infer<typeof config>;

/**
 * `PPL-<extractor>-eps1/16@N`: mean of ‖f(G(t + ε)) − f(G(t))‖²/ε² at a random t of straight ways between
 * the codes of pairs of test pictures (Karras et al. 2019, eq. 2, with this extractor in LPIPS' place and
 * a larger ε, since our pictures are rounded to 8 bits; codes are encoded, not drawn from a prior).
 * Beside it what the same ends would give on the straight way between their own features, whose length
 * no way can be shorter than.
 */
export const pathLength: Metric<Config> = defineMetric<Config>({
  name: "path_length",
  version: 1,
  about: "perceptual path length between codes of test pictures, by any extractor",
  papers: ["arXiv:1812.04948"],
  phase: "quality",
  config,
  declares: ({ features, samples, steps }) => [{
    name: `PPL-${extractorName(features)}-eps1/${steps}@${samples}`,
    metric: "path_length",
    unit: "",
    direction: "lower",
    kind: "quality",
    samples,
  }],
  requires: ({ features }) => [extractorRequired(features)],
  async compute(context, options) {
    const { samples, steps, features } = options;
    const { subject, dataset } = context;
    if (!subject.encode || !subject.decode) {
      const why = `${subject.label} has no latent code that it both encodes and decodes`;
      throw new MetricUnavailable("not-defined", why);
    }
    requireCount(dataset, "test", 2);
    const extractor = await context.extractor(features);
    const { samples: images } = await context.split(
      "test",
      Math.min(samples, dataset.size("test")),
    );
    const codes = await subject.encode(images);
    const pairs = drawPairs(context.key("paths"), { count: codes.count, pairs: samples });
    const step = 1 / steps;
    const at = hostUniform(context.key("places on paths"), samples).map((u) => u * (1 - step));
    const points = pathPoints(codes, { ...pairs, at, step });
    const seen = await extractor.extract(await subject.decode(points));
    const ends = await extractor.extract(await subject.decode(codes));
    let sum = 0, straight = 0;
    for (let p = 0; p < samples; p++) {
      sum += squaredDistance(seen, 2 * p, seen, 2 * p + 1) * steps * steps;
      straight += squaredDistance(ends, pairs.first[p], ends, pairs.second[p]);
    }
    return [{
      ...pathLength.declares(options)[0],
      value: sum / samples,
      beside: { straight: straight / samples },
    }];
  },
});
