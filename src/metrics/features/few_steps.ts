/**
 * Sample quality against sampling cost: the Fréchet distance at several numbers of evaluations of
 * the network a sample, for samplers that can be asked for any.
 * @module
 */
import { z } from "zod";
import { frechetDistance } from "./frechet.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { requireCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { extractorRequired, rowsRequired } from "../requires.ts";

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(2).default(2000).describe("N: pictures on each side"),
  evaluations: z.array(z.int().min(1)).min(1).default([1, 2, 4, 8, 16, 24]).describe(
    "evaluations of the network for each sample; one value for each number",
  ),
});
type Config = z.infer<typeof config>;

/** Ending of the names of values at so many evaluations; reports read it. */
export const evaluationsSuffix = (evaluations: number) => `-nfe${evaluations}`;

/**
 * `FD-<extractor>@N-nfe<n>`: what `frechet` would give if the sampler took n evaluations. `beside`
 * holds the seconds that the N samples took here and now: indicative, since other work may run.
 */
export const fewSteps: Metric<Config> = defineMetric<Config>({
  name: "few_steps",
  version: 1,
  about: "Fréchet distance of samples drawn with 1, 2, 4, … evaluations of the network",
  papers: ["arXiv:2010.02502", "arXiv:2206.00364"],
  phase: "quality",
  config,
  declares: ({ features, samples, evaluations }) =>
    evaluations.map((n) => ({
      name: `FD-${extractorName(features)}@${samples}${evaluationsSuffix(n)}`,
      metric: "few_steps",
      unit: "",
      direction: "lower" as const,
      kind: "quality" as const,
      samples,
    })),
  requires: ({ features, samples }) => [extractorRequired(features), rowsRequired("test", samples)],
  async compute(context, options) {
    const { subject, dataset, progress } = context;
    const { features, samples, evaluations } = options;
    const { samples: gives, evaluations: cost, anyEvaluations } = subject.capabilities;
    if (!anyEvaluations) {
      const own = cost === undefined ? "" : ` than its ${cost}`;
      throw new MetricUnavailable(
        "not-defined",
        gives
          ? `${subject.label} can't be asked for another number of evaluations${own}`
          : `${subject.label} gives no samples`,
      );
    }
    requireCount(dataset, "test", samples);
    const extractor = await context.extractor(features);
    const real = await context.features(features, "test", samples);
    // What compiles at the first call stays out of the seconds.
    await subject.sample(1, { evaluations: evaluations[0] });
    const values: MetricValue[] = [];
    for (const [i, declared] of fewSteps.declares(options).entries()) {
      progress?.(`few_steps: ${evaluations[i]} evaluations`);
      const start = performance.now();
      const images = await subject.sample(samples, { evaluations: evaluations[i] });
      const seconds = (performance.now() - start) / 1000;
      const value = frechetDistance(real, await extractor.extract(images));
      values.push({ ...declared, value, beside: { seconds } });
    }
    return values;
  },
});
