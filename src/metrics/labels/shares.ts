/**
 * Mode coverage by class: which share of the samples shows each class of a factor, to the judge.
 * @module
 */
import { z } from "zod";
import { classFactor } from "../latents/factor_control.ts";
import { judgedClasses } from "./judging.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import { requireCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { extractorRequired, factorRequired, rowsRequired, samplesRequired } from "../requires.ts";

/** Shares of classes among `labels`, whole numbers in [0, classes); others are not counted. */
export function sharesOf(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  let all = 0;
  for (const label of Array.from(labels)) {
    if (!(label >= 0 && label < classes)) continue;
    counts[label]++;
    all++;
  }
  return counts.map((n) => all === 0 ? 0 : n / all);
}

/** ½ Σ|p − q|: the largest difference of the chance of any set of classes. */
export function totalVariation(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, v, i) => sum + Math.abs(v - q[i]), 0) / 2;
}

/**
 * Total variation that two sets of `count` pictures of one law show on average: each share differs
 * by a nearly normal number of variance 2p(1 − p)/count, whose mean size is √(2/π) deviations.
 */
export function sameLawVariation(p: readonly number[], count: number): number {
  return p.reduce((sum, v) => sum + Math.sqrt(4 * v * (1 - v) / (Math.PI * count)), 0) / 2;
}

const config = z.strictObject({
  factor: z.string().default("expression").describe("class factor of the dataset"),
  samples: z.int().min(10).default(2000).describe("N: samples, and as many held-out pictures"),
  features: z.string().default("judge").describe("the classifier that names the classes"),
});
type Config = z.infer<typeof config>;

/** The first samples, of a conditional model those that are told no label. */
async function unconditional({ subject }: EvaluationContext<"image">, count: number) {
  const conditions = subject.capabilities.conditions ?? [];
  if (conditions.length === 0) return await subject.sample(count);
  const none = new Int32Array(count).fill(-1);
  return await subject.sample(count, {
    labels: Object.fromEntries(conditions.map((name) => [name, none])),
  });
}

/**
 * `shares-<factor>-<judge>@N`: total variation distance between the classes that the judge sees
 * among the samples and among as many held-out pictures; the judge's own errors are in both. Beside
 * it each class's share among samples, held-out pictures as judged, and their true labels; and what
 * two sets of one law would show.
 */
export const shares: Metric<Config> = defineMetric<Config>({
  name: "shares",
  version: 1,
  about: "the share of each class among samples, as the judge classifies them: are modes missing?",
  papers: ["arXiv:1711.00970"],
  phase: "quality",
  config,
  declares: ({ factor, samples, features }) => [{
    name: `shares-${factor}-${extractorName(features)}@${samples}`,
    metric: "shares",
    unit: "total variation",
    direction: "lower",
    kind: "quality",
    samples,
  }],
  requires: (
    { factor, samples, features },
  ) => [
    factorRequired(factor),
    rowsRequired("test", samples),
    samplesRequired(samples),
    extractorRequired(features, { gives: "classes" }),
  ],
  async compute(context, options) {
    const { factor, samples } = options;
    const { classes } = classFactor(context, factor);
    const judge = await context.extractor(options.features);
    requireCount(context.dataset, "test", samples);
    const held = await context.split("test", samples);
    const judged = async (images: typeof held.samples) =>
      sharesOf(await judgedClasses(judge, images, factor), classes.length);
    const heldOut = await judged(held.samples);
    const found = await judged(await unconditional(context, samples));
    const truth = sharesOf(held.labels[factor], classes.length);
    const beside: Record<string, number> = {
      sameLaw: sameLawVariation(heldOut, samples),
    };
    classes.forEach((name, c) => {
      beside[name] = found[c];
      beside[`${name}, held out`] = heldOut[c];
      beside[`${name}, true`] = truth[c];
    });
    const [declared] = shares.declares(options);
    return [{ ...declared, value: totalVariation(found, heldOut), beside }];
  },
});
