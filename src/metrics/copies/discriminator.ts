/**
 * What a model's own critic says of training, held-out and generated pictures: whether it has learnt
 * its training pictures by heart, and whether it can still tell the generated ones.
 * @module
 */
import { z } from "zod";
import type { KindName } from "../../kinds/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { requireCount } from "../comparison.ts";
import { rowsRequired } from "../requires.ts";

/**
 * Chance that a random positive scores above a random negative, ties counted half: the area under
 * the ROC curve, Mann & Whitney's U over all pairs. Bamber 1975.
 * @throws RangeError where a set is empty
 */
export function rocArea(positive: ArrayLike<number>, negative: ArrayLike<number>): number {
  if (positive.length === 0 || negative.length === 0) {
    throw new RangeError("an ROC curve needs scores of both kinds");
  }
  const below = Float64Array.from(negative).sort();
  const scores = Float64Array.from(positive).sort();
  let wins = 0;
  let [less, atMost] = [0, 0];
  for (const score of scores) {
    while (less < below.length && below[less] < score) less++;
    while (atMost < below.length && below[atMost] <= score) atMost++;
    wins += (less + atMost) / 2;
  }
  return wins / (scores.length * below.length);
}

/** Mean and its standard error. */
interface Mean {
  readonly mean: number;
  readonly error: number;
}

function meanOf(scores: ArrayLike<number>): Mean {
  const all = Array.from(scores);
  const mean = all.reduce((sum, s) => sum + s, 0) / all.length;
  const square = all.reduce((sum, s) => sum + (s - mean) ** 2, 0) / Math.max(1, all.length - 1);
  return { mean, error: Math.sqrt(square / all.length) };
}

/**
 * ADA's r_v = (E D(train) − E D(held out))/(E D(train) − E D(generated)): 0 where held-out pictures
 * score like those of the training, 1 where they score like generated ones. Karras et al. 2020
 * (arXiv:2006.06676), eq. 1. Null where training pictures score no higher than generated ones.
 */
export function overfitting(
  { train, heldOut, generated }: { train: number; heldOut: number; generated: number },
): number | null {
  return train > generated ? (train - heldOut) / (train - generated) : null;
}

const config = z.strictObject({
  samples: z.int().min(2).default(1000).describe("N: pictures of each of the three kinds"),
});
type Config = z.infer<typeof config>;

/**
 * `score-train@N`, `score-held-out@N`, `score-samples@N`: mean scores, in the critic's own unit;
 * `score-overfit@N`: ADA's r_v; `score-auc@N`: chance that a held-out picture scores above a
 * generated one, ½ where the critic is fooled.
 */
export const discriminator: Metric<Config> = defineMetric<Config, KindName>({
  name: "discriminator",
  version: 1,
  about:
    "a critic's scores of training, held-out and generated pictures: is it overfitted or fooled?",
  papers: ["arXiv:2006.06676"],
  takes: "any",
  phase: "quality",
  config,
  declares: ({ samples }) => {
    const common = { metric: "discriminator", kind: "quality" as const, samples };
    return [
      { ...common, name: `score-train@${samples}`, unit: "", direction: "none" as const },
      { ...common, name: `score-held-out@${samples}`, unit: "", direction: "none" as const },
      { ...common, name: `score-samples@${samples}`, unit: "", direction: "none" as const },
      { ...common, name: `score-overfit@${samples}`, unit: "r_v", direction: "lower" as const },
      { ...common, name: `score-auc@${samples}`, unit: "", direction: "none" as const },
    ];
  },
  requires: ({ samples }) => [rowsRequired("train", samples), rowsRequired("test", samples)],
  async compute(context, { samples }) {
    const { subject, dataset } = context;
    if (!subject.score) {
      throw new MetricUnavailable("not-defined", `${subject.label} has no critic`);
    }
    requireCount(dataset, "train", samples);
    requireCount(dataset, "test", samples);
    const pictures = {
      train: (await context.split("train", samples)).samples,
      heldOut: (await context.split("test", samples)).samples,
      generated: await subject.sample(samples),
    };
    const scores = {
      train: await subject.score(pictures.train),
      heldOut: await subject.score(pictures.heldOut),
      generated: await subject.score(pictures.generated),
    };
    const [train, heldOut, generated] = [
      meanOf(scores.train),
      meanOf(scores.heldOut),
      meanOf(scores.generated),
    ];
    const names = discriminator.declares({ samples });
    const means = [train, heldOut, generated].map(({ mean, error }, i): MetricValue => ({
      ...names[i],
      value: mean,
      beside: { standardError: error },
    }));
    const overfit = overfitting({
      train: train.mean,
      heldOut: heldOut.mean,
      generated: generated.mean,
    });
    return [
      ...means,
      overfit === null
        ? {
          ...names[3],
          value: null,
          status: "not-defined",
          reason: "training pictures score no higher than generated ones",
        }
        : { ...names[3], value: overfit },
      {
        ...names[4],
        value: rocArea(scores.heldOut, scores.generated),
        beside: { trainAgainstHeldOut: rocArea(scores.train, scores.heldOut) },
      },
    ];
  },
});
