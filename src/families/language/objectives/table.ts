/**
 * The objectives by name.
 * @module
 */
import { dialogues } from "./dialogues.ts";
import type { Objective } from "./objective.ts";
import { policyObjectives } from "./policy/objective.ts";
import { preferenceObjectives } from "./preference/preference.ts";
import { attributes } from "./reward/attributes.ts";
import { reward } from "./reward/bradley_terry.ts";
import type { ObjectiveName } from "./settings.ts";
import { tokens } from "./tokens.ts";

const named: Readonly<Record<ObjectiveName, Objective>> = {
  sft: dialogues,
  reward,
  attributes,
  ...preferenceObjectives,
  ...policyObjectives,
};

/** The objective of a config. */
export function objectiveOf({ objective }: { readonly objective?: ObjectiveName }): Objective {
  return objective === undefined ? tokens : named[objective];
}
