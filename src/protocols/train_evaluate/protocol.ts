/**
 * A family trained here, then scored: the declaration.
 * @module
 */
import { configLine, fixed } from "../../base/text/mod.ts";
import { defineProtocol } from "../protocol.ts";

/** See the module. Its entries are of families, which say for themselves what they take. */
export const trainEvaluate = defineProtocol({
  name: "train-evaluate",
  about: "trains a family and scores it",
  row: "model",
  trains: true,
  gives: { weights: "checkpoint" },
  lends: "training",
  card: ({ steps, parameters, spec }) => [
    [
      "steps",
      `${fixed(steps, 0)} at batch ${spec.batch}; budget ${configLine(spec.budget) || "defaults"}`,
    ],
    ["parameters", fixed(parameters, 0)],
  ],
  execute: async (run) => await (await import("./execute.ts")).executeTraining(run),
  trial: async (planned, host) => await (await import("./trial.ts")).executeTrial(planned, host),
});
