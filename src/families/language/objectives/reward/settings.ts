/**
 * What a suite may say of what judges texts: under `reward`.
 * @module
 */
import { z } from "zod";

/** Settings of the objectives `reward` and `attributes`. */
export const rewardSettings = z.strictObject({
  centring: z.number().min(0).optional().describe(
    "reward: weight of (r⁺ + r⁻)², which holds rewards near zero; default: 0",
  ),
  attributes: z.array(z.string().min(1)).min(1).optional().describe(
    "attributes: numbers of the data that are learnt; default: all that they have",
  ),
});

/** What a suite says under `reward`. */
export type RewardSettings = z.output<typeof rewardSettings>;

/** What is wrong with the settings of an objective: the key and why; null: nothing. */
export function rewardFault(
  objective: string | undefined,
  { centring, attributes }: RewardSettings,
): { readonly key?: string; readonly why: string } | null {
  if (objective !== "reward" && objective !== "attributes") {
    return { why: "is for the objectives reward and attributes; leave it out" };
  }
  if (objective === "attributes" && centring !== undefined) {
    return { key: "centring", why: "is of the objective reward alone" };
  }
  return objective === "reward" && attributes !== undefined
    ? { key: "attributes", why: "are of the objective attributes alone" }
    : null;
}
