/**
 * What answers to held-out prompts are worth by the data's rule, and what they look like.
 * @module
 */
import { z } from "zod";
import type { KindName } from "../../../kinds/mod.ts";
import { deviation, mean } from "../../../stats/mod.ts";
import { defineMetric, type Metric } from "../../metric.ts";
import { rowsRequired } from "../../requires.ts";
import { askingKeys, askText, type JudgedAnswer, judgedAnswers } from "./asked.ts";

const config = z.strictObject(askingKeys);
type Config = z.output<typeof config>;

/** The values after the first: what each is, and how it is read of an answer. */
const looks = [
  {
    name: "answer-tokens",
    unit: "tokens",
    direction: "none",
    of: ({ answer }: JudgedAnswer) => answer.tokens,
  },
  {
    name: "ended",
    unit: "share",
    direction: "higher",
    of: ({ answer }: JudgedAnswer) => answer.ended ? 1 : 0,
  },
  {
    name: "flattery",
    unit: "",
    direction: "lower",
    of: ({ verdict }: JudgedAnswer) => verdict.flattery,
  },
  {
    name: "safe",
    unit: "share",
    direction: "higher",
    of: ({ verdict }: JudgedAnswer) => verdict.safe ? 1 : 0,
  },
] as const;

/** Means of the attributes that the rule finds, by name. */
function attributesOf(judged: readonly JudgedAnswer[]): Record<string, number> {
  const names = Object.keys(
    judged[0].verdict.attributes,
  ) as (keyof JudgedAnswer["verdict"]["attributes"])[];
  return Object.fromEntries(
    names.map((name) => [name, mean(judged.map(({ verdict }) => verdict.attributes[name]))]),
  );
}

/**
 * `rule-reward@N`: the mean reward of the answers to the first N held-out prompts by the exact rule, with
 * its standard error over prompts and the means of the attributes that it is made of; each prompt's is
 * kept, so that rows can be compared prompt by prompt. Then the answers' tokens, the share of them that
 * end, what the planted shortcut scores (flattery, which the rule doesn't reward), and the share that
 * is safe. Answers are the likeliest tokens.
 */
export const reward: Metric<Config> = defineMetric<Config, KindName>({
  name: "reward",
  version: 1,
  about: "what answers to held-out prompts are worth by the exact rule, prompt by prompt",
  papers: ["arXiv:2210.10760"],
  takes: ["text"],
  phase: "quality",
  config,
  declares(options) {
    const { prompts } = options, ask = askText(options);
    const common = { metric: "reward", kind: "quality", samples: prompts } as const;
    return [
      { ...common, name: `rule-reward${ask}@${prompts}`, unit: "", direction: "higher" },
      ...looks.map(({ name, unit, direction }) => ({
        ...common,
        name: `${name}${ask}@${prompts}`,
        unit,
        direction,
      })),
    ];
  },
  requires: ({ prompts }) => [rowsRequired("test", prompts, "prompts")],
  async compute(context, options) {
    const [first, ...others] = reward.declares(options);
    const judged = await judgedAnswers(context, options);
    const each = judged.map(({ verdict }) => verdict.reward);
    return [
      {
        ...first,
        value: mean(each),
        each,
        beside: {
          standardError: deviation(each) / Math.sqrt(each.length),
          ...attributesOf(judged),
        },
      },
      ...others.map((declared, i) => ({ ...declared, value: mean(judged.map(looks[i].of)) })),
    ];
  },
});
