/**
 * What a suite may say of an objective: its name, and its settings under the key of its kind.
 * @module
 */
import { z } from "zod";
import { preferenceLosses, type PreferenceName } from "./preference/losses.ts";
import { preferenceFault, preferenceSettings } from "./preference/settings.ts";
import { policyKeyFault, policyMethods, policySettings } from "./policy/settings.ts";
import { rewardFault, rewardSettings } from "./reward/settings.ts";

/** Objectives beside the one over all tokens, which has no name. */
export const objectiveNames = [
  "sft",
  "reward",
  "attributes",
  ...Object.keys(preferenceLosses) as PreferenceName[],
  ...policyMethods,
] as const;
/** One of `objectiveNames`. */
export type ObjectiveName = typeof objectiveNames[number];

/** Keys of a config. They are left out where nothing is said, so that older runs keep their ids. */
export const objectiveKeys = {
  objective: z.enum(objectiveNames).optional().describe(
    "what is trained for: sft: the answers of dialogues; reward: what is better of two answers; " +
      "attributes: numbers that the data say of dialogues; " +
      `${Object.keys(preferenceLosses).join(", ")}: to answer as is preferred; ` +
      `${policyMethods.join(", ")}: to write what is worth more by a rule or a model; left out: ` +
      "all tokens of documents",
  ),
  template: z.string().min(1).optional().describe(
    "chat template of dialogues: chatml, plain, or Jinja text; default: the tokenizer's own",
  ),
  preference: preferenceSettings.optional().describe("settings of objectives on pairs"),
  reward: rewardSettings.optional().describe("settings of reward and attributes"),
  policy: policySettings.optional().describe("settings of objectives on what the model writes"),
};

/** What those keys say. */
type Settings = z.output<z.ZodObject<typeof objectiveKeys>>;

/** What is wrong with them together: where, and why. */
export function objectiveFaults(
  { objective, preference, reward, policy }: Partial<Settings>,
): { readonly path: string[]; readonly message: string }[] {
  const found = [
    { at: "preference", fault: preference && preferenceFault(objective, preference) },
    { at: "reward", fault: reward && rewardFault(objective, reward) },
    { at: "policy", fault: policy && policyKeyFault(objective, policy) },
  ];
  return found.flatMap(({ at, fault }) =>
    fault ? [{ path: fault.key === undefined ? [at] : [at, fault.key], message: fault.why }] : []
  );
}
