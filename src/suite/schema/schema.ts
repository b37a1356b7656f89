/**
 * The keys of a suite file, and what a loaded suite is.
 * @module
 */
import { z } from "zod";
import type { Source } from "../../content/mod.ts";
import type { ArtefactKind } from "../../record/mod.ts";
import type { GatePolicy } from "./gate_policy.ts";
import { inputOptions } from "../../extractors/input/mod.ts";
import { pathText } from "../../base/schema/mod.ts";

/** Optimiser steps, samples seen, or wall seconds: what one run may spend. Exactly one of them. */
const budget = z.strictObject({
  steps: z.int().min(0).optional().describe(
    "optimiser steps of each run; 0: nothing is trained, it is scored as it is",
  ),
  samples: z.int().min(1).optional().describe(
    "training samples that each run sees, in whole batches",
  ),
  seconds: z.number().positive().optional().describe(
    "seconds of training for each run; unlike steps, not repeatable on other machines",
  ),
}).superRefine((value, context) => {
  const given = Object.entries(value).filter(([, v]) => v !== undefined).map(([k]) => k);
  if (given.length === 1) return;
  context.addIssue({
    code: "custom",
    message: `wants one of steps, samples or seconds; found ${given.join(" and ") || "none"}`,
  });
});

const report = z.strictObject({
  title: z.string().min(1).optional().describe("heading of the report; default: the suite's name"),
  primary: z.string().min(1).optional().describe(
    "metric that ranks the leaderboard of the data that have it; default: the first of `metrics`",
  ),
});

/** A dataset with its settings, which the dataset's own schema checks. */
const data = z.looseObject({
  dataset: z.string().describe("name of the dataset; its settings go beside this key"),
});

/** A list of metrics, each of which its own schema checks. */
const metrics = z.array(z.unknown()).min(1);

/** Keys of an entry of `runs` beside the family's name. */
export const runKeys = z.strictObject({
  name: z.string().regex(/^[^\s,.=/]+$/, "wants a name without spaces, commas, dots, = or /")
    .optional().describe("name of this run in tables; default: the family's name"),
  budget: budget.optional().describe("budget of this entry; default: the suite's"),
  batch: z.int().min(1).optional().describe("training batch of this entry; default: the suite's"),
  mirror: z.literal(true).optional().describe(
    "mirror training pictures left to right at random; only for data in which a mirrored picture " +
      "is as likely as the original: faces, not digits",
  ),
  from: z.string().min(1).optional().describe(
    "`name` of the entry whose finished run's weights this one takes, seed by seed; short for " +
      "`needs: { weights: NAME }`",
  ),
  needs: z.record(z.string(), z.string().min(1)).optional().describe(
    "what this run takes of other entries, by role: their `name`",
  ),
  data: z.union([data, z.string().min(1)]).optional().describe(
    "dataset of this entry, in place of the suite's; or the `name` of an entry whose documents take " +
      "the place of the training split of its own data: short for `needs: { data: NAME }`",
  ),
  metrics: metrics.optional().describe(
    "metrics of this entry with their gate policies, in place of the suite's whole list",
  ),
});

/** The user's weights of one extractor. */
export const extractorWeights = z.strictObject({
  weights: pathText().describe("weights file, relative to this file"),
  sha256: z.string()
    .regex(
      /^[0-9a-f]{64}$/,
      "wants the file's sha256 in 64 small hexadecimal digits (sha256sum FILE)",
    )
    .describe("sha256 of the file; it is part of the run's id"),
  input: inputOptions.optional().describe("only for `onnx`: what input the model expects"),
});

/** The top of a suite file. What stands in `data`, `runs` and `metrics` has schemas of its own. */
export const suiteFile = z.strictObject({
  suite: z.string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, "wants a name of small letters, digits and hyphens")
    .describe("name of the suite; baselines and reports have the same name"),
  version: z.int().min(1).default(1).describe(
    "raise it when numbers can no longer be compared with older ones",
  ),
  about: z.string().default("").describe("one line about the purpose of the suite"),
  data: data.describe("dataset of all runs whose entries have none of their own"),
  budget: budget.describe("how much training each run gets"),
  batch: z.int().min(1).default(64).describe("training batch"),
  seeds: z.array(z.int().min(0).max(4294967295)).min(1).default([1]).describe(
    "each run is done once for each seed; a quality gate needs at least 5",
  ),
  modules: z.array(z.string().min(1)).default([]).describe(
    "your own modules with families, datasets or metrics, relative to this file",
  ),
  runs: z.array(z.unknown()).min(1).describe(
    "families with their settings; a list in place of one value makes one run for each value",
  ),
  metrics: metrics.describe("metrics with their settings and gate policies"),
  extractors: z.record(z.string(), extractorWeights).default({}).describe(
    "your weights for extractors that need them, by the extractor's name",
  ),
  controls: z.array(z.string()).optional().describe(
    "control rows; default: all that take the data",
  ),
  report: report.default({}).describe("how results are shown; no number changes"),
});

/** Options of the report. */
export type ReportOptions = z.output<typeof report>;

/** What one run may spend, resolved: samples have become steps. */
export type Budget = { readonly steps: number } | { readonly seconds: number };

/** A budget as written, resolved. */
export function resolveBudget(
  { steps, samples, seconds }: z.output<typeof budget>,
  batch: number,
): Budget {
  return seconds !== undefined
    ? { seconds }
    : { steps: steps ?? Math.ceil((samples as number) / batch) };
}

/** A dataset with its config. */
export interface SuiteData {
  readonly dataset: string;
  readonly version: number;
  /** See `RunSpec`. */
  readonly code?: string;
  /** See `RunSpec`. */
  readonly content?: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** One config of a family, with every axis at one value. */
export interface SuiteRun {
  /** Name of the protocol that does it. */
  readonly protocol: string;
  /** Of a family, or of a protocol with an entry of its own. */
  readonly family: string;
  readonly familyVersion: number;
  /** Done at the first seed alone: another would give the same. */
  readonly once?: true;
  /** The entry's `name`. */
  readonly name?: string;
  /** The entry's own, or the suite's. */
  readonly budget: Budget;
  /** The entry's own, or the suite's. */
  readonly batch: number;
  /** Training pictures come mirrored or not, by chance. */
  readonly mirror?: true;
  /** Fully resolved, defaults included. */
  readonly config: Readonly<Record<string, unknown>>;
  /** See `RunSpec`. */
  readonly code?: string;
  /** See `RunSpec`. */
  readonly content?: string;
  /** What it takes, by role: the `name` of the one run of the suite that is called so. */
  readonly needs?: { readonly [role: string]: string };
  /** The kind of artefact in each of those roles. */
  readonly roles?: { readonly [role: string]: ArtefactKind };
  /** The entry's own; left out where they are the suite's. */
  readonly data?: SuiteData;
  /** The control rows of its own data. */
  readonly controls?: readonly string[];
  /** The entry's own, or the suite's fitted to its own data; left out where they are the suite's. */
  readonly metrics?: readonly SuiteMetric[];
}

/** One config of a metric. */
export interface SuiteMetric {
  readonly metric: string;
  readonly version: number;
  readonly config: Readonly<Record<string, unknown>>;
  /** See `RunSpec`. */
  readonly code?: string;
  /** As written; undefined where the suite sets no policy. */
  readonly gate?: GatePolicy;
}

/** A suite file, validated and expanded. Plain data. */
export interface Suite {
  readonly name: string;
  readonly version: number;
  readonly about: string;
  /** The file it came from, as given. */
  readonly path: string;
  /** The file's folder, to which the suite's paths are relative; itself relative to the working folder. */
  readonly base: string;
  readonly data: SuiteData;
  readonly budget: Budget;
  readonly batch: number;
  readonly seeds: readonly number[];
  /** Modules to register before any name below is looked up; relative to the working folder. */
  readonly modules: readonly string[];
  /** Those of them that define what it uses, by digest; null: its files weren't read. */
  readonly sources: readonly Source[] | null;
  readonly runs: readonly SuiteRun[];
  readonly metrics: readonly SuiteMetric[];
  /** The user's weights by extractor: paths relative to the working folder, and sha256. */
  readonly extractors: Readonly<Record<string, z.output<typeof extractorWeights>>>;
  /** Those that take its data. */
  readonly controls: readonly string[];
  readonly report: ReportOptions;
  /** The `--set` overrides that are in it. */
  readonly overrides: readonly string[];
  /** What was fitted to the data, for the person who runs it. */
  readonly notes?: readonly string[];
}
