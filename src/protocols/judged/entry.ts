/**
 * What a suite writes under `judged`.
 * @module
 */
import { z } from "zod";
import type { Entry } from "../protocol.ts";

const config = z.strictObject({
  url: z.url().describe(
    "an OpenAI-compatible server's address, with its version: http://host:8000/v1",
  ),
  model: z.string().min(1).describe("the model there that judges, as the server calls it"),
  key: z.string().min(1).optional().describe(
    "the environment variable that holds the server's key; left out: none is sent",
  ),
  prompts: z.int().min(2).default(64).describe(
    "held-out prompts that both models answer, the first",
  ),
  tokens: z.int().min(1).max(32768).default(64).describe("tokens of an answer at most"),
  template: z.string().min(1).optional().describe(
    "chat template to ask both models by: chatml, plain, or Jinja; left out: the tokenizer's own",
  ),
  said: z.int().min(1).max(4096).default(16).describe("tokens that the judge may say"),
  concurrency: z.int().min(1).max(256).default(4).describe("requests at a time"),
  retries: z.int().min(0).max(20).default(4).describe("tries after the first"),
  timeout: z.number().positive().default(120).describe("seconds that an answer may take"),
});

/** See the module. */
export type JudgedConfig = z.output<typeof config>;

/** What suites and `list` read. */
export const entry: Entry<JudgedConfig> = {
  name: "judged",
  version: 1,
  about: "a served model says which of two models' answers is better, each pair in both orders",
  papers: ["arXiv:2306.05685"],

  config: config as unknown as z.ZodType<JudgedConfig>,
  takes: ["text"],
  seeded: () => true,
};
