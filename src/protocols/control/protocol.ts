/**
 * Control rows: the declaration.
 * @module
 */
import { configLine, fixed } from "../../base/text/mod.ts";
import type { Roles } from "../../families/mod.ts";
import type { RunRecord } from "../../record/mod.ts";
import { defineProtocol } from "../protocol.ts";
import { controls } from "./controls.ts";

/** What control rows are called in tables; one that isn't here goes by its name. */
const labels: Readonly<Record<string, string>> = {
  "held-out": "held-out data",
  "training-copy": "training copy",
  "gaussian": "pixel Gaussian",
  "noise": "noise",
  "five-gram": "5-gram, Kneser–Ney",
  "unigram": "unigram",
  "shuffled-words": "shuffled words",
  "template-oracle": "template oracle",
  "majority-answer": "majority answer",
  "training-answer": "nearest training answer",
  "mean-view": "mean training view",
  "nearest-view": "nearest training view",
};

/** What the rows that use a tokenizer take. */
const needs: Roles<unknown> = {
  tokenizer: {
    kind: "tokenizer",
    about:
      "the tokenizer of rows of texts that count tokens: the suite's, where it has just one; else bytes",
  },
};

/** Whose tokens a row counts. */
function tokensOf(taken: RunRecord["needs"] = []): string {
  const given = taken.find(({ role }) => role === "tokenizer");
  return given === undefined ? "bytes" : `of the tokenizer ${given.label}`;
}

/** See the module. Its rows are named by the key `controls` of a suite. */
export const control = defineProtocol({
  name: "control",
  about: "scores samples whose quality is known beforehand",
  row: "control",
  lends: "values",
  untimed: {
    status: "not-defined",
    reason: "a control row is no model: there is nothing to time",
  },
  costs: { status: "not-defined", reason: "a control row is no model" },
  needs,
  label: (family) => labels[family] ?? family,
  card: ({ steps, spec, needs: taken }) => [
    [
      "steps",
      `${fixed(steps, 0)} at batch ${spec.batch}; budget ${configLine(spec.budget) || "defaults"}`,
    ],
    ...(controls[spec.family]?.tokenizer ? [["tokens", tokensOf(taken)] as const] : []),
  ],
  reads: (dataset, { family }) => controls[family].reads(dataset),
  execute: async (run) => await (await import("./execute.ts")).executeControl(run),
});
