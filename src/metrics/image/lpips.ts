/**
 * LPIPS between pictures and their reconstructions.
 * @module
 */
import { z } from "zod";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { picturesOf } from "../../kinds/mod.ts";
import { requireCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { extractorRequired, rowsRequired } from "../requires.ts";

const config = z.strictObject({
  samples: z.int().min(1).default(1000).describe("N: test pictures"),
  features: z.enum(["lpips-vgg", "lpips-alex"]).default("lpips-vgg").describe(
    "the network; a suite's `extractors` names its weights",
  ),
});
type Config = z.infer<typeof config>;

/**
 * `lpips-vgg@N`: mean LPIPS between a test picture and its reconstruction, both of 8 bits; a view is
 * rendered at its camera. Inputs are scaled to [−1, 1], as the network was trained; figures from pictures
 * in [0, 1] are lower and not comparable.
 */
export const lpips: Metric<Config> = defineMetric<Config, "image" | "view">({
  name: "lpips",
  version: 1,
  about: "perceptual distance of reconstructed test pictures; needs your weights for the network",
  papers: ["arXiv:1801.03924"],
  takes: ["image", "view"],
  phase: "quality",
  config,
  declares: ({ samples, features }) => [{
    name: `${extractorName(features)}@${samples}`,
    metric: "lpips",
    unit: "",
    direction: "lower",
    kind: "quality",
    samples,
  }],
  requires: (
    { samples, features },
  ) => [rowsRequired("test", samples), extractorRequired(features, { gives: "distances" })],
  async compute(context, options) {
    const { subject, dataset } = context;
    if (!subject.reconstruct) {
      throw new MetricUnavailable("not-defined", `${subject.label} does not reconstruct`);
    }
    requireCount(dataset, "test", options.samples);
    const network = await context.extractor(options.features);
    if (network.distances === undefined) {
      throw new MetricUnavailable("not-defined", `${network.name} is no perceptual distance`);
    }
    const { samples } = await context.split("test", options.samples);
    const distances = await network.distances(
      picturesOf(dataset.sample, samples),
      picturesOf(dataset.sample, await subject.reconstruct(samples)),
    );
    const [declared] = lpips.declares(options);
    return [{ ...declared, value: distances.reduce((s, d) => s + d, 0) / distances.length }];
  },
});
