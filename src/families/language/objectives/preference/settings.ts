/**
 * What a suite may say of an objective on pairs: under `preference`.
 * @module
 */
import { z } from "zod";
import { type LossNumbers, type PreferenceLoss, preferenceLosses } from "./losses.ts";

/** Settings of any loss. What is left out is the loss's own. */
export const preferenceSettings = z.strictObject({
  beta: z.number().positive().optional()
    .describe("β: how strongly answers are pulled apart; default: 0.1, of simpo 2"),
  smoothing: z.number().min(0).lt(0.5).optional()
    .describe("ε: share of pairs taken to be the wrong way round; default: 0, of exo_pair 0.001"),
  gamma: z.number().min(0).optional().describe("simpo: margin; default: 1"),
  desirable: z.number().positive().optional()
    .describe("kto: weight of chosen answers; default: 1"),
  undesirable: z.number().positive().optional()
    .describe("kto: weight of rejected answers; default: 1"),
  mean: z.boolean().optional().describe(
    "whether log-probabilities are means over an answer's tokens, and not sums; default: of ipo, " +
      "orpo and simpo",
  ),
  likelihood: z.number().min(0).optional().describe(
    "weight of −ln p a token of chosen answers, beside the loss; default: 0, of orpo and cpo 1",
  ),
});

/** What a suite says under `preference`. */
export type PreferenceSettings = z.output<typeof preferenceSettings>;

/** Settings that belong to some losses alone. */
const owners: { readonly [key in keyof PreferenceSettings]?: readonly string[] } = {
  smoothing: ["dpo", "robust", "exo_pair", "simpo", "cpo"],
  gamma: ["simpo"],
  desirable: ["kto"],
  undesirable: ["kto"],
};

/** What is wrong with the settings of an objective: the key and why; null: nothing. */
export function preferenceFault(
  objective: string | undefined,
  settings: PreferenceSettings,
): { readonly key?: string; readonly why: string } | null {
  if (objective === undefined || !Object.hasOwn(preferenceLosses, objective)) {
    return {
      why: `is for the objectives ${Object.keys(preferenceLosses).join(", ")}; leave it out`,
    };
  }
  for (const [key, losses] of Object.entries(owners)) {
    if (settings[key as keyof PreferenceSettings] === undefined) continue;
    if (!losses.includes(objective)) {
      return { key, why: `isn't a number of ${objective}; it is one of ${losses.join(", ")}` };
    }
  }
  return objective === "exo_pair" && settings.smoothing === 0
    ? { key: "smoothing", why: "exo_pair compares with (1 − ε, ε), and needs an ε above 0" }
    : null;
}

/** The numbers that a loss is set by. */
export function lossNumbers(
  loss: PreferenceLoss,
  settings: PreferenceSettings = {},
): LossNumbers & { readonly mean: boolean; readonly likelihood: number } {
  const { beta = loss.beta, smoothing = loss.smoothing ?? 0, gamma = 1 } = settings;
  const { desirable = 1, undesirable = 1 } = settings;
  const { mean = loss.mean, likelihood = loss.likelihood?.weight ?? 0 } = settings;
  return { beta, smoothing, gamma, desirable, undesirable, mean, likelihood };
}
