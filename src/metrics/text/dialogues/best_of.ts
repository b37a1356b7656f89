/**
 * What the best of several answers is worth: what choosing alone brings, at so much more sampling.
 * @module
 */
import { z } from "zod";
import { verdictOf } from "../../../data/text/mod.ts";
import type { KindName } from "../../../kinds/mod.ts";
import { deviation, mean } from "../../../stats/mod.ts";
import { defineMetric, type Metric } from "../../metric.ts";
import { rowsRequired } from "../../requires.ts";
import { answersOf, judgeableExchanges } from "./asked.ts";

const config = z.strictObject({
  prompts: z.int().min(2).default(64).describe("N: prompts of the test split, the first"),
  count: z.int().min(2).max(64).default(4).describe("n: answers that are drawn to each"),
  temperature: z.number().gt(0).max(10).default(1).describe("logits are divided by it"),
  topP: z.number().gt(0).max(1).optional().describe(
    "only the fewest likeliest tokens that together have this probability; left out: all",
  ),
  tokens: z.int().min(1).default(64).describe("tokens of an answer at most"),
  template: z.string().min(1).optional().describe(
    "chat template to ask by: chatml, plain, or Jinja; left out: the tokenizer's own",
  ),
});
type Config = z.output<typeof config>;

/** Draws of this metric are other ones than those of answers that are asked for once. */
const FIRST_ROW = 1 << 29;

/**
 * `best-of-n@N`: the mean over prompts of the largest reward by the exact rule among n answers that are
 * drawn to each; `drawn@N`: the mean over all of them, which is what one is worth. The rule chooses, so
 * that it is the most that choosing can bring; what a learned judge brings is told by `respond`.
 */
export const bestOf: Metric<Config> = defineMetric<Config, KindName>({
  name: "best_of",
  version: 1,
  about: "the reward of the best of n drawn answers by the exact rule, beside that of one",
  papers: ["arXiv:2009.01325", "arXiv:2210.10760"],
  takes: ["text"],
  phase: "quality",
  config,
  declares({ prompts, count, temperature, topP }) {
    const how = `-t${temperature}${topP === undefined ? "" : `-p${topP}`}`;
    const common = {
      metric: "best_of",
      unit: "",
      direction: "higher",
      kind: "quality",
      samples: prompts,
    } as const;
    return [
      { ...common, name: `best-of-${count}${how}@${prompts}` },
      { ...common, name: `drawn-answer${how}@${prompts}` },
    ];
  },
  requires: ({ prompts }) => [rowsRequired("test", prompts, "prompts")],
  async compute(context, options) {
    const { prompts, count, tokens: most, temperature, topP, template } = options;
    const exchanges = await judgeableExchanges(context, prompts);
    const several = exchanges.flatMap((exchange) => Array.from({ length: count }, () => exchange));
    const answers = await answersOf(context, several.map(({ prompt }) => prompt), {
      most,
      temperature,
      ...(topP !== undefined && { topP }),
      ...(template !== undefined && { template }),
      rows: several.map((_, i) => FIRST_ROW + i),
    });
    const rewards = answers.map(({ text }, i) => verdictOf(several[i].facts, text).reward);
    const own = exchanges.map((_, i) => rewards.slice(i * count, (i + 1) * count));
    const best = own.map((all) => Math.max(...all));
    const [first, second] = bestOf.declares(options);
    return [
      {
        ...first,
        value: mean(best),
        beside: {
          standardError: deviation(best) / Math.sqrt(prompts),
          tokens: answers.reduce((sum, { tokens }) => sum + tokens, 0) / prompts,
        },
      },
      { ...second, value: mean(rewards) },
    ];
  },
});
