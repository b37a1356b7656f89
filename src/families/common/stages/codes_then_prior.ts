/**
 * Models in two stages: discrete codes of pictures, then a prior over the codes. Both are trained here,
 * or the codes are taken from a finished run, or nothing but the codes is trained.
 * @module
 */
import type { HostContext, TensorRecord } from "../../family.ts";
import { withGiven } from "./given.ts";
import { groupOf, type GroupTrees, type ParameterGroups, withGroup } from "./parameter_groups.ts";
import { type Phase, type PlannedPhase, planPhases } from "./phases.ts";

/** The settings that say which stages there are. */
export interface TwoStages {
  /** `none`: the codes alone are trained, for other runs to take. */
  readonly prior?: "none";
  /** Share of the steps that train the prior. */
  readonly priorShare: number;
}

function phasesOf({ prior, priorShare }: TwoStages, taken: boolean): Phase[] {
  if (prior === "none") return [{ program: "train", share: 1 }];
  if (taken) return [{ program: "train_prior", share: 1 }];
  return [
    { program: "train", share: 1 - priorShare },
    { program: "train_prior", share: priorShare },
  ];
}

/** What of two stages is trained here, and when. */
export interface StagePlan {
  readonly phases: readonly PlannedPhase[];
  /** Steps of the networks of the codes, and of the prior: 0 where it isn't trained here. */
  readonly steps: { readonly networks: number; readonly prior: number };
  /** Whether there is a prior, so that samples can be drawn. */
  readonly samples: boolean;
}

/**
 * Lays the stages over a run's steps.
 * @param options `taken`: the codes are a finished run's
 * @throws RangeError where there are fewer steps than stages
 */
export function planStages(
  config: TwoStages,
  { taken, steps }: { readonly taken: boolean; readonly steps: number },
): StagePlan {
  const phases = planPhases(phasesOf(config, taken), steps);
  const stepsOf = (program: string) =>
    phases.find((phase) => phase.program === program)?.steps ?? 0;
  return {
    phases,
    steps: { networks: stepsOf("train"), prior: stepsOf("train_prior") },
    samples: config.prior !== "none",
  };
}

type Staged = ParameterGroups<GroupTrees & { readonly networks: GroupTrees[string] }>;

/** Before the first step: networks and codebooks of the run that they are taken from. */
export function takeCodes(state: TensorRecord, context: HostContext): Promise<TensorRecord> {
  return withGiven(state, context, {
    merge(own, given) {
      const taken = groupOf(given as unknown as Staged, "networks");
      const merged = withGroup(own as unknown as Staged, "networks", taken);
      const { books } = given;
      return { ...merged, ...(books === undefined ? {} : { books }) } as unknown as TensorRecord;
    },
  });
}
