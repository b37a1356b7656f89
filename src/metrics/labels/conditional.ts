/**
 * Conditional accuracy: asked for a class, does the model draw it? The judge says, and its own
 * accuracy on real pictures is the ceiling.
 * @module
 */
import { z } from "zod";
import { classFactor } from "../latents/factor_control.ts";
import { judgedClasses } from "./judging.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { SampleOptions } from "../../subject/mod.ts";
import type { Extractor } from "../../extractors/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { requireCount } from "../comparison.ts";
import { extractorRequired, factorRequired, rowsRequired } from "../requires.ts";
import { balancedAccuracy } from "../../algebra/mod.ts";

const config = z.strictObject({
  factor: z.string().default("gender").describe("class factor that the model is asked for"),
  samples: z.int().min(10).default(1000).describe("N: samples, and test pictures for the ceiling"),
  features: z.string().default("judge").describe("the classifier that judges"),
  guidance: z.array(z.number().min(0)).default([]).describe(
    "more strengths of guidance to try; two values for each",
  ),
});
type Config = z.infer<typeof config>;

/**
 * Labels for `count` samples: every class of the factor alike in number, what else the model is told
 * as the first training pictures have it.
 */
export async function balancedLabels(
  context: EvaluationContext,
  { factor, samples }: Pick<Config, "factor" | "samples">,
): Promise<Record<string, Int32Array>> {
  const { subject, dataset } = context;
  const { classes } = classFactor(context, factor);
  const size = dataset.size("train");
  const others = (subject.capabilities.conditions ?? []).filter((name) => name !== factor);
  const read = others.length === 0
    ? {}
    : (await context.split("train", Math.min(size, samples))).labels;
  const rows = Array.from({ length: samples }, (_, i) => i);
  return Object.fromEntries([
    [factor, Int32Array.from(rows, (i) => i % classes.length)],
    ...others.map((name) => [name, Int32Array.from(rows, (i) => read[name][i % size])] as const),
  ]);
}

/** The judge's balanced accuracy on labelled test pictures. */
async function ceilingOf(
  context: EvaluationContext<"image">,
  judge: Extractor,
  { factor, samples }: Config,
): Promise<number> {
  requireCount(context.dataset, "test", samples);
  const { samples: images, labels } = await context.split("test", samples);
  const answers = await judgedClasses(judge, images, factor);
  const known = [...labels[factor].keys()].filter((i) => labels[factor][i] >= 0);
  if (known.length === 0) {
    throw new MetricUnavailable("not-measured", `no test picture has a label of ${factor}`);
  }
  return balancedAccuracy(
    known.map((i) => answers[i]),
    known.map((i) => labels[factor][i]),
    classFactor(context, factor).classes.length,
  );
}

/**
 * `cond-<factor>@N`: balanced accuracy of the judge on N samples that were asked for, every class
 * alike, beside its ceiling (the same on real test pictures) and chance;
 * `cond-<factor>-of-ceiling@N`: the one over the other. With `-w<guidance>` for each further guidance.
 */
export const conditional: Metric<Config> = defineMetric<Config>({
  name: "conditional",
  version: 1,
  about:
    "how often the judge finds the class that a model was asked for, as a share of its ceiling",
  papers: ["arXiv:1905.10887", "arXiv:2207.12598"],
  phase: "quality",
  config,
  declares: ({ factor, samples, guidance }) =>
    [null, ...guidance].flatMap((w) =>
      (["", "-of-ceiling"] as const).map((part) => ({
        name: `cond-${factor}${part}@${samples}${w === null ? "" : `-w${w}`}`,
        metric: "conditional",
        unit: part === "" ? "balanced accuracy" : "share of ceiling",
        direction: "higher" as const,
        kind: "quality" as const,
        samples,
      }))
    ),
  requires: (
    { factor, samples, features },
  ) => [
    factorRequired(factor),
    rowsRequired("test", samples),
    extractorRequired(features, { gives: "classes" }),
  ],
  async compute(context, options) {
    const { subject } = context;
    const { factor, samples } = options;
    const { classes } = classFactor(context, factor);
    if (!subject.capabilities.conditions?.includes(factor)) {
      throw new MetricUnavailable("not-defined", `${subject.label} can't be asked for ${factor}`);
    }
    const judge = await context.extractor(options.features);
    const ceiling = await ceilingOf(context, judge, options);
    const chance = 1 / classes.length;
    const labels = await balancedLabels(context, options);
    const declared = conditional.declares(options);
    const values: MetricValue[] = [];
    for (const [i, guidance] of [null, ...options.guidance].entries()) {
      const [rate, share] = declared.slice(2 * i, 2 * i + 2);
      if (guidance !== null && !subject.capabilities.guidance) {
        const reason = `${subject.label} takes no guidance`;
        const none = { value: null, status: "not-defined" as const, reason };
        values.push({ ...rate, ...none }, { ...share, ...none });
        continue;
      }
      const asked: SampleOptions = { labels, ...(guidance === null ? {} : { guidance }) };
      const seen = await judgedClasses(judge, await subject.sample(samples, asked), factor);
      const value = balancedAccuracy(seen, labels[factor], classes.length);
      values.push(
        { ...rate, value, beside: { ceiling, chance } },
        { ...share, value: value / ceiling, beside: { chance: chance / ceiling } },
      );
    }
    return values;
  },
});
