/**
 * The Inception Score and its kin: how sure a classifier is of each sample, and how evenly it spreads
 * them over its classes.
 * @module
 */
import { z } from "zod";
import { exp, log } from "../../numeric/mod.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { equalCount, requireCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { extractorRequired, rowsRequired, samplesRequired } from "../requires.ts";

/**
 * exp of the mean KL divergence of p(y|x) from their mean p(y), over each of `splits` runs of rows
 * (Salimans et al. 2016, §4): 1 to the number of classes.
 * @param probabilities row-major [count, classes]
 * @throws RangeError where a run would be empty
 * @returns [splits]
 */
export function classScores(
  probabilities: ArrayLike<number>,
  { count, splits }: { count: number; splits: number },
): number[] {
  if (splits < 1 || count < splits) throw new RangeError(`${splits} splits of ${count} rows`);
  const classes = probabilities.length / count;
  return Array.from({ length: splits }, (_, s) => {
    const from = Math.floor(s * count / splits), to = Math.floor((s + 1) * count / splits);
    const share = new Float64Array(classes);
    for (let i = from * classes; i < to * classes; i++) share[i % classes] += probabilities[i];
    const logs = share.map((p) => log(p / (to - from)));
    let divergence = 0;
    for (let i = from * classes; i < to * classes; i++) {
      const p = probabilities[i];
      if (p > 0) divergence += p * (log(p) - logs[i % classes]);
    }
    return exp(divergence / (to - from));
  });
}

/** The extractor whose score is the Inception Score; all others have a name of their own. */
const canonical = "inception-fid";

const config = z.strictObject({
  features: z.string().default("judge").describe("the classifier"),
  factor: z.string().optional().describe("factor that it classifies; default: its first"),
  samples: z.int().min(1).default(2000).describe("N: samples, and as many test pictures"),
  splits: z.int().min(1).default(1).describe("number of parts whose scores are averaged"),
});
type Config = z.infer<typeof config>;

async function scored(
  context: EvaluationContext<"image">,
  { features, factor, samples, splits }: Config,
): Promise<{ ours: number[]; data: number[]; pictures: number }> {
  const judge = await context.extractor(features);
  if (!judge.classify) {
    throw new MetricUnavailable("not-measured", `${judge.name} names no classes`);
  }
  const of = async (images: Parameters<NonNullable<typeof judge.classify>>[0]) => {
    const all = await judge.classify!(images);
    const name = factor ?? Object.keys(all)[0];
    if (all[name] === undefined) {
      throw new MetricUnavailable(
        "not-measured",
        `${judge.name} does not judge ${name}; it has ${Object.keys(all).join(", ")}`,
      );
    }
    return classScores(all[name], { count: images.count, splits });
  };
  const pictures = equalCount(context, samples); // the score grows with N
  requireCount(context.dataset, "test", pictures);
  return {
    pictures,
    data: await of((await context.split("test", pictures)).samples),
    ours: await of(await context.subject.sample(samples)),
  };
}

/**
 * `class-score-<extractor>-<factor>@N`; `IS@N` of the canonical Inception network alone. Beside it the
 * test pictures' score, and the deviation over splits.
 */
export const classScore: Metric<Config> = defineMetric<Config>({
  name: "class_score",
  version: 1,
  about: "Inception Score, or the same score of another classifier under that classifier's name",
  papers: ["arXiv:1606.03498", "arXiv:1801.01973"],
  phase: "quality",
  config,
  declares: ({ features, factor, samples, splits }) => {
    const runs = splits > 1 ? `-x${splits}` : "";
    const own = `class-score-${extractorName(features)}${factor ? `-${factor}` : ""}`;
    return [{
      name: `${features === canonical ? "IS" : own}${runs}@${samples}`,
      metric: "class_score",
      unit: "",
      direction: "higher",
      kind: "quality",
      samples,
    }];
  },
  requires: (
    { features, samples },
  ) => [
    extractorRequired(features, { gives: "classes" }),
    rowsRequired("test", samples),
    samplesRequired(samples),
  ],
  async compute(context, options) {
    const { ours, data, pictures } = await scored(context, options);
    const mean = (v: readonly number[]) => v.reduce((s, u) => s + u, 0) / v.length;
    const value = mean(ours);
    const deviation = Math.sqrt(mean(ours.map((v) => (v - value) * (v - value))));
    return [{
      ...classScore.declares(options)[0],
      value,
      beside: {
        data: mean(data),
        ...(pictures < options.samples && { dataPictures: pictures }),
        ...(options.splits > 1 && { deviation }),
      },
    }];
  },
});
