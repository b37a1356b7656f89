/**
 * The settings of flows and of what makes samples in one or a few steps.
 * @module
 */
import { z } from "zod";
import {
  defaultsOf,
  denoisingFields,
  denoisingTrainingFields,
  refuseGuidance,
  refuseUnused,
} from "../common/denoising/config.ts";

/** Settings of paths and times, with their defaults. */
const timeFields = {
  times: z.enum(["uniform", "logit-normal"]).default("logit-normal")
    .describe(
      "flow, mean-flow: how times are drawn in training; logit-normal prefers the middle",
    ),
  timeMean: z.number().min(-10).max(10).default(0)
    .describe("flow, mean-flow: mean of logit t, t = 1 being noise"),
  timeDeviation: z.number().positive().max(10).default(1)
    .describe("flow, mean-flow: standard deviation of logit t"),
};

const flowFields = {
  predicts: z.enum(["preconditioned", "velocity"]).default("preconditioned")
    .describe(
      "flow: whether the network predicts the velocity itself or, with the same loss on the " +
        "velocity, EDM's mixture of picture and noise",
    ),
  path: z.enum(["optimal-transport", "diffusion"]).default("optimal-transport")
    .describe("flow: straight lines from noise to picture, or the variance-preserving diffusion"),
  solver: z.enum(["auto", "euler", "midpoint", "heun", "multistep"]).default("auto")
    .describe(
      "flow: midpoint and heun take two evaluations a step, euler and multistep one; auto is " +
        "multistep, DPM-Solver++(2M)",
    ),
};

const meanFlowFields = {
  averaged: z.number().min(0).max(1).default(0.25)
    .describe("mean-flow: share of a batch that learns velocities averaged over a span of time"),
};

/** What preconditioning knows of the data. */
const dataFields = {
  sigmaData: z.number().positive().default(0.5)
    .describe("flow, consistency: standard deviation of the data, in [−1, 1] for pictures"),
};

const consistencyFields = {
  sigmaMin: z.number().positive().default(0.002)
    .describe("consistency: noise level that counts as no noise"),
  sigmaMax: z.number().positive().default(80).describe(
    "consistency: noise level at which sampling starts",
  ),
  rho: z.number().min(1).max(100).default(7)
    .describe("consistency: how strongly noise levels are concentrated at low noise"),
  noiseMean: z.number().min(-10).max(10).default(-1.1)
    .describe("consistency: mean of ln σ in training"),
  noiseDeviation: z.number().positive().max(10).default(2)
    .describe("consistency: standard deviation of ln σ in training"),
  firstIntervals: z.int().min(2).max(10_000).default(10)
    .describe("consistency: intervals between noise levels at the start of training"),
  lastIntervals: z.int().min(2).max(10_000).default(160)
    .describe("consistency: intervals at the end of training; they double on the way"),
};

/** Which settings each form uses, of those that not all do. */
const used = {
  "flow": [timeFields, flowFields, dataFields].flatMap(Object.keys),
  "mean-flow": [timeFields, meanFlowFields].flatMap(Object.keys),
  "consistency": [consistencyFields, dataFields].flatMap(Object.keys),
} as const;

const fields = {
  ...timeFields,
  ...flowFields,
  ...dataFields,
  ...meanFlowFields,
  ...consistencyFields,
};

/** What a suite may say under `flow`. */
export const config = z.strictObject({
  form: z.enum(["flow", "mean-flow", "consistency"]).default("flow")
    .describe(
      "A velocity followed step by step, or one- and few-step forms: velocities averaged over a " +
        "span (MeanFlow), or pictures predicted at once (consistency training)",
    ),
  ...fields,
  ...denoisingFields,
  ...denoisingTrainingFields,
}).superRefine((c, context) => {
  const reject = (field: string, message: string) =>
    context.addIssue({ code: "custom", path: [field], message });
  refuseUnused(
    c,
    { defaults: defaultsOf(fields), used: used[c.form], form: `form ${c.form}` },
    reject,
  );
  if (c.times === "uniform" && (c.timeMean !== 0 || c.timeDeviation !== 1)) {
    reject("times", "timeMean and timeDeviation are the logit-normal law's");
  }
  if (c.form === "flow" && c.predicts === "velocity" && c.sigmaData !== 0.5) {
    reject("sigmaData", "a network that says the velocity makes no use of it: leave it at 0.5");
  }
  if (!(c.sigmaMin < c.sigmaMax)) reject("sigmaMin", `it must be below sigmaMax ${c.sigmaMax}`);
  if (c.lastIntervals < c.firstIntervals) {
    reject("lastIntervals", `it must not be below firstIntervals ${c.firstIntervals}`);
  }
  if (c.form === "flow") refuseGuidance(c, reject);
  else if (c.guidance !== 1) {
    reject(
      "guidance",
      `it weighs two velocities at one time, and ${c.form} has none: leave it at 1`,
    );
  }
});

/** A flow's settings, every field set. */
export type Config = z.output<typeof config>;
