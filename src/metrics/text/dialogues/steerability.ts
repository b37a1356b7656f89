/**
 * Whether a model gives the attributes that it is asked for.
 * @module
 */
import { z } from "zod";
import { MetricUnavailable } from "../../../base/mod.ts";
import { askingFor, verdictOf } from "../../../data/text/mod.ts";
import type { KindName } from "../../../kinds/mod.ts";
import { hostKey, hostPermutation } from "../../../random/host/mod.ts";
import { mean } from "../../../stats/mod.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../../metric.ts";
import { rowsRequired } from "../../requires.ts";
import { correlation, meanError } from "./agreement.ts";
import { answersOf, askingKeys, type Judgeable, judgeableExchanges } from "./asked.ts";

const { prompts, tokens, template } = askingKeys;
const config = z.strictObject({ prompts, tokens, template });
type Config = z.output<typeof config>;

/** Attributes that are asked for of a prompt. */
type Wanted = Readonly<Record<string, number>>;

/**
 * What is asked of each prompt: the attributes of another held-out dialogue's answer, so that together
 * they can be had, and the prompt doesn't tell them. The same for all runs on the same data.
 * @throws MetricUnavailable where the data label no such attributes, or none that varies
 */
export function wantedOf(
  { dataset }: Pick<EvaluationContext, "dataset">,
  exchanges: readonly Judgeable[],
): Wanted[] {
  const known = verdictOf(exchanges[0].facts, "").attributes;
  const names = dataset.factors.map(({ name }) => name).filter((name) =>
    Object.hasOwn(known, name) && new Set(exchanges.map(({ labels }) => labels[name])).size > 1
  );
  if (names.length === 0) {
    throw new MetricUnavailable(
      "not-defined",
      `${dataset.name} labels no attributes of answers that vary: measure on data that do ` +
        "(`attributes`)",
    );
  }
  const order = hostPermutation(hostKey(0, "steerability", exchanges.length), exchanges.length);
  return Array.from(order, (other) =>
    Object.fromEntries(
      names.map((name) => [name, Math.floor(exchanges[other].labels[name] + 0.5)]),
    ));
}

/**
 * `steerability@N`: each of the first N held-out prompts asks for the attributes of another held-out
 * answer; Pearson's correlation of what is asked with what the exact rule finds in the answers, the mean
 * over attributes, each beside it (0 where what is found doesn't vary). `steering-error@N`: the mean
 * absolute difference.
 */
export const steerability: Metric<Config> = defineMetric<Config, KindName>({
  name: "steerability",
  version: 1,
  about: "attributes that are asked for against those that the exact rule finds in the answers",
  papers: ["arXiv:2310.05344"],
  takes: ["text"],
  phase: "quality",
  config,
  declares({ prompts }) {
    const common = { metric: "steerability", kind: "quality", samples: prompts } as const;
    return [
      { ...common, name: `steerability@${prompts}`, unit: "", direction: "higher" },
      { ...common, name: `steering-error@${prompts}`, unit: "", direction: "lower" },
    ];
  },
  requires: ({ prompts }) => [rowsRequired("test", prompts, "prompts")],
  async compute(context, { prompts, tokens: most, template }) {
    const exchanges = await judgeableExchanges(context, prompts);
    const wanted = wantedOf(context, exchanges);
    const answers = await answersOf(
      context,
      exchanges.map(({ prompt }, i) => askingFor(prompt, wanted[i])),
      { most, ...(template !== undefined && { template }) },
    );
    const found = answers.map(({ text }, i): Wanted =>
      verdictOf(exchanges[i].facts, text).attributes
    );
    const names = Object.keys(wanted[0]);
    const two = names.map((name) => ({
      first: wanted.map((one) => one[name]),
      second: found.map((one) => one[name]),
    }));
    const each = two.map((one) => correlation(one) ?? 0);
    const [first, second] = steerability.declares({ prompts, tokens: most });
    const beside = (values: readonly number[]) =>
      Object.fromEntries(names.map((name, i) => [name, values[i]]));
    const errors = two.map(meanError);
    return [
      { ...first, value: mean(each), beside: beside(each) },
      { ...second, value: mean(errors), beside: beside(errors) },
    ];
  },
});
