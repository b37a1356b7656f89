/**
 * Whether a model gives the attributes that it is asked for.
 * @module
 */
import { z } from "zod";
import { MetricUnavailable } from "../../../base/mod.ts";
import { askingFor, someAnswer, verdictOf } from "../../../data/text/mod.ts";
import type { KindName } from "../../../kinds/mod.ts";
import { hostKey } from "../../../random/host/mod.ts";
import { mean } from "../../../stats/mod.ts";
import { defineMetric, type Metric } from "../../metric.ts";
import { rowsRequired } from "../../requires.ts";
import { correlation, meanError } from "./agreement.ts";
import { answersOf, askingKeys, type Judgeable, judgeableExchanges } from "./asked.ts";

const { prompts, tokens, template } = askingKeys;
const config = z.strictObject({ prompts, tokens, template });
type Config = z.output<typeof config>;

/** Attributes that are asked for of a prompt. */
type Wanted = Readonly<Record<string, number>>;

/**
 * What is asked of each prompt: the attributes of an answer to it that is drawn among good and bad ones,
 * so that together they can be had, and the prompt doesn't tell them. The same for all runs on the data.
 */
export function wantedOf(exchanges: readonly Judgeable[]): Wanted[] {
  return exchanges.map(({ facts }, row) =>
    verdictOf(facts, someAnswer(facts, hostKey(0, "steerability", row))).attributes
  );
}

/**
 * `steerability@N`: each of the first N held-out prompts asks for the attributes of an answer to it that
 * is drawn among good and bad ones; Pearson's correlation of what is asked with what the exact rule finds in the answers, the mean
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
    const wanted = wantedOf(exchanges);
    const answers = await answersOf(
      context,
      exchanges.map(({ prompt }, i) => askingFor(prompt, wanted[i])),
      { most, ...(template !== undefined && { template }) },
    );
    const found = answers.map(({ text }, i): Wanted =>
      verdictOf(exchanges[i].facts, text).attributes
    );
    // What is asked of all alike can't be told to be followed.
    const names = Object.keys(wanted[0]).filter((name) =>
      new Set(wanted.map((one) => one[name])).size > 1
    );
    if (names.length === 0) {
      throw new MetricUnavailable(
        "not-measured",
        `${prompts} prompts ask for one thing: ask more of them`,
      );
    }
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
