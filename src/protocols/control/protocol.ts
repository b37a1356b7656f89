/**
 * Control rows: the declaration.
 * @module
 */
import { configLine, fixed } from "../../base/text/mod.ts";
import { defineProtocol } from "../protocol.ts";
import { controls } from "./controls.ts";

/** What control rows are called in tables; one that isn't here goes by its name. */
const labels: Readonly<Record<string, string>> = {
  "held-out": "held-out data",
  "training-copy": "training copy",
  "gaussian": "pixel Gaussian",
  "noise": "noise",
};

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
  label: (family) => labels[family] ?? family,
  card: ({ steps, spec }) => [[
    "steps",
    `${fixed(steps, 0)} at batch ${spec.batch}; budget ${configLine(spec.budget) || "defaults"}`,
  ]],
  reads: (dataset, { family }) => controls[family].reads(dataset),
  execute: async (run) => await (await import("./execute.ts")).executeControl(run),
});
