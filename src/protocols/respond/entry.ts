/**
 * What a suite writes under `respond`.
 * @module
 */
import { z } from "zod";
import type { Entry } from "../protocol.ts";

const config = z.strictObject({
  count: z.int().min(1).max(256).default(4).describe("answers that are drawn to each prompt"),
  prompts: z.int().min(1).optional().describe(
    "training prompts that are answered, the first ones; left out: all",
  ),
  test: z.int().min(0).default(0).describe(
    "held-out prompts that are answered and chosen among alike: their rewards are told, their answers " +
      "go into no data",
  ),
  temperature: z.number().min(0).max(10).default(1).describe(
    "logits are divided by it; 0: always the likeliest token",
  ),
  topP: z.number().gt(0).max(1).optional().describe(
    "only the fewest likeliest tokens that together have this probability; left out: all",
  ),
  topK: z.int().min(1).optional().describe("only the k likeliest tokens; left out: all"),
  tokens: z.int().min(1).max(32768).default(64).describe("tokens of an answer at most"),
  template: z.string().min(1).optional().describe(
    "chat template to ask by: chatml, plain, or Jinja; left out: the tokenizer's own",
  ),
  choose: z.enum(["rule", "judge"]).optional().describe(
    "who says what an answer is worth: the data's exact rule, or the model of `by`; left out: the " +
      "model where one is named, else the rule",
  ),
  weigh: z.record(z.string(), z.number()).optional().describe(
    "of a judge of several attributes: their weights in what an answer is worth; left out: its `reward`",
  ),
  keep: z.enum(["best", "above", "all"]).default("best").describe(
    "answers of a prompt that are written: the best one, those that are worth at least `above`, or all",
  ),
  above: z.number().optional().describe(
    "the least that an answer is worth which is written; of `keep: best`, prompts without one are left out",
  ),
  pairs: z.boolean().default(false).describe(
    "write preferences in place of answers: the best against the worst, where these differ",
  ),
  ask: z.record(z.string(), z.int()).optional().describe(
    "attributes that are asked for, with their values, in the dialogue's system message: helpful: 4",
  ),
  keepAsking: z.boolean().default(false).describe(
    "whether the dialogues that are written ask for the attributes too",
  ),
}).superRefine(({ keep, above, pairs, count, ask, keepAsking, temperature }, context) => {
  const wrong = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (keep === "above" && above === undefined) wrong("keep", "above wants `above`, a number");
  if (keep === "all" && above !== undefined) wrong("above", "goes with `keep: best` or `above`");
  if (pairs && keep !== "best") wrong("pairs", "are of the best and the worst: leave `keep` out");
  if (pairs && count < 2) wrong("count", "of 1 makes no pairs");
  if (keepAsking && ask === undefined) wrong("keepAsking", "goes with `ask`");
  if (ask !== undefined && Object.keys(ask).length === 0) wrong("ask", "names no attribute");
  if (temperature === 0 && count > 1) {
    wrong("temperature", "of 0 draws the same answer each time: ask for a `count` of 1");
  }
});

/** See the module. */
export type RespondConfig = z.output<typeof config>;

/** What suites and `list` read. */
export const entry: Entry<RespondConfig> = {
  name: "respond",
  version: 1,
  about: "answers of a model to training prompts, chosen by the exact rule or a judge, for others",
  papers: ["arXiv:2009.01325", "arXiv:2307.09288", "arXiv:2310.05344"],
  config: config as unknown as z.ZodType<RespondConfig>,
  takes: ["text"],
  seeded: () => true,
};
