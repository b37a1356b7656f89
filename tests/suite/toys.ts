/**
 * A family, a dataset and a metric small enough to test suites with; registered like a user's own.
 * @module
 */
import { z } from "zod";
import { defineDataset } from "../../src/data/dataset.ts";
import { defineFamily } from "../../src/families/family.ts";
import { defineMetric } from "../../src/metrics/metric.ts";

function unused(): never {
  throw new Error("suites only read configs");
}

export const toy = defineFamily({
  name: "toy",
  version: 3,
  about: "A family of configs only",
  papers: ["arXiv:1312.6114"],
  config: z.object({
    latent: z.int().min(1).max(512).default(32).describe("latent dimensions"),
    beta: z.number().min(0).default(1).describe("weight of the KL term"),
    widths: z.array(z.int().min(1)).default([8, 16]).describe("channels a level"),
    likelihood: z.enum(["bernoulli", "gaussian", "logistic"]).default("gaussian"),
    note: z.string().default(""),
    warm: z.boolean().default(false),
    optimiser: z.object({
      rate: z.number().positive().default(1e-3),
      clip: z.number().positive().nullable().default(null),
    }).prefault({}),
    prior: z.union([
      z.object({ kind: z.literal("normal") }),
      z.object({ kind: z.literal("mixture"), components: z.int().min(1).default(10) }),
    ]).prefault({ kind: "normal" }),
  }),
  build: unused,
});

export const blocks = defineDataset({
  name: "blocks",
  version: 2,
  about: "A dataset of configs only",
  licence: "none",
  config: z.object({
    size: z.int().min(16).max(256).default(32).describe("side in pixels"),
    root: z.string().optional().describe("folder"),
  }),
  status: () => Promise.resolve("ready"),
  load: unused,
});

export const score = defineMetric({
  name: "score",
  version: 1,
  about: "A metric of configs only",
  papers: [],
  phase: "quality",
  config: z.object({
    features: z.enum(["judge", "lite0"]).default("judge"),
    samples: z.int().min(1).default(100),
    batches: z.array(z.int()).default([1, 8]),
  }),
  declares: () => [],
  compute: () => Promise.resolve([]),
});
