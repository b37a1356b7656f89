/**
 * Likelihood of test pictures: exact, or bounded from below by the ELBO and by IW-K.
 * @module
 */
import { z } from "zod";
import { log, logSumExp } from "../../numeric/mod.ts";
import { type KindName, kindOf } from "../../kinds/mod.ts";
import { imageKind } from "../../kinds/image/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { Features } from "../../algebra/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { requireCount } from "../comparison.ts";
import { rowsRequired } from "../requires.ts";

/** Mean over pictures and draws of log w, nats: E_q[log w] ≤ log p(x). Kingma & Welling 2014, eq. 2. */
export function elboOf(logWeights: Features): number {
  return logWeights.data.reduce((s, w) => s + w, 0) / logWeights.data.length;
}

/**
 * Mean over pictures of log (1/K Σ_k w_k), nats: between the ELBO and log p(x) in expectation.
 * Burda et al. 2016, eq. 8.
 */
export function importanceWeightedBound(logWeights: Features): number {
  const { count, dimension: draws, data } = logWeights;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += logSumExp(data.subarray(i * draws, (i + 1) * draws)) - log(draws);
  }
  return sum / count;
}

/** Nats an image to bits a dimension, for a log-likelihood: −nats / (D ln 2). */
export function bitsPerDimension(nats: number, dimensions: number): number {
  return -nats / (dimensions * log(2));
}

const config = z.strictObject({
  samples: z.int().min(1).default(500).describe("N: test pictures"),
  draws: z.int().min(2).default(64).describe("K: importance samples for each picture"),
  measure: z.enum(["discrete-256", "density", "bernoulli"]).default("discrete-256").describe(
    "only models whose likelihood is over this measure are compared",
  ),
});
type Config = z.infer<typeof config>;

/**
 * `ELBO-<measure>@N` and `IW<K>-<measure>@N` in nats, and `bits/dim-<measure>@N` from the tighter
 * (or from log p(x) where it is exact; bounds carry `bound`).
 */
export const likelihood: Metric<Config> = defineMetric<Config, KindName>({
  name: "likelihood",
  version: 1,
  about: "ELBO, importance-weighted bound and bits per dimension of test pictures",
  papers: ["arXiv:1312.6114", "arXiv:1509.00519"],
  takes: "any",
  phase: "quality",
  config,
  declares: ({ samples, draws, measure }, { one } = imageKind.unit) => {
    const common = { metric: "likelihood", kind: "quality", samples } as const;
    const nats = { ...common, unit: `nats/${one}`, direction: "higher" } as const;
    return [
      { ...nats, name: `log-likelihood-${measure}@${samples}` },
      { ...nats, name: `ELBO-${measure}@${samples}`, bound: "lower" },
      { ...nats, name: `IW${draws}-${measure}@${samples}`, bound: "lower" },
      {
        ...common,
        name: `bits/dim-${measure}@${samples}`,
        unit: "bits/dim",
        direction: "lower",
        bound: "upper",
      },
    ];
  },
  requires: ({ samples }) => [rowsRequired("test", samples)],
  async compute(context, options) {
    const { subject, dataset } = context;
    const { likelihood: kind, measure } = subject.capabilities;
    if (kind === "none" || !subject.logWeights) {
      throw new MetricUnavailable("not-defined", `${subject.label} has no likelihood`);
    }
    if (measure !== options.measure) {
      throw new MetricUnavailable(
        "not-defined",
        `the likelihood of ${subject.label} is over ${measure}, the suite asks ${options.measure}`,
      );
    }
    requireCount(dataset, "test", options.samples);
    const { samples, labels } = await context.split("test", options.samples);
    const exact = kind === "exact";
    const weights = await subject.logWeights(samples, exact ? 1 : options.draws, labels);
    const sampleKind = kindOf(dataset.sample);
    const [logP, elbo, iw, bits] = likelihood.declares(options, sampleKind.unit);
    const dimensions = sampleKind.numbers(dataset.sample);
    const undefinedHere = (declared: typeof elbo, reason: string): MetricValue => ({
      ...declared,
      value: null,
      status: "not-defined",
      reason,
    });
    if (exact) {
      const nats = elboOf(weights);
      const reason = `${subject.label} has an exact likelihood: no bound is needed`;
      return [
        { ...logP, value: nats },
        undefinedHere(elbo, reason),
        undefinedHere(iw, reason),
        { ...bits, bound: undefined, label: "exact", value: bitsPerDimension(nats, dimensions) },
      ];
    }
    const importance = subject.capabilities.importance ?? true;
    const tighter = importance ? importanceWeightedBound(weights) : elboOf(weights);
    return [
      undefinedHere(logP, `${subject.label} only bounds its likelihood`),
      { ...elbo, value: elboOf(weights) },
      importance ? { ...iw, value: tighter } : undefinedHere(
        iw,
        `a draw of ${subject.label} estimates its bound and is no importance weight`,
      ),
      {
        ...bits,
        label: importance ? `IW${options.draws}` : "ELBO",
        value: bitsPerDimension(tighter, dimensions),
      },
    ];
  },
});
